"""`gate token list`: every token that was ever made, and what it is worth now."""

import json
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Any, Final

import typer

from gate.application.access import Access
from gate.domain.access import Token, TokenState
from gate.domain.instant import rfc3339, to_the_second
from gate.interfaces.cli import terminal
from gate.interfaces.cli.lines import Line, columns, line
from gate.interfaces.cli.token_access import with_access

_COLUMNS: Final = ("id", "name", "person", "state", "scopes", "services", "environments", "made", "expires")


class Output(StrEnum):
    """Forms of the list."""

    TEXT = "text"
    JSON = "json"


def list_tokens(
    context: typer.Context,
    *,
    output: Annotated[Output, typer.Option(help="Form of the list.")] = Output.TEXT,
) -> None:
    """List the tokens, oldest first. What they open with is not kept, so nobody can be shown it."""
    known = with_access(context, Access.tokens)
    if output is Output.TEXT:
        terminal.show(_lines(known))
    else:
        terminal.write(json.dumps([_told(token, state) for token, state in known], indent=2) + "\n")


def _lines(known: Sequence[tuple[Token, TokenState]]) -> Iterator[Line]:
    if not known:
        yield line("There are no tokens: this gate is open to whoever reaches it.", "yellow")
        return
    rows = [_row(token, state) for token, state in known]
    head, *rest = columns([_COLUMNS, *rows])
    yield line(head, "bold")
    yield from (line(row, "" if state == "active" else "dim") for row, (_, state) in zip(rest, known, strict=True))


def _row(token: Token, state: TokenState) -> tuple[str, ...]:
    lists = (", ".join(each) for each in (token.permissions, token.services, token.environments))
    until = "never" if token.expires_at_ns is None else to_the_second(token.expires_at_ns)
    return token.id, token.name, token.person or "", state, *lists, to_the_second(token.made_at_ns), until


def _told(token: Token, state: TokenState) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "person": token.person,
        "state": state,
        "scopes": token.permissions,
        "services": token.services,
        "environments": token.environments,
        "made_at": _moment(token.made_at_ns),
        "expires_at": _moment(token.expires_at_ns),
        "revoked_at": _moment(token.revoked_at_ns),
    }


def _moment(instant_ns: int | None) -> str | None:
    return None if instant_ns is None else rfc3339(instant_ns)
