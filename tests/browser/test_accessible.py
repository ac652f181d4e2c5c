"""The pages hold to WCAG 2.2 AA, as far as a program can tell (axe-core): light and dark, with and without trouble."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.acceptance.served import ServedGate
from tests.browser.conftest import Visit, answer_elsewhere, ask

pytestmark = pytest.mark.browser

Begin = Callable[..., Visit]
_RULES: Final[dict[str, Any]] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


_CONTRAST: Final[dict[str, Any]] = {"runOnly": ["cat.color"], "resultTypes": ["violations"]}


def demand_accessible(page: Page, rules: dict[str, Any] = _RULES) -> None:
    """Nothing on it is against a rule."""
    found = Axe().run(page, options=rules).response["violations"]
    told = [f"{each['id']}: {each['help']}: {[node['html'][:200] for node in each['nodes']]}" for each in found]
    assert not told, "\n".join(told)


def test_every_page_is_accessible(visit: Begin, demo: ServedGate) -> None:
    change = ask(demo, "accessible")
    stranger = visit()
    for path in ("/", "/sign-in", "/sign-out", "/nothing"):
        demand_accessible(stranger.open(path))
    mei = visit()
    demand_accessible(mei.sign_in("mei"))
    for path in ("/changes", "/changes?service=a%20b", "/pirs", "/bypasses", f"/changes/{change}"):
        demand_accessible(mei.open(path))
    mei.page.get_by_role("button", name="Veto peer review").click()
    demand_accessible(mei.page)
    mei.open("/changes")
    answer_elsewhere(demo, change, "joris")
    demand_accessible(mei.open(f"/changes/{change}?said=approve"))


def test_what_is_read_in_the_dark_has_contrast_enough(visit: Begin, demo: ServedGate) -> None:
    change = ask(demo, "contrast", evidence=[])
    mei = visit(color_scheme="dark")
    demand_accessible(mei.sign_in("mei"), _CONTRAST)
    for path in ("/changes", "/changes?service=a%20b", f"/changes/{change}?said=approve"):
        demand_accessible(mei.open(path), _CONTRAST)
    mei.shoot("change-dark")


def test_headings_go_down_step_by_step_and_every_landmark_is_there(visit: Begin, demo: ServedGate) -> None:
    change = ask(demo, "headings")
    mei = visit()
    mei.sign_in("mei")
    page = mei.open(f"/changes/{change}")
    levels = [
        int(each) for each in page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => h.tagName[1])")
    ]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for role in ("banner", "navigation", "main", "complementary", "contentinfo"):
        assert page.get_by_role(role).count() >= 1, role
