"""People sign in at their provider, and are for the gate whom the policy says they are."""

import asyncio
import logging
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from starlette.requests import Request

from gate.domain.instant import NANOSECOND_PER_SECOND
from gate.interfaces.web.attempts import MOST
from gate.interfaces.web.session import session_of
from tests.builders import DAY, HOUR, MINUTE
from tests.house import FILES
from tests.http_house import HttpHouse, problem_in
from tests.oidc_provider import CLIENT_SECRET, DISCOVERY, JWKS, TOKEN, OidcProvider, Said, said
from tests.web_house import ADDRESS, MARIA, SESSION, WebHouse, browser_of

pytestmark = pytest.mark.anyio


@pytest.fixture
async def web() -> AsyncIterator[WebHouse]:
    async with WebHouse.open() as opened:
        yield opened


def changed(url: str, **parameters: str | None) -> str:
    """The URL with other parameters; one that is None is left out."""
    said = {**dict(parse_qsl(urlsplit(url).query)), **parameters}
    return f"{url.partition('?')[0]}?{urlencode({name: value for name, value in said.items() if value is not None})}"


async def test_somebody_signs_in_and_sees_the_page_they_wanted(web: WebHouse) -> None:
    answer = await web.sign_in("/changes/chg_1?step=peer_review")
    assert (answer.status_code, answer.headers["location"]) == (303, "/changes/chg_1?step=peer_review")
    assert await web.knows() == "maria"


async def test_the_provider_is_asked_with_everything_that_binds_its_answer(web: WebHouse) -> None:
    asked = parse_qs(urlsplit(await web.begin()).query)
    assert asked["redirect_uri"] == [f"{ADDRESS}/sign-in/callback"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["scope"] == ["openid email profile"]
    again = parse_qs(urlsplit(await web.begin()).query)
    for secret in ("state", "nonce", "code_challenge"):
        assert len(asked[secret][0]) >= 43
        assert asked[secret] != again[secret]


async def test_where_people_come_back_to_is_never_what_a_request_says(web: WebHouse) -> None:
    forged = {"Host": "evil.test", "X-Forwarded-Host": "evil.test", "Forwarded": "host=evil.test"}
    answer = await web.browser.get("/sign-in", headers=forged)
    assert "evil" not in answer.headers["location"]


async def test_the_cookie_is_for_this_host_alone_and_no_script_reads_it(web: WebHouse) -> None:
    answer = await web.sign_in()
    given = [SimpleCookie(value) for value in answer.headers.get_list("set-cookie")]
    cookies = {name: morsel for each in given for name, morsel in each.items()}
    session = cookies.pop(SESSION)
    assert (session["secure"], session["httponly"], session["samesite"]) == (True, True, "lax")
    assert (session["path"], session["domain"], session["max-age"]) == ("/", "", "3600")
    assert all(name.startswith("__Host-gate-sign-in-") and each["max-age"] == "0" for name, each in cookies.items())


async def test_a_session_ends_by_itself(web: WebHouse) -> None:
    await web.sign_in()
    web.house.bench.clock.advance(HOUR - MINUTE)
    assert await web.knows() == "maria"
    web.house.bench.clock.advance(MINUTE)
    assert await web.knows() == ""


async def test_signing_out_ends_it(web: WebHouse) -> None:
    await web.sign_in()
    answer = await web.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-out")
    assert await web.knows() == ""
    assert "You are signed out" in (await web.browser.get("/sign-out")).text


async def test_signing_in_anew_begins_another_session(web: WebHouse) -> None:
    await web.sign_in()
    first, cookie = await web.csrf(), web.browser.cookies[SESSION]
    await web.sign_in()
    assert await web.csrf() != first
    assert web.browser.cookies[SESSION] != cookie


@pytest.mark.parametrize("change", ["", "x", "tail", "head", "swap"])
async def test_a_cookie_that_was_tampered_with_is_nobody(web: WebHouse, change: str) -> None:
    await web.sign_in()
    cookie = web.browser.cookies[SESSION]
    middle = cookie.split(".")[3]
    changes = {
        "tail": cookie[:-1] + ("A" if cookie[-1] != "A" else "B"),
        "head": "eyJhbGciOiJub25lIn0" + cookie[cookie.index(".") :],
        "swap": cookie.replace(middle, middle[::-1]),
    }
    web.browser.cookies.clear()
    web.browser.cookies.set(SESSION, changes.get(change, change), domain="gate.house.test")
    assert await web.knows() == ""


async def test_a_cookie_says_nothing_to_whoever_reads_it(web: WebHouse) -> None:
    await web.sign_in()
    assert "maria" not in web.browser.cookies[SESSION]


async def test_two_gates_of_one_key_know_the_same_people_and_others_do_not(web: WebHouse) -> None:
    key: dict[str, Any] = {"session_key": "k" * 40}
    async with WebHouse.open(**key) as first, WebHouse.open(**key, sign_in_issuer=first.provider.url) as second:
        await first.sign_in()
        second.browser.cookies = first.browser.cookies
        web.browser.cookies = first.browser.cookies
        assert await second.knows() == "maria"
        assert await web.knows() == ""


async def test_whoever_signed_in_at_another_provider_is_nobody_here() -> None:
    key: dict[str, Any] = {"session_key": "k" * 40}
    async with WebHouse.open(**key) as first, WebHouse.open(**key) as second:
        await first.sign_in()
        second.browser.cookies = first.browser.cookies
        assert await second.knows() == ""


async def test_without_a_key_the_log_says_once_that_sessions_end_with_the_gate(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with WebHouse.open() as web:
        await web.sign_in()
    assert caplog.text.count("GATE_SESSION_KEY is not set") == 1
    caplog.clear()
    async with WebHouse.open(session_key="k" * 40):
        pass
    assert "GATE_SESSION_KEY" not in caplog.text


async def test_two_pages_that_were_opened_at_once_are_both_signed_in(web: WebHouse) -> None:
    first, second = await web.begin("/one"), await web.begin("/two")
    for url, wanted in ((second, "/two"), (first, "/one")):
        answer = await web.browser.get(await web.at_provider(url))
        assert answer.headers["location"] == wanted


async def test_a_browser_keeps_few_attempts(web: WebHouse) -> None:
    for _ in range(3 * MOST):
        await web.begin()
    assert len(web.browser.cookies) <= MOST


async def test_an_answer_in_another_browser_is_none(web: WebHouse) -> None:
    back = await web.at_provider(await web.begin())
    async with browser_of(web.house) as other:
        problem_page = await other.get(back)
    assert problem_page.status_code == 401
    assert SESSION not in problem_page.cookies
    # And the code was not used up: whoever began, ends.
    assert (await web.browser.get(back)).status_code == 303


@pytest.mark.parametrize("state", ["", "another", None])
async def test_a_wrong_state_is_refused_before_the_provider_is_asked(web: WebHouse, state: str | None) -> None:
    back = await web.at_provider(await web.begin())
    answer = await web.browser.get(changed(back, state=state))
    assert answer.status_code == 401
    assert "no answer to a sign-in that this browser began" in answer.text
    assert TOKEN not in web.provider.asked


async def test_the_cookie_of_one_attempt_is_none_for_another(web: WebHouse) -> None:
    first, second = [parse_qs(urlsplit(await web.begin()).query)["state"][0] for _ in range(2)]
    names = sorted(web.browser.cookies)
    values = [web.browser.cookies[name] for name in names]
    web.browser.cookies.clear()
    for name, value in zip(names, reversed(values), strict=True):
        web.browser.cookies.set(name, value, domain="gate.house.test")
    for state in (first, second):
        assert (await web.browser.get(f"/sign-in/callback?code=x&state={state}")).status_code == 401


async def test_an_answer_that_comes_twice_is_taken_once(web: WebHouse) -> None:
    back = await web.at_provider(await web.begin())
    kept = dict(web.browser.cookies)
    assert (await web.browser.get(back)).status_code == 303
    assert (await web.browser.get(back)).status_code == 401
    # Not even with the cookie of the attempt, which somebody may have copied: the provider takes no code twice.
    async with browser_of(web.house) as thief:
        for name, value in kept.items():
            thief.cookies.set(name, value, domain="gate.house.test")
        assert (await thief.get(back)).status_code == 401
    assert web.provider.asked.count(TOKEN) == 2


async def test_an_answer_that_comes_late_is_refused(web: WebHouse) -> None:
    back = await web.at_provider(await web.begin())
    web.house.bench.clock.advance(10 * MINUTE)
    assert (await web.browser.get(back)).status_code == 401


async def test_a_code_of_somebody_elses_is_worth_nothing_without_their_verifier(web: WebHouse) -> None:
    async with browser_of(web.house) as victim:
        url = (await victim.get("/sign-in")).headers["location"]
        stolen = parse_qs(urlsplit(await web.at_provider(url)).query)["code"][0]
    back = await web.at_provider(await web.begin())
    assert (await web.browser.get(changed(back, code=stolen))).status_code == 401
    assert await web.knows() == ""


async def test_an_answer_of_another_provider_is_refused(web: WebHouse) -> None:
    back = await web.at_provider(await web.begin())
    assert (await web.browser.get(changed(back, iss="https://evil.test"))).status_code == 401
    back = await web.at_provider(await web.begin())
    assert (await web.browser.get(changed(back, iss=web.provider.url))).status_code == 303


async def test_a_provider_that_names_itself_must_always_do(web: WebHouse) -> None:
    web.provider.metadata = {"authorization_response_iss_parameter_supported": True}
    back = await web.at_provider(await web.begin())
    assert (await web.browser.get(back)).status_code == 401


async def test_whom_the_provider_does_not_let_in_is_told_so(web: WebHouse) -> None:
    state = parse_qs(urlsplit(await web.begin()).query)["state"][0]
    answer = await web.browser.get(f"/sign-in/callback?error=access_denied&error_description=x&state={state}")
    assert answer.status_code == 403
    assert "did not let you in: access_denied" in answer.text


async def test_what_somebody_wrote_into_a_link_is_not_repeated(web: WebHouse) -> None:
    state = parse_qs(urlsplit(await web.begin()).query)["state"][0]
    answer = await web.browser.get(f"/sign-in/callback?error=Call+0800-evil+<script>&state={state}")
    assert answer.status_code == 403
    assert "evil" not in answer.text


@pytest.mark.parametrize("query", ["", "&code=", "&code=a&code=b", f"&code={'x' * 5_000}", "&iss=a&iss=b&code=x"])
async def test_an_answer_that_cannot_be_read_is_a_clear_error(web: WebHouse, query: str) -> None:
    state = parse_qs(urlsplit(await web.begin()).query)["state"][0]
    answer = await web.browser.get(f"/sign-in/callback?state={state}{query}")
    assert answer.status_code == 400
    assert "your provider" in answer.text.replace("&#39;", "'")


@pytest.mark.parametrize("path", [DISCOVERY, TOKEN, JWKS])
@pytest.mark.parametrize(
    "answer",
    [
        Said(503),
        Said(302, location="http://127.0.0.1:1/"),
        Said(body=b"no JSON"),
        Said(body=b"[]"),
        Said(body=b"x" * 300_000),
        Said(body=b"{}", encoding="gzip"),
    ],
    ids=["error", "redirect", "text", "list", "huge", "compressed"],
)
async def test_a_provider_that_does_not_answer_is_a_clear_page(web: WebHouse, path: str, answer: Said) -> None:
    if path != DISCOVERY:
        back = await web.at_provider(await web.begin())
    web.provider.says[path] = answer
    shown = await web.browser.get("/sign-in" if path == DISCOVERY else back)
    assert shown.status_code == 503, shown.text
    assert shown.headers["content-type"].startswith("text/html")
    assert shown.headers["retry-after"]
    assert f"the issuer {web.provider.url}" in shown.text
    assert await web.knows() == ""


async def test_many_at_once_ask_the_provider_once(web: WebHouse) -> None:
    answers = await asyncio.gather(*(web.browser.get("/sign-in") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {303}
    assert web.provider.asked == [DISCOVERY]


async def test_a_provider_that_is_back_lets_people_in(web: WebHouse) -> None:
    web.provider.go_away()
    for _ in range(3):
        assert (await web.browser.get("/sign-in")).status_code == 503
    assert web.provider.asked == [DISCOVERY]
    web.provider.come_back()
    web.house.bench.clock.advance(5 * NANOSECOND_PER_SECOND)
    assert (await web.sign_in()).status_code == 303


async def test_a_provider_that_does_not_know_the_gate_is_the_operators_affair(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with WebHouse.open(client={"secret": "wrong"}) as web:
        answer = await web.sign_in()
    assert answer.status_code == 503
    assert "invalid_client" in caplog.text


@pytest.mark.parametrize("methods", [None, ["client_secret_basic"], ["client_secret_post", "client_secret_basic"]])
async def test_the_gate_shows_its_secret_as_the_provider_wants(web: WebHouse, methods: list[str] | None) -> None:
    if methods is not None:
        web.provider.metadata = {"token_endpoint_auth_methods_supported": methods}
    assert (await web.sign_in()).status_code == 303


async def test_whom_the_policy_does_not_name_is_told_what_to_have_added(web: WebHouse) -> None:
    web.provider.visitor = {"sub": "77", "email": "stranger@house.test", "email_verified": True}
    answer = await web.sign_in()
    assert answer.status_code == 403
    assert "account 77" in answer.text
    assert "stranger@house.test" in answer.text
    assert "groups.yaml" in answer.text
    assert await web.knows() == ""


@pytest.mark.parametrize("verified", [False, None, "false", 1.5, "yes"])
async def test_an_address_that_the_provider_has_not_verified_is_nobodys(web: WebHouse, verified: object) -> None:
    web.provider.visitor = {**MARIA, "email_verified": verified}
    assert (await web.sign_in()).status_code == 403


async def test_an_account_goes_before_an_address(web: WebHouse) -> None:
    account = [{"issuer": web.provider.url, "id": "12"}]
    await web.merge_people({"kind": "Person", "name": "ruth", "emails": ["ruth@house.test"], "accounts": account})
    await web.sign_in()
    assert await web.knows() == "ruth"


async def test_an_heir_of_the_address_is_somebody_else(web: WebHouse) -> None:
    account = [{"issuer": web.provider.url, "id": "11"}]
    await web.merge_people({"kind": "Person", "name": "maria", "emails": ["maria@house.test"], "accounts": account})
    assert (await web.sign_in()).status_code == 403


async def test_an_account_may_be_named_by_another_claim() -> None:
    async with WebHouse.open(client={"account_claim": "oid"}) as web:
        account = [{"issuer": web.provider.url, "id": "0b1d"}]
        await web.merge_people({"kind": "Person", "name": "ruth", "accounts": account})
        web.provider.visitor = {"sub": "pairwise", "oid": "0b1d"}
        await web.sign_in()
        assert await web.knows() == "ruth"


async def test_a_robot_does_not_sign_in(web: WebHouse) -> None:
    await web.merge_people({"kind": "Person", "name": "maria", "emails": ["maria@house.test"], "robot": True})
    answer = await web.sign_in()
    assert answer.status_code == 403
    assert "robot" in answer.text


async def test_whom_a_merged_policy_names_no_more_is_signed_out(web: WebHouse) -> None:
    await web.sign_in()
    left = [
        {**each, "members": [name for name in each["members"] if name != "maria"]} if "members" in each else each
        for each in FILES["groups.yaml"]
        if each["name"] != "maria"
    ]
    await web.house.bench.merge("maria has left", {"groups.yaml": left})
    assert await web.knows() == ""


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.test",
        "https://evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "/%09/evil.test\t",
        "/\t/evil.test",
        "javascript:alert(1)",
        "evil.test",
        "/a//evil.test",
        "/a\r\nSet-Cookie: x=y",
        "/" + "a" * 2_000,
        "/#x",
        "",
    ],
)
async def test_nobody_is_sent_elsewhere_after_signing_in(web: WebHouse, wanted: str) -> None:
    assert (await web.sign_in(wanted)).headers["location"] == "/"


async def test_a_gate_without_a_provider_says_so() -> None:
    async with HttpHouse.open() as house, browser_of(house, "http://127.0.0.1:8080") as browser:
        answer = await browser.get("/sign-in")
    assert answer.status_code == 404
    assert "GATE_SIGN_IN_ISSUER" in answer.text


async def test_whoever_tries_too_often_waits(web: WebHouse) -> None:
    statuses = {(await web.browser.get("/sign-in/callback")).status_code for _ in range(80)}
    assert statuses == {401, 429}


async def test_no_cookie_opens_the_api(web: WebHouse) -> None:
    await web.house.token("ci", "submit")
    web.house.bench.clock.advance(DAY)
    await web.sign_in()
    assert await web.knows() == "maria"
    problem_in(await web.browser.get("/v1/policy"), 401, "no-token")
    problem_in(await web.browser.post("/v1/changes", json={}, headers={"Origin": ADDRESS}), 401, "no-token")


async def test_nothing_of_a_sign_in_is_in_the_log_or_in_what_the_gate_says(
    web: WebHouse, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    began = await web.begin()
    back = await web.at_provider(began)
    answers = [await web.browser.get(back), await web.browser.get(back), await web.browser.get("/sign-out")]
    web.provider.visitor = {**MARIA, "email": "stranger@house.test"}
    answers.append(await web.sign_in())
    given = {CLIENT_SECRET, *web.provider.secrets, *parse_qs(urlsplit(began).query)["state"]}
    ours = [record.getMessage() for record in caplog.records if not _is_the_browsers(record)]
    shown = [f"{answer.headers.get('location', '')} {answer.text}" for answer in answers]
    assert not [
        (secret, text) for secret in given for text in [*ours, *shown, began.partition("?")[0]] if secret in text
    ]


def _is_the_browsers(record: logging.LogRecord) -> bool:
    """What this test's own clients log of what they ask."""
    return "gate.house.test" in record.getMessage() or "/authorize" in record.getMessage()


async def test_the_key_set_is_asked_for_once_for_many(web: WebHouse) -> None:
    for _ in range(3):
        await web.sign_in()
    assert web.provider.asked.count(JWKS) == 1


async def test_a_provider_that_rotates_its_keys_lets_people_in(web: WebHouse) -> None:
    await web.sign_in()
    web.house.bench.clock.advance(2 * MINUTE)
    web.provider.rotate()
    assert (await web.sign_in()).status_code == 303


async def test_another_issuer_in_the_discovery_document_is_none(web: WebHouse) -> None:
    web.provider.says[DISCOVERY] = said({**_configuration(web.provider), "issuer": web.provider.url + "/"})
    assert (await web.browser.get("/sign-in")).status_code == 503


@pytest.mark.parametrize("endpoint", ["authorization_endpoint", "token_endpoint"])
@pytest.mark.parametrize("address", [None, 7, "http://elsewhere.test/x", "ftp://127.0.0.1/x", "javascript:alert(1)"])
async def test_nobody_is_sent_where_others_listen(web: WebHouse, endpoint: str, address: object) -> None:
    web.provider.says[DISCOVERY] = said({**_configuration(web.provider), endpoint: address})
    assert (await web.browser.get("/sign-in")).status_code == 503


def _configuration(provider: OidcProvider) -> dict[str, object]:
    return {
        "issuer": provider.url,
        "jwks_uri": f"{provider.url}{JWKS}",
        "authorization_endpoint": f"{provider.url}/authorize",
        "token_endpoint": f"{provider.url}{TOKEN}",
    }


async def test_what_the_provider_says_of_somebodys_groups_goes_into_the_session() -> None:
    async with WebHouse.open(client={"groups_claim": "groups"}) as web:
        files = [
            {**each, "claim": "/pay"} if each["name"] == "team-payments" else each for each in FILES["groups.yaml"]
        ]
        await web.house.bench.merge("a claim", {"groups.yaml": files})
        web.provider.visitor = {**MARIA, "groups": ["/pay", "/others"]}
        await web.sign_in()
        asked = Request({"type": "http", "app": web.house.app, "headers": _cookies(web)})
        session = session_of(asked)
        assert session is not None
        assert (session.person, session.groups_claimed) == ("maria", ("team-payments",))


def _cookies(web: WebHouse) -> list[tuple[bytes, bytes]]:
    return [(b"cookie", f"{name}={value}".encode()) for name, value in web.browser.cookies.items()]
