"""A notifier that remembers what it was told to tell."""

from collections.abc import Collection
from dataclasses import dataclass, field

from gate.domain.errors import NoticeError
from gate.domain.notice import Notice


@dataclass
class NotifierSimulator:
    """Reaches those it is told of; fails as long as it is told to."""

    reachable: Collection[str] = ()
    told: list[Notice] = field(default_factory=list)
    """Delivered, oldest first."""
    fails: bool = False

    async def deliver(self, notice: Notice) -> None:
        """Remember it, or fail."""
        if self.fails:
            raise NoticeError("nobody is there")
        self.told.append(notice)
