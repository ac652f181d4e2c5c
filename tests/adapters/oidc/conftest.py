"""A verifier that trusts an issuer on loopback, and tokens that the issuer did not mean."""

import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from gate.adapters.oidc.reading import Expected
from gate.adapters.oidc.verifier import OidcVerifier
from gate.domain.identity import Identity, Unverified
from gate.domain.instant import NANOSECOND_PER_SECOND
from tests.oidc_provider import OidcProvider
from tests.robots import AUDIENCE, GITHUB_CLAIMS
from tests.simulators.clock import FixedClock


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class House:
    """What the tests of the adapter are about."""

    provider: OidcProvider
    verifier: OidcVerifier
    clock: FixedClock

    @property
    def now_s(self) -> float:
        return self.clock.now_ns() / NANOSECOND_PER_SECOND

    def issue(self, claims: dict[str, Any] | None = None, **more: Any) -> str:
        """A token of the pipeline for this gate."""
        usual: dict[str, Any] = {"audience": AUDIENCE, "at_s": self.now_s}
        return self.provider.issue({**GITHUB_CLAIMS, **(claims or {})}, **(usual | more))

    async def opens(self, token: str) -> bool:
        return isinstance(await self.verifier.verify(token), Identity)

    async def reason(self, token: str) -> str:
        verdict = await self.verifier.verify(token)
        assert isinstance(verdict, Unverified)
        return verdict.reason


@pytest.fixture
async def house() -> AsyncIterator[House]:
    with OidcProvider.running() as provider:
        clock = FixedClock()
        verifier = OidcVerifier([provider.url], Expected(AUDIENCE, 30), clock)
        yield House(provider, verifier, clock)
        await verifier.close()


def encoded(part: object) -> str:
    """A part of a token."""
    text = part if isinstance(part, bytes) else json.dumps(part).encode()
    return urlsafe_b64encode(text).decode().rstrip("=")
