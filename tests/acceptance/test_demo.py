"""`gate serve --demo`: whoever opens the pages is whom they like, on this machine alone."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from gate.domain.review import GivenAnswer
from gate.interfaces.cli.demo import prepare_demo
from gate.interfaces.cli.listening import bound
from gate.interfaces.web.actor import caller_of, given
from gate.interfaces.web.session import Session
from gate.settings import Settings
from tests.acceptance.served import gate, serving
from tests.http_house import HttpHouse
from tests.web_house import browser_of

HERE = "http://127.0.0.1:8080"
STATE = re.compile(r'name="state" value="([^"]+)"')

pytestmark = pytest.mark.anyio


@pytest.fixture
async def browser() -> AsyncIterator[httpx2.AsyncClient]:
    async with HttpHouse.open(demo=True) as house, browser_of(house, HERE) as opened:
        yield opened


async def choose(
    browser: httpx2.AsyncClient, name: str, origin: str = HERE, state: str | None = None
) -> httpx2.Response:
    page = await browser.get("/sign-in?next=/changes")
    found = STATE.search(page.text)
    assert found is not None
    sent = {"person": name, "state": found[1] if state is None else state}
    return await browser.post("/sign-in", data=sent, headers={"Origin": origin})


async def test_somebody_chooses_a_name_and_is_that_person(browser: httpx2.AsyncClient) -> None:
    answer = await choose(browser, "maria")
    assert (answer.status_code, answer.headers["location"]) == (303, "/changes")
    assert "You are signed in as maria." in (await browser.get("/sign-out")).text


async def test_every_page_says_that_it_is_a_demonstration(browser: httpx2.AsyncClient) -> None:
    for path in ("/sign-in", "/sign-out", "/nothing"):
        assert "This is a demonstration" in (await browser.get(path)).text


async def test_those_to_choose_are_people_of_the_policy_with_their_groups(browser: httpx2.AsyncClient) -> None:
    shown = (await browser.get("/sign-in")).text
    assert re.findall(r'name="person" value="(\w+)"', shown) == ["maria", "ruth"]  # the house has no mei
    assert "ruth (release-managers)" in shown


@pytest.mark.parametrize("name", ["", "jan", "root", "pipeline"])
async def test_nobody_else_can_be_chosen(browser: httpx2.AsyncClient, name: str) -> None:
    assert (await choose(browser, name)).status_code == 403


@pytest.mark.parametrize("origin", ["http://evil.test", "null", "http://localhost:8080"])
async def test_another_site_cannot_choose_for_somebody(browser: httpx2.AsyncClient, origin: str) -> None:
    assert (await choose(browser, "maria", origin)).status_code == 403


async def test_another_name_of_this_machine_that_a_stranger_gave_it_chooses_nobody() -> None:
    address = "http://rebound.evil.test:8080"
    async with HttpHouse.open(demo=True) as house, browser_of(house, address) as browser:
        assert (await choose(browser, "maria", address)).status_code == 403


async def test_a_choice_is_made_on_the_page_that_offered_it(browser: httpx2.AsyncClient) -> None:
    assert (await choose(browser, "maria", state="another")).status_code == 401


async def test_where_it_is_no_demonstration_nobody_chooses() -> None:
    async with HttpHouse.open() as house, browser_of(house, HERE) as browser:
        answer = await browser.post("/sign-in", data={"person": "maria"}, headers={"Origin": HERE})
    assert answer.status_code == 403


def test_a_demonstration_is_served_and_says_what_it_is(tmp_path: Path) -> None:
    assert gate("init", str(tmp_path / "policy")).status == 0
    with serving(tmp_path / "policy", tmp_path / "state", GATE_DEMO="true") as served:
        shown = httpx2.get(f"{served.url}/sign-in").text
    assert re.findall(r'name="person" value="(\w+)"', shown) == ["maria", "mei", "ruth"]
    assert "team-payments" in shown
    assert "this is a demonstration" in (tmp_path / "state/serve.log").read_text()


def test_a_demonstration_makes_itself_a_policy_where_there_is_none(tmp_path: Path) -> None:
    settings = Settings(demo=True, state_dir=tmp_path)
    with bound("127.0.0.1", 0) as listening:
        prepare_demo(settings, listening)
        made = (tmp_path / "policy/gate.yaml").stat().st_ino
        prepare_demo(settings, listening)
    assert (tmp_path / "policy/gate.yaml").stat().st_ino == made


def test_a_demonstration_leaves_a_policy_alone_that_is_named(tmp_path: Path) -> None:
    with bound("127.0.0.1", 0) as listening:
        prepare_demo(Settings(demo=True, state_dir=tmp_path, policy_repo="https://git.example.org/policy"), listening)
    assert not list(tmp_path.iterdir())


def test_a_demonstration_is_refused_where_others_could_reach_it(tmp_path: Path) -> None:
    refused = gate("serve", "--demo", "--host", "0.0.0.0", "--port", "0", "--state-dir", str(tmp_path))  # noqa: S104 -- refused
    assert refused.status == 2
    assert "lets anybody be anybody" in refused.err


def test_a_demonstration_is_refused_beside_a_provider(tmp_path: Path) -> None:
    environment = {
        "GATE_SIGN_IN_ISSUER": "https://id.example.org",
        "GATE_SIGN_IN_CLIENT_ID": "gate",
        "GATE_PUBLIC_URL": "https://gate.example.org",
    }
    refused = gate("serve", "--demo", "--state-dir", str(tmp_path), environment=environment)
    assert refused.status == 2
    assert "exclude each other" in refused.err


def test_whoever_is_signed_in_acts_as_that_person() -> None:
    session = Session(person="maria", csrf="c", expires_ns=1)
    caller = caller_of(session)
    assert (caller.known_as, caller.name) == ("maria", "person:maria")
    assert given(session, "peer_review", "approve", comment="good") == GivenAnswer(
        step="peer_review", answer="approve", by="maria", shown_by="sign_in", comment="good"
    )
