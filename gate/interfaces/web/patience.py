"""How often somebody may try to sign in. There is no password to guess, but each attempt asks the provider."""

from typing import Final

from starlette.requests import HTTPConnection

from gate.domain.errors import TooManyRequestsError
from gate.interfaces.http.rate import Rate

PER_SECOND: Final = 5.0
BURST: Final = 60
"""Of one address, behind which a whole house may sit, or the proxy of one."""


def few_attempts() -> Rate:
    """What `demand_few_attempts` counts with."""
    return Rate(PER_SECOND, BURST)


def demand_few_attempts(asking: HTTPConnection, name: str) -> None:
    """TooManyRequestsError if too many have tried from there lately."""
    rate: Rate = asking.app.state.sign_ins
    if (seconds := rate.take(name)) > 0:
        raise TooManyRequestsError("too many sign in at once", retry_after_seconds=seconds)
