"""An issuer of identity tokens on loopback, with keys made for the occasion, and all that one can do wrong.

with OidcProvider.running() as provider:
    token = provider.issue(GITHUB_CLAIMS, audience="https://gate.house.test", at_s=now)
    provider.rotate()
    provider.says["/jwks"] = Said(302, location="http://elsewhere.test/jwks")
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlsplit

from joserfc import jwk, jwt

DISCOVERY: Final = "/.well-known/openid-configuration"
JWKS: Final = "/jwks"
REQUEST: Final = "/actions/token"
"""Where a job of GitHub Actions asks for its token, with the secret of its runner."""
SECRET: Final = "what-only-the-runner-of-this-job-knows"  # noqa: S105 -- of tests alone
LIFE_S: Final = 300

Key = jwk.RSAKey | jwk.ECKey
_numbers = count(1)


def a_key(kind: str = "EC", size: str | int = "P-256") -> Key:
    """A new private key with a name of its own."""
    parameters: Any = {"kid": f"key-{next(_numbers)}", "use": "sig"}
    if kind == "RSA":
        return jwk.RSAKey.generate_key(int(size), parameters)
    return jwk.ECKey.generate_key(str(size), parameters)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer."""

    status: int = 200
    body: bytes = b""
    location: str = ""
    encoding: str = ""


@dataclass
class OidcProvider:
    """What the server answers, and what it was asked."""

    url: str = ""
    key: Key = field(default_factory=a_key)
    published: list[Key] = field(default_factory=list)
    more: list[Mapping[str, Any]] = field(default_factory=list)
    """Whatever else stands in the key set."""
    says: dict[str, Said] = field(default_factory=dict)
    """Answers instead of the usual ones, by path."""
    asked: list[str] = field(default_factory=list)
    """Every path that was asked for, in order."""
    job: Mapping[str, Any] = field(default_factory=dict)
    """What the tokens say that the running job gets."""

    def __post_init__(self) -> None:
        self.published = self.published or [self.key]

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Self]:
        """One that listens on a free port until it is left."""
        provider = cls()
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
        provider.url = f"http://127.0.0.1:{server.server_port}"
        serving = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
        serving.start()
        try:
            yield provider
        finally:
            server.shutdown()
            serving.join()
            server.server_close()

    def issue(
        self,
        claims: Mapping[str, Any],
        *,
        audience: Any,
        at_s: float,
        key: Key | None = None,
        algorithm: str | None = None,
        header: Mapping[str, Any] | None = None,
    ) -> str:
        """A signed token of that instant, for five minutes. Claims that are None are left out."""
        key = key or self.key
        jti = f"jti-{next(_numbers)}"
        usual = {"iss": self.url, "aud": audience, "iat": at_s, "nbf": at_s, "exp": at_s + LIFE_S, "jti": jti}
        said = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        alg = algorithm or ("RS256" if key.key_type == "RSA" else "ES256")
        return jwt.encode({"alg": alg, "kid": key.kid, **(header or {})}, said, key, algorithms=[alg])

    def rotate(self, key: Key | None = None) -> None:
        """Sign with a new key from now on, and publish no other."""
        self.key = key or a_key()
        self.published = [self.key]

    def go_away(self) -> None:
        """Answer nothing but errors."""
        self.says = {path: Said(503) for path in (DISCOVERY, JWKS)}

    def come_back(self) -> None:
        """Answer as usual."""
        self.says = {}

    @property
    def actions(self) -> dict[str, str]:
        """The environment of a job of GitHub Actions that may ask for tokens."""
        asking = {"URL": f"{self.url}{REQUEST}?api-version=2.0", "TOKEN": SECRET}
        return {f"ACTIONS_ID_TOKEN_REQUEST_{name}": value for name, value in asking.items()}

    def answer_to(self, address: str, authorization: str) -> Said:
        """What it says."""
        path, query = urlsplit(address).path, parse_qs(urlsplit(address).query)
        self.asked.append(path)
        if path in self.says:
            return self.says[path]
        if path == DISCOVERY:
            return said({"issuer": self.url, "jwks_uri": f"{self.url}{JWKS}"})
        if path == JWKS:
            return said({"keys": [*(key.as_dict(private=False) for key in self.published), *self.more]})
        if path == REQUEST and authorization == f"Bearer {SECRET}" and query["api-version"] == ["2.0"]:
            [audience] = query["audience"]
            return said({"value": self.issue(self.job, audience=audience, at_s=time.time())})
        return Said(404)


def said(document: object) -> Said:
    """A JSON document."""
    return Said(body=json.dumps(document).encode())


def _handler(provider: OidcProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = provider.answer_to(self.path, self.headers.get("Authorization", ""))
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.body)))
            if answer.location:
                self.send_header("Location", answer.location)
            if answer.encoding:
                self.send_header("Content-Encoding", answer.encoding)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    return Handler
