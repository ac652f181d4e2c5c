"""How long what people write may last. Whether they write it as ISO 8601 alone, each field says for itself."""

from datetime import timedelta

from pydantic import AfterValidator


def lasting_at_most(longest: timedelta) -> AfterValidator:
    """Demands some time, and no more than so much, in whole days."""

    def demand(length: timedelta) -> timedelta:
        # In words, since what pydantic says of a bound is Python.
        if not timedelta() < length <= longest:
            msg = f"must be a length of time of more than nothing and at most {longest.days} days"
            raise ValueError(msg)
        return length

    return AfterValidator(demand)
