"""Where people reach the gate, and what follows from that: its cookies, and whose forms it takes.

What a request says of its own host decides nothing where the address is set (`GATE_PUBLIC_URL`): whoever asks wrote it.
Without one, the gate is for browsers on its own machine.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

_AT_HOME: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie that no script reads, and that no other site's form or frame brings along."""

    name: str
    secure: bool

    def give(self, response: Response, value: str, seconds: int) -> None:
        """Let the browser keep it for so long."""
        response.set_cookie(
            self.name, value, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite="lax"
        )

    def take_back(self, response: Response) -> None:
        """Let the browser forget it."""
        response.delete_cookie(self.name, path="/", secure=self.secure, httponly=True, samesite="lax")


@dataclass(frozen=True, slots=True)
class Origin:
    """The gate's own address."""

    public_url: str = ""

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach it over https."""
        return self.public_url.startswith("https://")

    def cookie(self, name: str) -> Cookie:
        """One of this name; with `__Host-` where a browser holds us to it (RFC 6265bis, 4.1.3.2)."""
        return Cookie(f"__Host-{name}" if self.is_secure else name, self.is_secure)

    def is_own(self, origin: str, asking: HTTPConnection) -> bool:
        """Whether a page of this origin is one of the gate's own."""
        if self.public_url:
            return origin == _origin_in(self.public_url)
        host = asking.headers.get("host", "")
        return origin == f"http://{host}" and is_at_home(origin)


def is_at_home(url: str) -> bool:
    """Whether a URL leads to this very machine, by a name that no stranger's DNS can give away."""
    try:
        return urlsplit(url).hostname in _AT_HOME
    except ValueError:
        return False


def _origin_in(url: str) -> str:
    """Scheme, host and port, as browsers write them (RFC 6454, 6.2): lower case, without the usual port."""
    parts = urlsplit(url)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + ("" if parts.port in {None, usual} else f":{parts.port}")
