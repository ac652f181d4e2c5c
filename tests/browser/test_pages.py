"""The pages in a real browser: with a mouse, with a keyboard alone, without scripts, in the dark, and on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.served import ServedGate
from tests.browser.conftest import Visit, answer_elsewhere, ask, no_trouble

pytestmark = pytest.mark.browser

Begin = Callable[..., Visit]


def test_somebody_signs_in_finds_a_change_in_the_inbox_and_approves_it(visit: Begin, demo: ServedGate) -> None:
    change = ask(demo, "approve", summary="Round fees to the cent")
    mei = visit()
    with no_trouble(mei.page):
        page = mei.sign_in("mei")
        mei.shoot("inbox")
        page.locator(f"a.button[href='/changes/{change}#step-peer_review']").click()
        mei.shoot("change")
        expect(page.get_by_role("heading", level=1)).to_have_text("payments into production")
        page.get_by_label("Your reason").first.fill("The test covers half a cent.")
        page.get_by_role("button", name="Approve peer review").click()
        expect(page.get_by_role("status")).to_have_text("Your approval is on record.")
        step = page.locator("#step-peer_review")
        expect(step).to_contain_text("Satisfied")
        expect(step).to_contain_text("The test covers half a cent.")
        page.reload()
        expect(page.locator("#step-peer_review .answers li")).to_have_count(1)


def test_a_risky_change_is_reviewed_by_two_people(visit: Begin, demo: ServedGate) -> None:
    risky = {"paths": ["src/settle.py", "migrations/0042.sql"], "size": {"files": 2, "lines": 600}}
    change = ask(demo, "two people", author="joris", **risky)
    steps = {"mei": "peer_review", "maria": "owner_approval"}
    for person, step in steps.items():
        one = visit()
        one.sign_in(person)
        page = one.open(f"/changes/{change}")
        expect(page.locator(".badges")).to_contain_text("high risk")
        page.get_by_role("button", name=f"Approve {step.replace('_', ' ')}").click()
        expect(page.get_by_role("status")).to_have_text("Your approval is on record.")
    for person, step in steps.items():
        expect(page.locator(f"#step-{step}")).to_contain_text("Satisfied")
        expect(page.locator(f"#step-{step} .answers")).to_contain_text(person)


def test_a_veto_without_a_reason_comes_back_and_with_one_refuses(visit: Begin, demo: ServedGate) -> None:
    change = ask(demo, "veto")
    mei = visit()
    mei.sign_in("mei")
    page = mei.open(f"/changes/{change}")
    page.get_by_role("button", name="Veto peer review").click()
    expect(page.get_by_role("alert")).to_contain_text("a veto says why")
    expect(page.locator("#trouble")).to_be_focused()
    mei.shoot("trouble")
    page.locator("#step-peer_review").get_by_label("Your reason").fill("It locks the table.")
    page.get_by_role("button", name="Veto peer review").click()
    expect(page.locator(".badges")).to_contain_text("Refused")
    page.locator("#step-peer_review").get_by_role("button", name="Take back my answer").click()
    expect(page.locator(".badges")).to_contain_text("In review")


def test_whoever_wrote_it_comments_and_is_offered_no_answer(visit: Begin, demo: ServedGate) -> None:
    change = ask(demo, "comment")
    maria = visit()
    maria.sign_in("maria")
    page = maria.open(f"/changes/{change}")
    expect(page.get_by_role("button", name="Approve peer review")).to_have_count(0)
    page.get_by_label("Your comment").fill("<b>Agreed</b> with finance.")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator(".history")).to_contain_text("<b>Agreed</b> with finance.")


def press(page: Page, key: str, until: str, most: int = 60) -> None:
    """Press a key until the focus is on what this selector finds."""
    for _ in range(most):
        page.keyboard.press(key)
        if page.evaluate("selector => document.activeElement.matches(selector)", until):
            return
    pytest.fail(f"the focus never came to {until}")


def test_a_keyboard_is_enough(visit: Begin, demo: ServedGate) -> None:
    change = ask(demo, "keyboard")
    mei = visit()
    mei.open("/sign-in")
    press(mei.page, "Tab", "button[value=mei]")
    mei.page.keyboard.press("Enter")
    expect(mei.page.get_by_role("heading", level=1)).to_have_text("What waits for you")
    mei.page.keyboard.press("Tab")
    expect(mei.page.get_by_role("link", name="Skip to the content")).to_be_focused()
    mei.page.keyboard.press("Enter")
    expect(mei.page.locator("main")).to_be_focused()
    press(mei.page, "Tab", f"a[href='/changes/{change}#step-peer_review']")
    outline = mei.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none", "the focus can be seen"
    mei.page.keyboard.press("Enter")
    expect(mei.page.get_by_role("heading", level=1)).to_have_text("payments into production")
    press(mei.page, "Tab", "#reason-peer_review")
    mei.page.keyboard.type("Seen.")
    press(mei.page, "Tab", "#step-peer_review button[value=approve]")
    mei.page.keyboard.press("Enter")
    expect(mei.page.get_by_role("status")).to_have_text("Your approval is on record.")


def test_everything_works_without_scripts(visit: Begin, demo: ServedGate) -> None:
    change = ask(demo, "no scripts")
    mei = visit(java_script_enabled=False)
    page = mei.sign_in("mei")
    page.get_by_role("link", name="Changes").click()
    page.get_by_label("Service").fill("payments")
    page.get_by_label("State").select_option("open")
    page.get_by_role("button", name="Find").click()
    page.locator(f"a[href='/changes/{change}']").click()
    page.get_by_role("button", name="Approve peer review").click()
    expect(page.get_by_role("status")).to_have_text("Your approval is on record.")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")


def test_a_page_that_is_open_shows_what_others_do_meanwhile(visit: Begin, demo: ServedGate) -> None:
    change = ask(demo, "meanwhile")
    ruth = visit()
    ruth.sign_in("ruth")
    page = ruth.open(f"/changes/{change}")
    expect(page.locator("#step-peer_review")).to_contain_text("Waits for people")
    answer_elsewhere(demo, change, "mei")
    expect(page.locator("#step-peer_review")).to_contain_text("Satisfied")


def test_what_is_being_written_is_not_lost_when_others_are_quicker(visit: Begin, demo: ServedGate) -> None:
    change = ask(demo, "quicker")
    mei = visit()
    mei.sign_in("mei")
    page = mei.open(f"/changes/{change}")
    written = page.locator("#step-peer_review").get_by_label("Your reason")
    written.fill("I am still reading.")
    answer_elsewhere(demo, change, "joris")
    expect(page.get_by_role("status")).to_contain_text("This change has moved on.")
    expect(written).to_have_value("I am still reading.")


def test_it_is_dark_where_the_reader_is(visit: Begin) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        somebody = visit(color_scheme=scheme)
        page = somebody.open("/")
        somebody.shoot(f"welcome-{scheme}")
        grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    light, dark = (sum(map(int, ground[4:-1].split(","))) for ground in grounds)
    assert light > 600
    assert dark < 150


def test_a_phone_shows_all_of_a_page_without_scrolling_aside(visit: Begin, demo: ServedGate) -> None:
    change = ask(demo, "phone", summary="w" * 300, labels={"note": "l" * 150})
    mei = visit(viewport={"width": 360, "height": 700}, has_touch=True)
    mei.sign_in("mei")
    for path in ("/", "/changes", f"/changes/{change}", "/pirs", "/bypasses"):
        page = mei.open(path)
        mei.shoot(f"phone-{path.strip('/').partition('/')[0] or 'inbox'}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
