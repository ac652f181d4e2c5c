"""What a command shows the gate: an API token, or an identity token of the forge that runs the pipeline.

    GATE_TOKEN                                  an API token; goes first
    GATE_ID_TOKEN                               an identity token, as GitLab hands it to a job with `id_tokens`
    ACTIONS_ID_TOKEN_REQUEST_URL, …_TOKEN       GitHub Actions, in a job with `id-token: write`: asked for one

It comes from the environment alone: a command line can be read by other users of the machine.
"""

import json
import time
from collections.abc import Callable, Generator, Mapping
from typing import Any, Final

import httpx2

from gate import __version__
from gate.interfaces.cli.answer_errors import NoGateError, UnreachableError
from gate.interfaces.cli.connecting import is_loopback, trusted

RENEW_S: Final = 120.0
"""How old a token of GitHub may be when it is shown. They live for about five minutes."""
FETCH_S: Final = 10.0
MAX_BYTES: Final = 64_000
_OK: Final = 200
_SERVER: Final = 500
_HINT: Final = "The job needs `permissions: id-token: write`; or give it an API token as GATE_TOKEN."


class Shown(httpx2.Auth):
    """The header that shows a token with each question."""

    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """The question, with the header."""
        if token := self._token():
            request.headers["Authorization"] = f"Bearer {token}"
        yield request


def credentials(environment: Mapping[str, str], gate_url: str) -> Shown:
    """What the environment has to show to the gate at a URL."""
    for name in ("GATE_TOKEN", "GATE_ID_TOKEN"):
        if token := environment.get(name, "").strip():
            return Shown(lambda: token)
    url, secret = (environment.get(f"ACTIONS_ID_TOKEN_REQUEST_{part}", "") for part in ("URL", "TOKEN"))
    if url and secret:
        return Shown(ActionsTokens(url, secret, environment.get("GATE_AUDIENCE") or gate_url.rstrip("/")).token)
    return Shown(str)


class ActionsTokens:
    """Identity tokens of a job of GitHub Actions. A pipeline that waits outlives one, so they are renewed."""

    def __init__(
        self,
        url: str,
        secret: str,
        audience: str,
        *,
        transport: httpx2.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`url` and `secret` are those that the runner gives; the clock gives seconds and never goes back."""
        self._url = url
        self._secret = secret
        self._audience = audience
        self._transport = transport
        self._clock = clock
        self._token = ""
        self._issued_at = 0.0

    def token(self) -> str:
        """A token that is fresh. UnreachableError, NoGateError."""
        if not self._token or self._clock() - self._issued_at >= RENEW_S:
            self._token = self._issued()
            self._issued_at = self._clock()
        return self._token

    def _issued(self) -> str:
        try:
            status, content = self._fetched(self._address())
        except httpx2.HTTPError as error:
            raise UnreachableError(f"GitHub issues no identity token: {type(error).__name__}", hint=_HINT) from error
        if status >= _SERVER:
            raise UnreachableError(f"GitHub issues no identity token: HTTP {status}", hint=_HINT)
        token = _value(content) if status == _OK else None
        if token is None:
            raise NoGateError(f"GitHub issues no identity token: HTTP {status}", hint=_HINT)
        return token

    def _address(self) -> httpx2.URL:
        try:
            url = httpx2.URL(self._url)
        except httpx2.InvalidURL:
            url = httpx2.URL()
        if url.scheme != "https" and not (url.scheme == "http" and is_loopback(url.host)):
            raise NoGateError("ACTIONS_ID_TOKEN_REQUEST_URL is no https URL", hint=_HINT)
        return url.copy_add_param("audience", self._audience)

    def _fetched(self, url: httpx2.URL) -> tuple[int, bytes]:
        """Status and body, as much of it as a token may take. A redirect is not followed: it would get the secret."""
        headers = {"Authorization": f"Bearer {self._secret}", "User-Agent": f"change-gate/{__version__}"}
        until, content = time.monotonic() + FETCH_S, bytearray()
        with (
            httpx2.Client(
                verify=trusted(url), timeout=FETCH_S, transport=self._transport, trust_env=not is_loopback(url.host)
            ) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            for part in response.iter_bytes():
                content += part
                if len(content) > MAX_BYTES or time.monotonic() > until:
                    raise NoGateError("GitHub's answer is no identity token: it is too long, or too slow", hint=_HINT)
        return response.status_code, bytes(content)


def _value(content: bytes) -> str | None:
    """The token in GitHub's answer, `{"value": …}`."""
    try:
        said: Any = json.loads(content)
    except (ValueError, RecursionError):
        return None
    value = said.get("value") if isinstance(said, dict) else None
    return value if isinstance(value, str) and value else None
