"""The house's pages over HTTP, without a browser: somebody signs in as in a demonstration, reads, and sends forms.

async with HttpHouse.open() as house:
    jan = Visitor.signed_in(house, "jan")
    page = await jan.open("/")
    answer = await jan.send(page, "/changes/…/answers", step="peer_review", answer="approve")
"""

import re
from dataclasses import dataclass
from html import unescape
from typing import Final, Self

import httpx2
from starlette.responses import Response

from gate.domain.sign_in import SignedIn
from gate.interfaces.web.session import Sessions
from tests.http_house import HttpHouse

HOME: Final = "http://127.0.0.1"
"""Without a public address, forms are taken from pages on this very machine alone."""
_CSRF: Final = re.compile(r'name="csrf" value="([^"]+)"')
_TAG: Final = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Visitor:
    """Somebody with a browser that runs no scripts."""

    house: HttpHouse
    cookie: str = ""

    @classmethod
    def signed_in(cls, house: HttpHouse, person: str) -> Self:
        """Whoever it is; how one signs in is for others to test."""
        sessions: Sessions = house.app.state.sessions
        response = Response()
        sessions.begin(response, SignedIn(person=person), house.bench.clock.now_ns())
        return cls(house, response.headers["set-cookie"].partition(";")[0])

    async def open(self, path: str) -> httpx2.Response:
        """What a browser gets."""
        return await self.house.http.get(f"{HOME}{path}", headers=self._headers())

    async def send(self, page: httpx2.Response, path: str, **fields: str) -> httpx2.Response:
        """Send a form of a page."""
        found = _CSRF.search(page.text.partition("<main")[2])
        told = {"csrf": found[1]} if found else {}
        headers = self._headers() | {"Origin": HOME, "Sec-Fetch-Site": "same-origin"}
        return await self.house.http.post(f"{HOME}{path}", data=told | fields, headers=headers)

    def _headers(self) -> dict[str, str]:
        return {"Accept": "text/html", **({"Cookie": self.cookie} if self.cookie else {})}


def words(page: httpx2.Response) -> str:
    """What can be read on a page, with single spaces."""
    body = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(_TAG.sub(" ", f"<main{body}")).split())
