"""`gate serve --demo`: whoever opens the pages is whom they like. Never where others could open them."""

import logging
from collections.abc import Iterator
from pathlib import Path
from socket import socket

from gate.domain.errors import CallerError
from gate.interfaces.cli.init import make_policy
from gate.interfaces.cli.lines import Line, line
from gate.interfaces.cli.listening import is_private
from gate.settings import Settings

logger = logging.getLogger(__name__)


def prepare_demo(settings: Settings, listening: socket) -> None:
    """Make a policy of the default pack where none is named and none is there. CallerError if others could reach it."""
    if not is_private(listening):
        raise CallerError(
            f"{settings.host} can be reached from other machines, and a demonstration lets anybody be anybody",
            hint="Listen on 127.0.0.1 or ::1, or set GATE_SIGN_IN_ISSUER and leave --demo out.",
            field="host",
        )
    logger.warning("this is a demonstration: whoever opens the pages is whom they like, without a password")
    if not settings.policy_repo and not Path(settings.policy_location).exists():
        make_policy(Path(settings.policy_location))


def banner(url: str) -> Iterator[Line]:
    """What to tell whoever started it."""
    yield line(f"DEMONSTRATION: at {url}/sign-in anybody may be anybody. Never serve real changes so.", "yellow")
