"""How the gate's log lines look: for people on a console, or JSON for machines; and what never gets into them.

Code logs through the standard library. Bodies, headers and settings are not logged at all; what still looks like a
secret is masked as a last net, and what others wrote stays on its line.
"""

import logging
import re
import sys
from datetime import UTC, datetime
from typing import Final, Literal

import structlog
from structlog.typing import EventDict, Processor

from gate.domain.masking import mask

LogFormat = Literal["console", "json"]

_TRACES: Final = frozenset({"exception", "stack"})
"""Our own, on many lines."""
_USUAL: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "taskName"}
"""What every record has; whatever else it has was said with `extra`."""
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What moves a cursor, breaks a line, turns the direction of writing, or cannot be written at all."""


def configure(form: LogFormat, level: str) -> None:
    """Send every logger of the process through one formatter to standard error. Called once, at start."""
    # Nobody reads from which line and thread a record came, and finding out takes longer than writing it (see
    # "Optimization" of the standard library's logging how-to).
    logging._srcfile = None  # noqa: SLF001 -- as documented there
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine(_renderer(form)))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    # What is wrong with a request is answered; whoever sends garbage shall not fill the log with it.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


class _OneLine(logging.Formatter):
    """What a record says, in structlog's words and by its renderer. Its own bridge takes three times as long."""

    def __init__(self, render: Processor) -> None:
        super().__init__()
        self._render = render

    def format(self, record: logging.LogRecord) -> str:
        said = {key: value for key, value in vars(record).items() if key not in _USUAL}
        event = {
            "event": record.getMessage(),
            **structlog.contextvars.get_contextvars(),
            **said,
            "level": record.levelname.lower(),
            "logger": record.name,
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            event["stack"] = record.stack_info
        return mask(str(self._render(None, "", _on_one_line(event))))


def _on_one_line(event: EventDict) -> EventDict:
    """No text can pass for a line of its own, or speak to the terminal that shows it."""
    return {key: value if key in _TRACES else _harmless(value) for key, value in event.items()}


def _harmless(value: object) -> object:
    if not isinstance(value, str):
        return value
    return _CONTROLS.sub(lambda found: ascii(found.group())[1:-1], value)


def _renderer(form: LogFormat) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer()
    # Plain, because the traces are text already.
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
