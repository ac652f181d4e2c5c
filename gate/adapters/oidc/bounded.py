"""No more than so much of an answer is taken in, whoever reads it: a hook for a client of HTTP that is not our own."""

from collections.abc import AsyncIterator

import httpx2

from gate.adapters.oidc.fetching import MAX_BYTES


class TooMuchError(Exception):
    """The answer is larger than it may be, or compressed, so that it could become so."""


async def bound(response: httpx2.Response) -> None:
    """Let reading an answer, of which nothing is read yet, end with TooMuchError where it is too long."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise TooMuchError
    assert isinstance(response.stream, httpx2.AsyncByteStream)  # noqa: S101 -- of an asynchronous client
    response.stream = _Bounded(response.stream)


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, whole: httpx2.AsyncByteStream) -> None:
        self._whole = whole

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for part in self._whole:
            size += len(part)
            if size > MAX_BYTES:
                raise TooMuchError
            yield part

    async def aclose(self) -> None:
        """Close the connection."""
        await self._whole.aclose()
