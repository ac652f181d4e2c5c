"""`gate token new`: the token alone goes to standard output, so that it can be led to where it is kept."""

from enum import StrEnum
from typing import Annotated, Final

import typer

from gate.domain.access import Token
from gate.domain.instant import NANOSECOND_PER_SECOND, to_the_second
from gate.interfaces.cli import terminal
from gate.interfaces.cli.lines import Line, line
from gate.interfaces.cli.span import seconds_of
from gate.interfaces.cli.token_access import with_access

_MOST_DAYS: Final = 3660
_ANY: Final = ("*",)


class Scope(StrEnum):
    """What a token allows."""

    SUBMIT = "submit"
    REVIEW = "review"
    FREEZE = "freeze"
    AUDIT = "audit"
    ADMIN = "admin"


def new(
    context: typer.Context,
    *,
    name: Annotated[str, typer.Option(help="Who will hold it; the record of what they ask says so.")],
    scope: Annotated[list[Scope], typer.Option(metavar="SCOPE", help="What it allows; repeatable.")],
    person: Annotated[
        str | None, typer.Option(metavar="NAME", help="The person of the catalogue who answers with it.")
    ] = None,
    service: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Services it is for; repeatable.", show_default="all")
    ] = None,
    environment: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Environments it is for; repeatable.", show_default="all")
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="SPAN", help="How long it is valid, such as 90d.", show_default="for ever")
    ] = None,
) -> None:
    """Make a token, and print it this once: nothing else goes to standard output.

    Scopes: submit asks for changes, starts and ends them; review answers pending steps, as the --person named;
    freeze presses and thaws red buttons; audit reads; admin manages.
    """
    made = with_access(
        context,
        lambda access: access.make(
            name,
            [each.value for each in scope],
            person=person,
            services=service or _ANY,
            environments=environment or _ANY,
            valid_ns=None if expires is None else seconds_of(expires, most_days=_MOST_DAYS) * NANOSECOND_PER_SECOND,
        ),
    )
    token, written = made
    terminal.write(f"{written}\n")
    terminal.show(_explained(token), error=True)


def _explained(token: Token) -> list[Line]:
    until = "for ever" if token.expires_at_ns is None else f"until {to_the_second(token.expires_at_ns)}"
    return [
        line(f"Made token {token.id} for {token.name}: {', '.join(token.permissions)}, {until}", "green"),
        *([line(f"answers steps as {token.person}", indent=1)] if token.person else []),
        line(f"services {', '.join(token.services)}; environments {', '.join(token.environments)}", indent=1),
        line("It cannot be shown again. Commands read it from GATE_TOKEN; over HTTP it is a bearer token.", indent=1),
        line(f"gate token revoke {token.id} takes it back.", indent=1),
    ]
