"""Whose pages the gate takes forms from, and what its cookies are called."""

import pytest
from starlette.requests import Request
from starlette.responses import Response

from gate.interfaces.web.origin import Origin


def asking(host: str = "127.0.0.1:8080") -> Request:
    return Request({"type": "http", "headers": [(b"host", host.encode())]})


@pytest.mark.parametrize(
    ("address", "origin", "is_own"),
    [
        ("https://gate.test", "https://gate.test", True),
        ("https://Gate.test:443", "https://gate.test", True),
        ("https://gate.test:8443", "https://gate.test:8443", True),
        ("http://[::1]:8080", "http://[::1]:8080", True),
        ("https://gate.test", "http://gate.test", False),
        ("https://gate.test", "https://gate.test:8443", False),
        ("https://gate.test", "https://gate.test.evil.test", False),
        ("https://gate.test", "https://evil.test", False),
        ("https://gate.test", "null", False),
        ("https://gate.test", "", False),
        ("https://gate.test", "http://127.0.0.1:8080", False),
    ],
)
def test_where_the_address_is_set_it_alone_counts(address: str, origin: str, is_own: bool) -> None:  # noqa: FBT001 -- a column of the table
    assert Origin(address).is_own(origin, asking("evil.test")) is is_own


@pytest.mark.parametrize(
    ("host", "origin", "is_own"),
    [
        ("127.0.0.1:8080", "http://127.0.0.1:8080", True),
        ("localhost:8080", "http://localhost:8080", True),
        ("[::1]:8080", "http://[::1]:8080", True),
        ("localhost:8080", "http://127.0.0.1:8080", False),
        ("localhost:8080", "http://localhost:9090", False),
        ("rebound.evil.test:8080", "http://rebound.evil.test:8080", False),
        ("localhost.evil.test", "http://localhost.evil.test", False),
        ("", "http://", False),
        ("[", "http://[", False),
    ],
)
def test_without_one_only_this_machine_does(host: str, origin: str, is_own: bool) -> None:  # noqa: FBT001 -- the same
    assert Origin().is_own(origin, asking(host)) is is_own


def test_cookies_are_bound_to_the_host_where_a_browser_can_do_that() -> None:
    assert Origin("https://gate.test").cookie("a").name == "__Host-a"
    assert Origin("http://127.0.0.1:8080").cookie("a").name == "a"
    response = Response()
    Origin("http://127.0.0.1:8080").cookie("a").give(response, "b", 60)
    assert response.headers["set-cookie"] == "a=b; HttpOnly; Max-Age=60; Path=/; SameSite=lax"
