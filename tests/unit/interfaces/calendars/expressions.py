"""Cron expressions for property tests: those that people write, and odd ones."""

from hypothesis import strategies as st


def _listed(least: int, most: int, size: int = 3) -> st.SearchStrategy[str]:
    numbers = st.lists(st.integers(least, most), min_size=1, max_size=size, unique=True)
    return numbers.map(lambda found: ",".join(map(str, sorted(found))))


def _range(least: int, most: int) -> st.SearchStrategy[str]:
    ends = st.tuples(st.integers(least, most), st.integers(least, most))
    return ends.map(lambda found: f"{min(found)}-{max(found)}")


MINUTES = _listed(0, 59, 2) | st.sampled_from(["0", "30", "*/30"])
HOURS = _listed(0, 23) | _range(0, 23) | st.sampled_from(["*", "*/6", "8"])
MONTH_DAYS = st.sampled_from(["*", "*/2", "31", "1-7"]) | _listed(1, 31)
MONTHS = st.sampled_from(["*", "*", "*/3", "12", "1-6"]) | _listed(1, 12)
WEEKDAYS = st.sampled_from(["*", "1-5", "5", "0,6", "7", "6-7"]) | _listed(0, 6)

CRON = st.tuples(MINUTES, HOURS, MONTH_DAYS, MONTHS, WEEKDAYS).map(" ".join)
