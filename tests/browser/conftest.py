"""A real browser, and a demonstration gate to open in it. Screenshots go to a temporary folder, and nowhere else."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.acceptance.served import ServedGate, gate, serving

CHROMIUM: Final = os.environ.get("GATE_TEST_CHROMIUM") or shutil.which("chromium")
SCREENSHOTS: Final = os.environ.get("GATE_TEST_SCREENSHOTS")
"""A folder to keep them in, for whoever wants to look at the pages."""
_PATIENCE_MS: Final = 10_000
_PASSED: Final = [{"kind": "tests", "status": "passed"}, {"kind": "security-scan", "status": "passed"}]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed: see scripts/install-chromium")
    with sync_playwright() as playwright:
        # Where tests run as root, as in a container, Chromium's own sandbox cannot be had.
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedGate]:
    """A gate with the default pack on which anybody may be anybody."""
    folder = tmp_path_factory.mktemp("demo")
    made = gate("init", str(folder / "policy"))
    assert made.status == 0, made.err
    with serving(folder / "policy", folder / "state", GATE_DEMO="true") as served:
        yield served


@dataclass
class Visit:
    """Somebody at the gate with a browser of their own."""

    served: ServedGate
    context: BrowserContext
    page: Page
    shots: Path

    def open(self, path: str) -> Page:
        """A page of the gate."""
        self.page.goto(f"{self.served.url}{path}")
        return self.page

    def sign_in(self, name: str) -> Page:
        """Choose to be somebody."""
        self.open("/sign-in")
        self.page.get_by_role("button", name=name).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("What waits for you")
        return self.page

    def shoot(self, name: str) -> None:
        """Keep a picture of the whole page."""
        self.page.screenshot(path=self.shots / f"{name}.png", full_page=True)


@pytest.fixture
def visit(browser: Browser, demo: ServedGate, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Begin a visit, with whatever a browser can be told: `java_script_enabled=False`, `color_scheme="dark"`."""
    shots = Path(SCREENSHOTS) if SCREENSHOTS else tmp_path
    shots.mkdir(parents=True, exist_ok=True)
    begun: list[BrowserContext] = []

    def begin(**told: Any) -> Visit:
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 850}, **told})
        context.set_default_timeout(_PATIENCE_MS)
        begun.append(context)
        page = context.new_page()
        return Visit(demo, context, page, shots)

    yield begin
    for context in begun:
        context.close()


def ask(served: ServedGate, run: str, **fields: Any) -> str:
    """The id of a change that a pipeline asks for and maria wrote: payments into production, where nothing is said."""
    usual = {
        "service": "payments",
        "environment": "production",
        "commit": "4f0c2f6d1f0d4c3b8a7e6d5c4b3a291817161514",
        "run": run,
        "author": "maria",
        "requester": "pipeline",
        "evidence": _PASSED,
        "paths": ["src/fees/rounding.py"],
        "size": {"files": 3, "lines": 40},
        "summary": "Round fees to the cent\n\nThe ledger expects whole cents since May.",
        "diff_url": "https://forge.example.org/payments/merge/41",
    }
    answer = httpx2.post(f"{served.url}/v1/changes", json=usual | fields)
    assert answer.is_success, answer.text
    return str(answer.json()["id"])


def answer_elsewhere(served: ServedGate, change: str, by: str) -> None:
    """Somebody approves the peer review by other means than this browser."""
    said = {"step": "peer_review", "answer": "approve", "by": by}
    answer = httpx2.post(f"{served.url}/v1/changes/{change}/approvals", json=said)
    assert answer.is_success, answer.text


@contextmanager
def no_trouble(page: Page) -> Iterator[None]:
    """While this goes on, the page says nothing on the console: no script fails, no policy is broken."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield
    assert not said, said
