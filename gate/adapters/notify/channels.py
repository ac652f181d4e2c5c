"""Who is told how: addressees from the settings, each with the channels that reach it."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Final, Protocol

from gate.domain.errors import NoticeError
from gate.domain.notice import Notice

DELIVERY_S: Final = 30.0
"""How long one delivery may take, by all channels of an addressee together."""


class Channel(Protocol):
    """One way to tell somebody something."""

    async def tell(self, notice: Notice) -> None:
        """Tell it. NoticeError; its message holds no address, because addresses hold secrets."""


class Channels:
    """Implements `ports.Notifier`."""

    def __init__(self, by_addressee: Mapping[str, Sequence[Channel]]) -> None:
        self._by_addressee = {name: tuple(channels) for name, channels in by_addressee.items() if channels}

    @property
    def reachable(self) -> Collection[str]:
        """Those with a channel."""
        return self._by_addressee.keys()

    async def deliver(self, notice: Notice) -> None:
        """By every channel of the addressee; if one fails, all are tried again. NoticeError."""
        channels = self._by_addressee.get(notice.addressee, ())
        if not channels:
            raise NoticeError(f"no channel reaches {notice.addressee} any more", hint="Name one in GATE_NOTIFY.")
        try:
            async with asyncio.timeout(DELIVERY_S):
                await asyncio.gather(*(channel.tell(notice) for channel in channels))
        except TimeoutError as error:
            raise NoticeError(f"telling {notice.addressee} took longer than {DELIVERY_S:g} s") from error
