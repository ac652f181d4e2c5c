"""The tokens of the gate that the environment describes, for the commands of `gate token`."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer

from gate.application.access import Access
from gate.interfaces.cli.assembly import assembly_of
from gate.interfaces.cli.configured import settings_from

T = TypeVar("T")


def with_access(context: typer.Context, work: Callable[[Access], Awaitable[T]]) -> T:
    """Do it on the gate's store. CallerError where the settings are wrong, StoreError."""

    async def opened() -> T:
        async with assembly_of(context).open_access(settings_from()) as access:
            return await work(access)

    return asyncio.run(opened())
