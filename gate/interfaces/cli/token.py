"""`gate token`: who may ask. These commands work on the store itself: whoever may write it may make tokens."""

from typing import Final

from gate.interfaces.cli.lazy import lazy_app

COMMANDS: Final = {
    "new": ("gate.interfaces.cli.token_new:new", "Make a token, and print it this once."),
    "list": ("gate.interfaces.cli.token_list:list_tokens", "List the tokens, without what they open with."),
    "revoke": ("gate.interfaces.cli.token_revoke:revoke", "Let a token open nothing any more."),
}

app = lazy_app(COMMANDS)


@app.callback()
def _token() -> None:
    """Make, list and revoke API tokens.

    The environment says of which gate: GATE_DATABASE_URL, or GATE_STATE_DIR. If it is running, it follows within two
    seconds.
    """
