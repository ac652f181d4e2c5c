"""The look-out for secrets is not blind: what it should find, it finds."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Final

import pytest

from tests.secrecy import discreet, keep, titles, told

TOKEN: Final = "cg_0123456789abcdef_" + "s" * 43
NOWHERE: Final = "http://127.0.0.1:1"


@pytest.fixture
def careless() -> Iterator[int]:
    """A process that has started another with a token on its command line; its id."""
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(flush=True); input()', '{TOKEN}'])"
    command = [sys.executable, "-c", child]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 -- our words
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.kill()


@pytest.mark.parametrize(
    "text",
    [
        f"revoke {TOKEN}",
        "postgresql://gate:hunter2@db/gate",
        "Authorization: Bearer 0123456789abcdef",
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
    ],
)
def test_what_looks_like_a_secret_is_found(text: str) -> None:
    assert told(f"it said {text}, and went on")


def test_what_a_server_was_given_is_found_whatever_it_looks_like() -> None:
    assert not told("plain words of this test")
    keep({"GATE_HOOK_SECRET": "plain words of this test", "GATE_DATABASE_URL": "postgresql://gate:and-these@db/x"})
    assert told("plain words of this test")
    assert told("and-these")


def test_a_secret_in_the_title_of_a_process_is_found(careless: int) -> None:
    assert any(TOKEN in title for title in titles(careless))
    with pytest.raises(AssertionError, match="in `ps`"), discreet(careless, NOWHERE, {}):
        pass


def test_ordinary_words_are_no_secrets() -> None:
    assert not told("a bearer of news; https://git.example.org/a@b; token cg_0123456789abcdef_*** was revoked")
