"""What the servers that tests start must keep to themselves, and the places where a stranger might read it.

Log files are looked through once, after everything (`conftest`); the titles of processes and the metrics, while a
server runs. A title is what any user of the machine sees in `ps`.
"""

import os
import re
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

_PATTERNS: Final = (
    re.compile(r"cg_[0-9a-f]{16}_[A-Za-z0-9_-]{43}"),
    re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]*\.[\w-]*"),
    re.compile(r"://[^\s:/@]+:([^\s:/@…*]{4,})@"),
    re.compile(r"(?i)bearer\s+[A-Za-z0-9._~+/=-]{16,}"),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
)
_SETTINGS: Final = (
    "GATE_OPA_TOKEN",
    "GATE_HOOK_SECRET",
    "GATE_TOKEN",
    "GATE_ID_TOKEN",
    "GATE_SIGN_IN_CLIENT_SECRET",
    "GATE_SESSION_KEY",
)
_LOOK_EVERY_S: Final = 0.05

_KEPT: Final[set[str]] = set()
"""Every secret that a server of this run was given."""


def keep(environment: Mapping[str, str]) -> None:
    """Know the secrets of an environment from now on."""
    _KEPT.update(environment[name] for name in _SETTINGS if environment.get(name))
    password = urlsplit(environment.get("GATE_DATABASE_URL", "")).password
    if password:
        _KEPT.add(password)


def told(text: str) -> list[str]:
    """The secrets in a text."""
    found = [match[0] for pattern in _PATTERNS for match in pattern.finditer(text)]
    return found + [secret for secret in _KEPT if secret in text]


def titles(pid: int) -> Iterator[str]:
    """The command lines of a process and of all that it has started, as far as they are still there."""
    with suppress(OSError):
        yield Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from titles(int(child))


@contextmanager
def watched_titles(pid: int | None = None) -> Iterator[set[str]]:
    """All titles that a process, this one where none is named, and its children have as long as this is entered."""
    seen: set[str] = set()
    over = threading.Event()

    def look() -> None:
        while not over.wait(_LOOK_EVERY_S):
            seen.update(titles(pid or os.getpid()))

    watching = threading.Thread(target=look)
    watching.start()
    try:
        yield seen
    finally:
        over.set()
        watching.join()


@contextmanager
def discreet(pid: int, url: str, environment: Mapping[str, str]) -> Iterator[None]:
    """A server that is looked at when it is left: neither its processes' titles nor its metrics tell a secret."""
    keep(environment)
    yield
    shown = list(titles(pid))
    with suppress(OSError), urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:  # noqa: S310 -- ours
        shown.append(answer.read().decode())
    assert not [secret for text in shown for secret in told(text)], "a secret can be read in `ps` or in the metrics"
