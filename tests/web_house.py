"""The house's pages, and a browser that signs in to them at a provider on loopback.

async with WebHouse.open() as web:
    answer = await web.sign_in("/changes")          # through the provider, back at the gate
    answer = await web.post("/sign-out")            # a form, as the browser sends it
"""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Self

import httpx2

from gate.adapters.oidc.people import Client, OidcPeople
from gate.domain.instant import NANOSECOND_PER_SECOND
from tests.house import FILES
from tests.http_house import HttpHouse
from tests.oidc_provider import CLIENT, CLIENT_SECRET, OidcProvider
from tests.unit.application.conftest import Bench

ADDRESS: Final = "https://gate.house.test"
PAGE: Final = {"Accept": "text/html,application/xhtml+xml"}
MARIA: Final = {"sub": "12", "email": "maria@house.test", "email_verified": True}
SESSION: Final = "__Host-gate-session"
_CSRF: Final = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class WebHouse:
    """A gate with a provider, and one browser."""

    house: HttpHouse
    provider: OidcProvider
    browser: httpx2.AsyncClient

    @classmethod
    @asynccontextmanager
    async def open(cls, *, client: Mapping[str, Any] | None = None, **settings: Any) -> AsyncIterator[Self]:
        """With maria at the provider. `client`: what the gate is to the provider, where not as usual."""
        bench = await Bench().begun()
        with OidcProvider.running() as provider:
            provider.visitor = MARIA
            provider.now_s = lambda: bench.clock.now_ns() / NANOSECOND_PER_SECOND
            known: dict[str, Any] = {"client_id": CLIENT, "secret": CLIENT_SECRET, **(client or {})}
            people = OidcPeople(
                Client(issuer=provider.url, redirect_uri=f"{ADDRESS}/sign-in/callback", **known), bench.clock
            )
            said = {"public_url": ADDRESS, "sign_in_issuer": provider.url, "sign_in_client_id": CLIENT, **settings}
            async with HttpHouse.open(bench, provider=people, **said) as house, browser_of(house) as browser:
                yield cls(house, provider, browser)
            await people.close()

    async def begin(self, wanted: str = "") -> str:
        """Where the browser is sent to sign in."""
        answer = await self.browser.get("/sign-in", params={"next": wanted} if wanted else None)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def at_provider(self, url: str) -> str:
        """Where the provider sends the browser back to."""
        async with httpx2.AsyncClient(trust_env=False) as elsewhere:
            answer = await elsewhere.get(url)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    async def sign_in(self, wanted: str = "") -> httpx2.Response:
        """The whole way; the last answer."""
        return await self.browser.get(await self.at_provider(await self.begin(wanted)))

    async def csrf(self) -> str:
        """What the forms of the page hold."""
        found = _CSRF.search((await self.browser.get("/sign-out")).text)
        return found[1] if found else ""

    async def post(self, path: str, fields: Mapping[str, str] | None = None, **headers: str) -> httpx2.Response:
        """A form of one of the gate's own pages."""
        sent = {"csrf": await self.csrf(), **(fields or {})}
        usual = {"Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"}
        return await self.browser.post(
            path, data=sent, headers=usual | {k.replace("_", "-"): v for k, v in headers.items()}
        )

    async def knows(self) -> str:
        """Whom the gate takes the browser for."""
        found = re.search(r"You are signed in as ([^.]+)\.", (await self.browser.get("/sign-out")).text)
        return found[1] if found else ""

    async def merge_people(self, *people: Mapping[str, Any]) -> None:
        """Let the policy know these people, and its groups as they are."""
        named = {each["name"] for each in people}
        others = [each for each in FILES["groups.yaml"] if each["kind"] == "Group" or each["name"] not in named]
        await self.house.bench.merge("people", {"groups.yaml": [*others, *people]})


def browser_of(house: HttpHouse, address: str = ADDRESS) -> httpx2.AsyncClient:
    """Another browser."""
    transport = httpx2.ASGITransport(app=house.app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url=address, headers=PAGE)
