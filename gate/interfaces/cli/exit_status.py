"""What a command's exit status means, the same for every command and every form of output."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from gate.domain.decision import Outcome
from gate.domain.errors import CallerError, PolicyRejectedError


class ExitStatus(IntEnum):
    """Only APPROVED lets a pipeline go on."""

    APPROVED = 0
    FINDINGS = 1
    """Policy was looked at, and something is wrong with it."""
    USAGE = 2
    """Asked wrongly; whoever asked can mend it."""
    REFUSED = 10
    REVIEW = 11
    """People have not answered yet."""
    WAITING = 12
    """Time will let it pass."""
    STOP = 13
    """It runs, and is to stop."""
    NO_ANSWER = 20
    """Nobody could be asked, or nobody could answer. Never a go."""


OK: Final = ExitStatus.APPROVED
"""For commands that ask for no approval."""

OF_OUTCOME: Final[Mapping[Outcome, ExitStatus]] = {
    "approved": ExitStatus.APPROVED,
    "refused": ExitStatus.REFUSED,
    "review": ExitStatus.REVIEW,
    "waiting": ExitStatus.WAITING,
}


def of_error(error: Exception) -> ExitStatus:
    """Of something that went wrong: what the caller can mend is a usage error, the rest is no answer."""
    if isinstance(error, CallerError):
        return ExitStatus.USAGE
    return ExitStatus.FINDINGS if isinstance(error, PolicyRejectedError) else ExitStatus.NO_ANSWER
