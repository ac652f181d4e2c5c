"""One OPA, asked through opa-python-client. Queues, supervision and what the answers mean are elsewhere.

Of that client only `query_rule` is used: its bulk and ad-hoc queries take another path through OPA, where
`strict-builtin-errors` is not read, and its uploads rewrite Rego (v0 compatibility) into what git does not hold.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from aiohttp import ClientResponse
from opa_client import AsyncOpaClient

from gate.adapters.opa.failures import CAUGHT, RefusalError, UndefinedError, translated
from gate.domain.errors import EngineError

_PATH: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)*")
_OK: Final = 200


class OpaClient:
    """`POST /v1/data/<path>` at one address, always with strict built-in errors, never retried, always in time."""

    def __init__(self, host: str, port: int, *, token: str | None, timeout_s: float, tls: bool = False) -> None:
        # No retries: a 500 is a policy's conflict, and asking again would only make the same mistake three times.
        self._client = _CandidClient(host=host, port=port, ssl=tls, token=token, timeout=timeout_s, retries=0)
        self._is_open = False

    async def close(self) -> None:
        """Let go of its connections; questions in flight fail, and one more opens them anew."""
        self._is_open = False
        await self._client.close_connection()

    async def query(self, path: str, document: object) -> Any:
        """The value at `data.<path>` (slashes for dots) for this input.

        AssessmentError if it is undefined or the policy broke, EngineError if there was no answer.
        """
        answer = await self._ask(path, document, {})
        if "result" not in answer:
            raise UndefinedError(
                f"the policy leaves data.{path.replace('/', '.')} undefined",
                hint="Give the rule a default, or mend the rule that it rests on.",
            )
        return answer["result"]

    async def introduce(self, path: str) -> tuple[Any, str]:
        """The value at `data.<path>` without input, None if undefined, and the version of the OPA that answered."""
        answer = await self._ask(path, {}, {"provenance": True})
        return answer.get("result"), str(answer.get("provenance", {}).get("version", ""))

    async def _ask(self, path: str, document: object, parameters: dict[str, bool]) -> dict[str, Any]:
        if not _PATH.fullmatch(path):
            # The library pastes the path into the URL as it is, where `../` walks and `.` becomes `/`.
            raise ValueError(f"not a path of plain names: {path!r}")
        if not self._is_open:
            # Outside of an open session the library breaks with AttributeError. Nothing is awaited in there.
            self._is_open = True
            await self._client.__aenter__()
        try:
            answer = await self._client.query_rule(
                document, path, query_params={"strict-builtin-errors": True, **parameters}
            )
        except CAUGHT as cause:
            raise translated(cause) from cause
        if not isinstance(answer, dict):
            raise EngineError(
                "the policy engine answered JSON that is no object", hint="Is it an OPA that answers there?"
            )
        return answer


class _CandidClient(AsyncOpaClient):  # type: ignore[misc]  # the library ships no types, so its class is Any
    """The library drops the body of an error answer, which says what broke and in which line; this one keeps it.

    Redirects are not followed: the facts and the token are for the configured address only.
    """

    @asynccontextmanager
    async def _request(self, method: str, url: str, **arguments: Any) -> AsyncIterator[ClientResponse]:
        async with super()._request(method, url, allow_redirects=False, **arguments) as response:
            if response.status != _OK:
                raise RefusalError(response.status, await response.read())
            yield response
