"""JSON documents of an issuer, fetched with bounds on all that it could do to us: time, size, redirects, addresses."""

import asyncio
import ipaddress
import json
import ssl
from collections.abc import Mapping
from typing import Any, Final, Self

import httpx2

from gate import __version__
from gate.domain.errors import IssuerError

FETCH_S: Final = 5.0
"""How long a document may take, from the first packet to the last."""
MAX_BYTES: Final = 256_000
_OK: Final = 200
_HINT: Final = "Nothing that it signed can be verified until it answers; API tokens open all the same."


class Fetching:
    """One issuer, asked over https; over plain http only where it is on this machine."""

    def __init__(self, issuer: str, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._issuer = issuer
        self._at_home = is_loopback(issuer)
        self._client = httpx2.AsyncClient(
            # Compressed, a small answer could become a large one.
            headers={"User-Agent": f"change-gate/{__version__}", "Accept-Encoding": "identity"},
            verify=True if issuer.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            follow_redirects=False,
            timeout=FETCH_S,
            trust_env=not self._at_home,
            transport=transport,
        )

    @classmethod
    def of(cls, issuer: str) -> Self:
        """Over the network."""
        return cls(issuer)

    async def document(self, url: str) -> Mapping[str, Any]:
        """The JSON object at a URL that the issuer itself named. IssuerError."""
        self.demand_allowed(url)
        try:
            async with asyncio.timeout(FETCH_S):
                content = await self._content(url)
        except TimeoutError as error:
            raise self._trouble("does not answer in time") from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise self._trouble(f"does not answer: {error or type(error).__name__}") from error
        try:
            read = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise self._trouble("answers with what is no JSON") from error
        if not isinstance(read, dict):
            raise self._trouble("answers with what is no JSON object")
        return read

    async def _content(self, url: str) -> bytes:
        content = bytearray()
        async with self._client.stream("GET", url) as response:
            if response.status_code != _OK:
                # A redirect is no answer either: where it leads, nobody has said that keys may come from.
                raise self._trouble(f"answers HTTP {response.status_code}")
            if response.headers.get("content-encoding", "identity") != "identity":
                raise self._trouble("answers compressed, unasked")
            async for part in response.aiter_raw():
                content += part
                if len(content) > MAX_BYTES:
                    raise self._trouble(f"answers with more than {MAX_BYTES} bytes")
        return bytes(content)

    def demand_allowed(self, url: str) -> None:
        """IssuerError if this is no address to ask.

        An issuer out there has nothing to fetch for us from this machine, nor over a line that others can write.
        """
        if not (url.startswith("https://") or (self._at_home and url.startswith("http://") and is_loopback(url))):
            raise self._trouble("has its keys or endpoints at an address that is not https")

    def _trouble(self, what: str) -> IssuerError:
        return IssuerError(f"the issuer {self._issuer} {what}", hint=_HINT)

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this very machine."""
    try:
        host = httpx2.URL(url).host
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except (httpx2.InvalidURL, ValueError):
        return False
