"""Slack, Teams, mail and a hundred other services, by Apprise (https://appriseit.com)."""

import asyncio
import logging
from collections.abc import Sequence
from urllib.parse import urljoin

import apprise

from gate.domain.errors import NoticeError
from gate.domain.notice import Notice

# It logs what it sends where, and its addresses hold secrets.
logging.getLogger("apprise").setLevel(logging.CRITICAL)


class Chat:
    """The addresses of one addressee, as Apprise writes them."""

    def __init__(self, addressee: str, addresses: Sequence[str], public_url: str) -> None:
        """NoticeError for an address that Apprise does not understand."""
        self._addressee = addressee
        self._public_url = public_url
        self._services = apprise.Apprise()
        for number, address in enumerate(addresses, 1):
            if not self._services.add(address):
                raise NoticeError(
                    f"address {number} of {addressee} in GATE_NOTIFY is none that Apprise understands",
                    hint="Write it as https://appriseit.com/services/ shows, such as slack://… or mailto://….",
                )

    async def tell(self, notice: Notice) -> None:
        """Told on a thread, because these services are asked one blocking call after the other. NoticeError."""
        body = f"{notice.body}\n{link_to(self._public_url, notice)}"
        if not await asyncio.to_thread(self._services.notify, title=notice.title, body=body):
            raise NoticeError(f"a channel of {self._addressee} did not take it")


def link_to(public_url: str, notice: Notice) -> str:
    """Where to look at the change; a command where nobody said under which address the gate is known."""
    if not public_url:
        return f"gate explain {notice.change}"
    return urljoin(f"{public_url.rstrip('/')}/", f"changes/{notice.change}")
