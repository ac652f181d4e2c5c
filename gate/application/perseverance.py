"""Attempting anew what others made impossible for the moment."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from gate.domain.errors import FactsMovedError, StoreError

T = TypeVar("T")

ATTEMPTS: Final = 8
"""How often a change is judged anew when others move its facts between gathering and recording."""


async def persevering(change_id: str, attempt: Callable[[], Awaitable[T]]) -> T:
    """Attempt it anew for as long as others move what it rests on, but not for ever. StoreError."""
    for _ in range(ATTEMPTS):
        try:
            return await attempt()
        except FactsMovedError:
            continue
    raise StoreError(
        f"change {change_id} could not be judged: other changes kept moving its facts", hint="Ask again in a moment."
    )
