"""Where lines go: plain text into logs and pipes, styled by Rich on a terminal. Which lines, is for others to say."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

from gate.interfaces.cli.lines import Line, clean, line


class Progress(Protocol):
    """Takes word of what is being done."""

    def __call__(self, doing: str, /) -> None:
        """Say it."""


def show(lines: Iterable[Line], *, error: bool = False) -> None:
    """Print lines on standard output, or on standard error."""
    stream = sys.stderr if error else sys.stdout
    if _is_styled(stream):
        _show_styled(lines, stream)
    else:
        write("".join(f"{one.text}\n" for one in lines), stream)


def write(text: str, stream: TextIO | None = None) -> None:
    """Print text as it is, but for characters that the stream cannot encode."""
    stream = stream or sys.stdout
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()


def can_show(text: str) -> bool:
    """Whether standard output has these characters."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


@contextmanager
def progress(*, in_logs: bool = False) -> Iterator[Progress]:
    """Word of long work on standard error, for a person who watches; `in_logs`: a line for what is new in logs too."""
    if not sys.stderr.isatty():
        yield _News() if in_logs else lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 -- logs and pipes do without Rich
    from rich.text import Text  # noqa: PLC0415 -- as above

    with Console(stderr=True).status("") as status:
        yield lambda doing: status.update(Text(clean(doing)))


class _News:
    """Says what it did not say the last time."""

    def __init__(self) -> None:
        self._said = ""

    def __call__(self, doing: str, /) -> None:
        if doing != self._said:
            self._said = doing
            show([line(doing)], error=True)


def _is_styled(stream: TextIO) -> bool:
    return not os.environ.get("NO_COLOR") and (stream.isatty() or bool(os.environ.get("FORCE_COLOR")))


def _show_styled(lines: Iterable[Line], stream: TextIO) -> None:
    from rich.console import Console  # noqa: PLC0415 -- logs and pipes do without Rich
    from rich.text import Text  # noqa: PLC0415 -- as above

    console = Console(file=stream, highlight=False, soft_wrap=True)
    for one in lines:
        # `Text` is taken literally: brackets in it are no markup.
        text = Text(one.text, style=one.style)
        for start, end, style in one.parts:
            text.stylize(style, start, end)
        console.print(text)
