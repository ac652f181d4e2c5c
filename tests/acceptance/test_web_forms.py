"""Forms are taken from the gate's own pages alone, and pages tell browsers what they may do with them."""

import re
from collections.abc import AsyncIterator

import httpx2
import pytest

from gate.interfaces.web.assets import url_of
from gate.interfaces.web.forms import MAX_BYTES, MAX_FIELDS
from gate.interfaces.web.page_headers import HEADERS
from tests.web_house import ADDRESS, WebHouse, browser_of

FORM = "application/x-www-form-urlencoded"

pytestmark = pytest.mark.anyio


@pytest.fixture
async def web() -> AsyncIterator[WebHouse]:
    async with WebHouse.open() as opened:
        await opened.sign_in()
        yield opened


async def refused(web: WebHouse, answer: httpx2.Response, status: int = 403) -> str:
    """A refusal, after which everything is as before; what it said."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert await web.knows() == "maria"
    return answer.text


@pytest.mark.parametrize("csrf", ["", "x", "é", "c" * 43])
async def test_a_form_without_the_secret_of_its_session_does_nothing(web: WebHouse, csrf: str) -> None:
    assert "not made for who is signed in now" in await refused(web, await web.post("/sign-out", {"csrf": csrf}))


async def test_the_secret_of_another_session_is_none(web: WebHouse) -> None:
    before = await web.csrf()
    await web.sign_in()
    await refused(web, await web.post("/sign-out", {"csrf": before}))


@pytest.mark.parametrize(
    "origin", ["https://evil.test", "null", "", "http://gate.house.test", "https://gate.house.test.evil.test"]
)
async def test_a_form_of_another_site_does_nothing(web: WebHouse, origin: str) -> None:
    await refused(web, await web.post("/sign-out", Origin=origin))


async def test_a_form_of_nowhere_does_nothing(web: WebHouse) -> None:
    answer = await web.browser.post("/sign-out", data={"csrf": await web.csrf()})
    assert "does not come from a page of the gate" in await refused(web, answer)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
async def test_a_browser_that_says_it_comes_from_elsewhere_is_believed(web: WebHouse, site: str) -> None:
    await refused(web, await web.post("/sign-out", Sec_Fetch_Site=site))


async def test_an_older_browser_that_says_only_the_origin_is_taken(web: WebHouse) -> None:
    sent = {"csrf": await web.csrf()}
    answer = await web.browser.post("/sign-out", data=sent, headers={"Origin": ADDRESS})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{}", "application/json"),
        (b"", "text/plain"),
        (b"", ""),
        (b"a=\xff", FORM),
        (b"a=%ff", FORM),
        (b"a=1&a=2", FORM),
        (b"&".join(b"a%d=" % number for number in range(MAX_FIELDS + 1)), FORM),
        (b"a=" + b"x" * MAX_BYTES, FORM),
    ],
    ids=["json", "text", "nothing", "bytes", "no-utf-8", "twice", "many", "large"],
)
async def test_what_is_no_form_is_a_clear_error(web: WebHouse, body: bytes, kind: str) -> None:
    headers = {"Origin": ADDRESS, "Content-Type": kind}
    await refused(web, await web.browser.post("/sign-out", content=body, headers=headers), 400)


async def test_whoever_is_not_signed_in_is_signed_out_already(web: WebHouse) -> None:
    async with browser_of(web.house) as other:
        assert (await other.post("/sign-out", headers={"Origin": ADDRESS})).status_code == 303


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/sign-in/callback", "/nothing/here"])
async def test_every_page_has_the_headers_errors_too(web: WebHouse, path: str) -> None:
    answer = await web.browser.get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert answer.headers["cache-control"] == "no-store"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert set(re.findall(r"<script[^>]*>", answer.text)) <= {f'<script src="{url_of("gate.js")}" defer>'}
    assert " style=" not in answer.text


@pytest.mark.parametrize("path", ["/v1/policy", "/healthz", "/metrics", "/openapi.json", "/v1/nothing"])
async def test_the_api_is_as_before(web: WebHouse, path: str) -> None:
    answer = await web.browser.get(path)
    assert not {"content-security-policy", "cache-control", "set-cookie"} & set(answer.headers)
    assert not answer.headers["content-type"].startswith("text/html")


async def test_the_documentation_keeps_its_own_headers(web: WebHouse) -> None:
    answer = await web.browser.get("/docs")
    assert "form-action 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_who_asks_for_no_page_gets_a_problem(web: WebHouse) -> None:
    answer = await web.browser.get("/nothing/here", headers={"Accept": "application/json"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 404


async def test_a_wrong_method_is_a_page_that_names_the_right_ones(web: WebHouse) -> None:
    answer = await web.browser.put("/sign-out", headers={"Origin": ADDRESS})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_body_that_is_too_large_is_a_page_too(web: WebHouse) -> None:
    answer = await web.browser.post("/sign-out", content=b"x" * 1_000_001, headers={"Content-Type": FORM})
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"]


async def test_what_somebody_else_wrote_is_text_on_a_page() -> None:
    async with WebHouse.open() as web:
        web.provider.visitor = {"sub": "<script>alert(1)</script>"}
        answer = await web.sign_in()
        assert "<script>" not in answer.text
        assert "&lt;script&gt;" in answer.text


async def test_a_form_with_a_character_that_no_database_keeps_does_nothing(web: WebHouse) -> None:
    assert "holds the character NUL" in await refused(web, await web.post("/sign-out", {"comment": "a\0b"}), 400)
