"""An issuer of identity tokens on loopback, with keys made for the occasion, and all that one can do wrong.

with OidcProvider.running() as provider:
    token = provider.issue(GITHUB_CLAIMS, audience="https://gate.house.test", at_s=now)
    provider.rotate()
    provider.says["/jwks"] = Said(302, location="http://elsewhere.test/jwks")

People sign in there, too (the authorization code flow, with PKCE); whoever opens AUTHORIZE is `visitor` at once.

    provider.visitor = {"sub": "12", "email": "maria@house.test", "email_verified": True}
    provider.issuing = {"header": {"kid": "another"}}           # how it signs what they get
"""

import hashlib
import json
import secrets
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any, Final, Self
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

from joserfc import jwk, jwt

DISCOVERY: Final = "/.well-known/openid-configuration"
JWKS: Final = "/jwks"
AUTHORIZE: Final = "/authorize"
TOKEN: Final = "/token"  # noqa: S105 -- a path
CLIENT: Final = "the-gate"
CLIENT_SECRET: Final = "what-only-the-gate-and-the-provider-know"  # noqa: S105 -- of tests alone
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


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code is worth."""

    challenge: str
    nonce: str
    redirect_uri: str


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

    redirect_uri: str = "https://gate.house.test/sign-in/callback"
    """Where it sends people back to, and nowhere else."""
    visitor: Mapping[str, Any] = field(default_factory=dict)
    """What the identity tokens say that people get."""
    issuing: Mapping[str, Any] = field(default_factory=dict)
    """How these are signed, where not as usual: `key`, `algorithm`, `header`, `audience`."""
    token: str | None = None
    """What people get instead of one."""
    now_s: Callable[[], float] = time.time
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """What it says of itself beside the usual."""
    codes: dict[str, Grant] = field(default_factory=dict)
    """Those that nobody has exchanged yet."""
    secrets: set[str] = field(default_factory=set)
    """Every code and token that it gave out."""

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
        self.says = {path: Said(503) for path in (DISCOVERY, JWKS, AUTHORIZE, TOKEN)}

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
            return said(self._configuration())
        if path == JWKS:
            return said({"keys": [*(key.as_dict(private=False) for key in self.published), *self.more]})
        if path == REQUEST and authorization == f"Bearer {SECRET}" and query["api-version"] == ["2.0"]:
            [audience] = query["audience"]
            return said({"value": self.issue(self.job, audience=audience, at_s=time.time())})
        if path == AUTHORIZE:
            return self._authorized({name: value for name, [value] in query.items()})
        return Said(404)

    def _configuration(self) -> dict[str, Any]:
        paths = {"jwks_uri": JWKS, "authorization_endpoint": AUTHORIZE, "token_endpoint": TOKEN}
        return {"issuer": self.url, **{name: self.url + path for name, path in paths.items()}, **self.metadata}

    def _authorized(self, asked: Mapping[str, str]) -> Said:
        """Send whoever asks back with a code."""
        right = {"client_id": CLIENT, "response_type": "code", "redirect_uri": self.redirect_uri}
        if any(asked.get(name) != value for name, value in right.items()) or "openid" not in asked["scope"].split():
            return Said(400, b"not as registered")
        if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            return self._back({"error": "invalid_request", "state": asked["state"]})
        code = secrets.token_urlsafe(24)
        self.secrets.add(code)
        self.codes[code] = Grant(asked["code_challenge"], asked["nonce"], asked["redirect_uri"])
        return self._back({"code": code, "state": asked["state"]})

    def _back(self, answer: Mapping[str, str]) -> Said:
        return Said(302, location=f"{self.redirect_uri}?{urlencode(answer)}")

    def exchanged(self, form: str, authorization: str) -> Said:
        """What the token endpoint says. A code is good once, and for whoever knows the verifier."""
        self.asked.append(TOKEN)
        if TOKEN in self.says:
            return self.says[TOKEN]
        sent = dict(parse_qsl(form))
        if _client(sent, authorization) != (CLIENT, CLIENT_SECRET):
            return said({"error": "invalid_client"}, 401)
        grant = self.codes.pop(sent.get("code", ""), None)
        proof = urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        if grant is None or grant.challenge != proof or sent.get("redirect_uri") != grant.redirect_uri:
            return said({"error": "invalid_grant", "error_description": "no such code"}, 400)
        access = secrets.token_urlsafe(24)
        issued = self.token or self._id_token(grant, access)
        self.secrets |= {access, issued}
        return said({"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": issued})

    def _id_token(self, grant: Grant, access: str) -> str:
        half = urlsafe_b64encode(hashlib.sha256(access.encode()).digest()[:16]).decode().rstrip("=")
        claims = {"nonce": grant.nonce, "at_hash": half, **self.visitor}
        return self.issue(claims, **{"audience": CLIENT, "at_s": self.now_s(), **self.issuing})


def _client(sent: Mapping[str, str], authorization: str) -> tuple[str, ...]:
    """Who asks (RFC 6749, 2.3.1), in the body or in the header."""
    if authorization.startswith("Basic "):
        return tuple(unquote(part) for part in b64decode(authorization[6:]).decode().split(":", 1))
    return sent.get("client_id", ""), sent.get("client_secret", "")


def said(document: object, status: int = 200) -> Said:
    """A JSON document."""
    return Said(status, body=json.dumps(document).encode())


def _handler(provider: OidcProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(provider.answer_to(self.path, self.headers.get("Authorization", "")))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            known = self.path == TOKEN
            self._answer(provider.exchanged(body, self.headers.get("Authorization", "")) if known else Said(404))

        def _answer(self, answer: Said) -> None:
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
