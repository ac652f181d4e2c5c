"""Log lines are for people or for machines, one line an event, and hold no secret even where code was careless."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from structlog.contextvars import bound_contextvars

from gate.adapters import log

TOKEN = "cg_0123456789abcdef_" + "s" * 43
FORMS: tuple[log.LogFormat, ...] = ("console", "json")


class Log:
    """What was logged so far."""

    def __init__(self, captured: pytest.CaptureFixture[str]) -> None:
        self._captured = captured
        self._text = ""

    @property
    def text(self) -> str:
        self._text += self._captured.readouterr().err
        return self._text

    @property
    def lines(self) -> list[dict[str, Any]]:
        """In JSON."""
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Log]:
    """Standard error, and the loggers put back in the end."""
    names = ("", "alembic", "asyncio", "uvicorn.error")
    before = {name: logging.getLogger(name).level for name in names}
    root = logging.getLogger()
    handlers = root.handlers
    yield Log(capsys)
    root.handlers = handlers
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def test_machines_get_an_object_a_line(written: Log) -> None:
    log.configure("json", "info")
    logging.getLogger("gate.application.intake").info("decided: %s", "approved", extra={"decision": "chg_1.1"})
    (line,) = written.lines
    assert (
        line.items()
        >= {
            "event": "decided: approved",
            "decision": "chg_1.1",
            "level": "info",
            "logger": "gate.application.intake",
        }.items()
    )
    assert line["timestamp"].endswith("Z")


def test_people_get_a_line(written: Log) -> None:
    log.configure("console", "info")
    logging.getLogger("gate").warning("cannot follow", extra={"decision": "chg_1.1"})
    assert "cannot follow" in written.text
    assert "decision=chg_1.1" in written.text
    assert written.text.count("\n") == 1


@pytest.mark.parametrize("form", FORMS)
def test_what_happens_during_a_request_carries_its_name(written: Log, form: log.LogFormat) -> None:
    log.configure(form, "info")
    with bound_contextvars(request_id="build-1842"):
        logging.getLogger("gate").info("decided")
    logging.getLogger("gate").info("later")
    first, second = written.text.splitlines()
    assert "build-1842" in first
    assert "build-1842" not in second


def test_only_what_is_asked_for_is_logged(written: Log) -> None:
    log.configure("json", "warning")
    logging.getLogger("gate").info("a detail")
    assert written.text == ""


def test_whoever_sends_garbage_does_not_fill_the_log(written: Log) -> None:
    log.configure("json", "info")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    assert written.text == ""


@pytest.mark.parametrize("form", FORMS)
def test_a_trace_is_logged_whole(written: Log, form: log.LogFormat) -> None:
    log.configure(form, "info")
    try:
        int(TOKEN)
    except ValueError:
        logging.getLogger("gate").exception("a defect")
    assert "Traceback" in written.text
    assert "int(TOKEN)" in written.text
    assert "s" * 43 not in written.text


SECRETS = {
    "a token": (TOKEN, "s" * 43),
    "a token cut off": (TOKEN[:30], TOKEN[20:30]),
    "an authorization": ("Authorization: Bearer abcdefgh12345678", "abcdefgh12345678"),
    "a basic authorization": ("authorization=basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
    "a password in a URL": ("postgresql://gate:hunter2@db/gate", "hunter2"),
    "a password with an at sign": ("https://u:p@ss@git.example.org/x", "p@ss"),
    "a token for a user": ("https://ghp_abcdef@git.example.org/x", "ghp_abcdef"),
}


@pytest.mark.parametrize(("text", "secret"), SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_masked_wherever_it_stands(written: Log, form: log.LogFormat, text: str, secret: str) -> None:
    log.configure(form, "debug")
    logging.getLogger("gate").error("in the text %s", text)
    logging.getLogger("gate").error("beside it", extra={"beside": text, "inside": {"list": [text]}})
    assert len(written.text.splitlines()) == 2
    assert secret not in written.text


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "text", ["one\ntwo", "one\r\ntwo", "\x1b[31mred", "a\x00b", "a\u2028b", "a\x9bb", "\u202eb", "\ud800"]
)
def test_what_others_wrote_stays_on_its_line_and_speaks_to_no_terminal(
    written: Log, form: log.LogFormat, text: str
) -> None:
    log.configure(form, "info")
    logging.getLogger("gate").info("they wrote %s", text, extra={"also": text})
    assert len(written.text.splitlines()) == 1
    assert written.text.rstrip("\n").isprintable()


def test_configuring_twice_logs_once(written: Log) -> None:
    log.configure("json", "info")
    log.configure("json", "info")
    logging.getLogger("gate").info("once")
    assert len(written.lines) == 1
