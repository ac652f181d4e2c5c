"""Every answer and every log line of a request carry its name; the caller may choose it, within reason."""

import re

import pytest
import structlog
from starlette.types import Receive, Scope, Send

from gate.interfaces.http.request_id import HEADER, RequestId
from tests.unit.interfaces.http.asgi import Call, answer, part

pytestmark = pytest.mark.anyio


class Noting:
    """An app that notes what the log would say."""

    def __init__(self) -> None:
        self.bound: list[str | None] = []

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        self.bound.append(structlog.contextvars.get_contextvars().get("request_id"))
        if scope["type"] == "http":
            await answer(send)


async def name_of(given: str | None) -> str:
    app = Noting()
    headers = [] if given is None else [(HEADER, given)]
    call = await Call(part(), headers=headers).of(RequestId(app))
    assert app.bound == [call.headers[HEADER.lower()]]
    return call.headers[HEADER.lower()]


async def test_a_request_without_a_name_gets_one_of_its_own() -> None:
    one, other = await name_of(None), await name_of(None)
    assert re.fullmatch("[0-9a-f]{16}", one)
    assert one != other


@pytest.mark.parametrize("given", ["build-1842", "0198c1f2-a4b0-7c3d-8e9f-0a1b2c3d4e5f", "a" * 64])
async def test_a_harmless_name_is_kept(given: str) -> None:
    assert await name_of(given) == given


@pytest.mark.parametrize(
    "given", ["", "short", "a" * 65, "with space", "a\tb-12345", "line\nbreak", "<script>1", "é" * 8]
)
async def test_another_name_is_replaced(given: str) -> None:
    assert await name_of(given) != given


async def test_a_token_sent_as_a_name_is_neither_said_again_nor_logged() -> None:
    name = await name_of("cg_0123456789abcdef_nobody-should-read-this")
    assert re.fullmatch("[0-9a-f]{16}", name)
    assert name != "0123456789abcdef"


async def test_a_name_is_for_one_request() -> None:
    await name_of("build-1842")
    assert "request_id" not in structlog.contextvars.get_contextvars()


async def test_what_is_no_request_needs_no_name() -> None:
    app = Noting()
    await Call(kind="lifespan").of(RequestId(app))
    assert app.bound == [None]
