"""Who says yes or no to a change says it about what they looked at, and about nothing else."""

from gate.domain.change import Change
from gate.domain.errors import SeenOtherwiseError


def demand_the_same_sight(change: Change, *, commit: str | None, artifact: str | None, then: str) -> None:
    """Nothing, if the change is of what somebody saw; what they did not name, they need not have seen.

    `then` is what they do once they have looked again, such as `answer`. SeenOtherwiseError.
    """
    request = change.request
    for field, seen, actual in (("commit", commit, request.commit), ("artifact", artifact, request.artifact)):
        if seen is not None and seen != actual:
            raise SeenOtherwiseError(
                f"change {change.id} is of {field} {actual or 'none'}, not of {seen}",
                hint=f"Look at the change as it is, then {then}.",
                field=field,
            )
