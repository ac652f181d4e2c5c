import pytest

from gate.interfaces.web.moments import Moment, away
from tests.builders import AT_NS, DAY, HOUR, MINUTE


@pytest.mark.parametrize(
    ("later_ns", "said"),
    [
        (0, "now"),
        (MINUTE - 1, "now"),
        (MINUTE, "in 1 minute"),
        (-59 * MINUTE, "59 minutes ago"),
        (HOUR, "in 1 hour"),
        (-25 * HOUR, "1 day ago"),
        (400 * DAY, "in 400 days"),
    ],
)
def test_how_far_off_is_told_in_the_largest_unit_that_is_full(later_ns: int, said: str) -> None:
    assert away(AT_NS + later_ns, AT_NS) == said


def test_a_moment_is_for_people_and_for_programs() -> None:
    moment = Moment.of(AT_NS + 1, AT_NS)
    assert (moment.text, moment.machine) == ("Mon 2 Nov 2026, 10:00 UTC", "2026-11-02T10:00:00Z")
    assert Moment.or_none(None, AT_NS) is None
