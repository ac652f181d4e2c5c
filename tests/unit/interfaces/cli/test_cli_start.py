"""How the command line begins and ends."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO, TextIOWrapper

import pytest
from typer.testing import CliRunner, Result

from gate import __version__
from gate.domain.errors import CallerError, EngineError
from gate.interfaces.cli import main, policy, terminal
from gate.interfaces.cli.configured import settings_from
from gate.interfaces.cli.failure import report
from gate.interfaces.cli.lines import line

HEAVY = ("pydantic", "rich", "httpx2", "fastapi", "uvicorn", "sqlalchemy", "gate.wiring", "gate.domain")


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 -- this interpreter, fixed arguments
        [sys.executable, *arguments], capture_output=True, text=True, check=False
    )


def test_the_version_is_told() -> None:
    done = python("-m", "gate", "--version")
    assert (done.returncode, done.stdout) == (0, f"gate {__version__}\n")


@pytest.mark.parametrize("arguments", [["--version"], ["--help"]])
def test_help_and_version_load_nothing_heavy(arguments: list[str]) -> None:
    told = f"import sys; sys.argv[1:] = {arguments}; from gate.__main__ import main\ntry: main()\nfinally: "
    done = python("-c", f"{told}print(sorted(set(sys.modules) & set({HEAVY})))")
    assert done.stdout.endswith("[]\n")


def invoked(*arguments: str) -> Result:
    return CliRunner().invoke(main.app, arguments, prog_name="gate")


def test_help_names_every_command() -> None:
    assert all(f"  {name} " in invoked("--help").stdout for name in main.COMMANDS)
    assert all(f"  {name} " in invoked("policy", "--help").stdout for name in policy.COMMANDS)


@pytest.mark.parametrize("name", [*main.COMMANDS, *(f"policy {name}" for name in policy.COMMANDS)])
def test_every_command_explains_itself(name: str) -> None:
    done = invoked(*name.split(), "--help")
    assert done.exit_code == 0
    assert done.stdout.startswith(f"Usage: gate {name}")


@pytest.mark.parametrize("arguments", [["nonsense"], ["check", "--nonsense"], ["explain"], []])
def test_an_unknown_command_or_option_is_a_usage_error(arguments: list[str]) -> None:
    assert invoked(*arguments).exit_code == 2


def test_an_error_says_what_and_what_next(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(CallerError("no such thing", hint="Take another.")) == 2
    assert report(EngineError("it is away")) == 20
    assert capsys.readouterr().err == "Error: no such thing\n  Take another.\nError: it is away\n"


def test_a_defect_is_shown_whole_and_is_no_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(ZeroDivisionError("by\x1b[2Jzero")) == 20
    shown = capsys.readouterr().err
    assert "ZeroDivisionError: by" in shown
    assert "\x1b" not in shown


def test_a_wrong_setting_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_POLICY_POLL_SECONDS", "soon")
    with pytest.raises(CallerError, match="GATE_POLICY_POLL_SECONDS"):
        settings_from()


def test_settings_that_exclude_each_other_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_OPA_URL", "http://127.0.0.1:8181")
    monkeypatch.setenv("GATE_OPA_BINARY", "/usr/bin/opa")
    with pytest.raises(CallerError, match="exclude each other"):
        settings_from()


def test_a_flag_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_PORT", "1")
    assert settings_from(port=2, host=None).port == 2


class Stream(TextIOWrapper):
    """An output whose encoding is known, perhaps of a terminal."""

    def __init__(self, encoding: str, *, is_terminal: bool) -> None:
        super().__init__(BytesIO(), encoding=encoding)
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal

    def shown(self) -> bytes:
        """What was written to it."""
        self.flush()
        content = self.buffer
        assert isinstance(content, BytesIO)
        return content.getvalue()


@contextmanager
def output(monkeypatch: pytest.MonkeyPatch, encoding: str, *, is_terminal: bool) -> Iterator[Stream]:
    stream = Stream(encoding, is_terminal=is_terminal)
    with monkeypatch.context() as patch:
        patch.delenv("NO_COLOR", raising=False)
        patch.delenv("FORCE_COLOR", raising=False)
        patch.setenv("TERM", "xterm-256color")
        patch.setattr(sys, "stdout", stream)
        yield stream


def test_a_pipe_gets_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    with output(monkeypatch, "utf-8", is_terminal=False) as stream:
        terminal.show([line("✓ [bold]freeze[/bold]", "green")])
    assert stream.shown() == "✓ [bold]freeze[/bold]\n".encode()


def test_a_terminal_gets_style_but_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    with output(monkeypatch, "utf-8", is_terminal=True) as stream:
        terminal.show([line("[bold]freeze[/bold] " + "x" * 200, "green")])
    assert stream.shown() == ("\x1b[32m[bold]freeze[/bold] " + "x" * 200 + "\x1b[0m\n").encode()


def test_colours_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    with output(monkeypatch, "utf-8", is_terminal=True) as stream:
        monkeypatch.setenv("NO_COLOR", "1")
        terminal.show([line("freeze", "green")])
    assert stream.shown() == b"freeze\n"


def test_an_output_without_unicode_gets_something_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    with output(monkeypatch, "ascii", is_terminal=False) as stream:
        assert not terminal.can_show("✓")
        terminal.show([line("✓ café")])
    assert stream.shown() == b"? caf?\n"


def test_what_is_new_is_logged_once(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.progress(in_logs=True) as tell:
        tell("waiting for ruth")
        tell("waiting for ruth")
        tell("waiting for time")
    with terminal.progress() as tell:
        tell("compiling")
    assert capsys.readouterr().err == "waiting for ruth\nwaiting for time\n"
