"""`gate token revoke`: a token opens nothing any more. It stays on the list, and in the record of what it asked."""

from typing import Annotated

import typer

from gate.interfaces.cli import terminal
from gate.interfaces.cli.lines import line
from gate.interfaces.cli.token_access import with_access


def revoke(
    context: typer.Context,
    token_id: Annotated[str, typer.Argument(metavar="ID", help="Of the token; `gate token list` shows it.")],
) -> None:
    """Let a token open nothing any more. Every gate on this store follows within two seconds."""
    with_access(context, lambda access: access.revoke(token_id))
    terminal.show([line(f"Token {token_id} is revoked.", "green")])
