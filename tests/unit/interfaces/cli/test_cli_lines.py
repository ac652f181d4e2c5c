import pytest

from gate.interfaces.cli.lines import clean, columns, count, line

ESCAPE = "\x1b[2J\x1b]0;owned\x07"


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        pytest.param("nothing special: [bold]ü — ✓", "nothing special: [bold]ü — ✓", id="ordinary text stays"),
        pytest.param("one\r\ntwo\tthree", "one two three", id="breaks become spaces"),
        pytest.param(f"a{ESCAPE}b", "a\ufffd[2J\ufffd]0;owned\ufffdb", id="terminal escapes"),
        pytest.param("\u202egate\u2066", "\ufffdgate\ufffd", id="text direction"),
        pytest.param("a\x9bb\x7f", "a\ufffdb\ufffd", id="one-byte escapes"),
        pytest.param("##[error]no", "# #[error]no", id="a command of GitHub and Azure"),
        pytest.param("x ##vso[task.setvariable]y", "x # #vso[task.setvariable]y", id="a command of Azure"),
        pytest.param("## a heading", "## a heading", id="no command"),
        pytest.param("a\u2028b\x85c", "a b c", id="unusual breaks"),
    ],
)
def test_text_of_others_stays_on_its_line_and_steers_nothing(text: str, harmless: str) -> None:
    assert clean(text) == harmless


def test_no_line_begins_a_workflow_command() -> None:
    assert line("::set-output name=outcome::approved").text == ": :set-output name=outcome::approved"
    assert line("  ::error::x", indent=2).text == "    : :error::x"


def test_lines_carry_their_style_and_their_indent() -> None:
    made = line("freeze ", "red", indent=1)
    assert (made.text, made.style) == ("  freeze", "red")


def test_columns_are_as_wide_as_what_is_in_them_after_cleaning() -> None:
    assert list(columns([["a", "b\nc", "d"], ["long", "x", ""]])) == ["a     b c  d", "long  x    "]
    assert list(columns([])) == []


def test_one_is_singular() -> None:
    assert [count(number, "file") for number in (0, 1, 2)] == ["0 files", "1 file", "2 files"]
