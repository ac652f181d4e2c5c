"""How the gate's log lines look: for people on a console, or JSON for machines; and what never gets into them.

Code logs through the standard library. Bodies, headers and settings are not logged at all; what still looks like a
secret is masked as a last net, and what others wrote stays on its line.
"""

import logging
import re
import sys
from typing import Final, Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LogFormat = Literal["console", "json"]

_SECRETS: Final = (
    (re.compile(r"cg_([0-9a-f]{16})_[\w-]+"), r"cg_\1_***"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 ***"),
    (re.compile(r"(\w://)[^\s/]+@"), r"\1***@"),
)
"""Tokens of the gate, of which the id may be told; whatever authorises a request; names and passwords in a URL."""

_TRACES: Final = frozenset({"exception", "stack"})
"""Our own, on many lines."""
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What moves a cursor, breaks a line, turns the direction of writing, or cannot be written at all."""


def configure(form: LogFormat, level: str) -> None:
    """Send every logger of the process through one formatter to standard error. Called once, at start."""
    formatter = _MaskingFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _on_one_line,
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(form)],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    # What is wrong with a request is answered; whoever sends garbage shall not fill the log with it.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


class _MaskingFormatter(structlog.stdlib.ProcessorFormatter):
    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


def mask(text: str) -> str:
    """The text without what looks like a token, an authorisation or a password in a URL."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def _on_one_line(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
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
