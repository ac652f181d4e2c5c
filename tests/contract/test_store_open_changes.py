"""What every store promises about the changes that a new bypass may name: open ones, newest first, and no others."""

from typing import Any

import pytest

from gate.ports import Store
from tests.builders import AT_NS, MINUTE, a_change, a_request, started
from tests.contract.judging import end, judge

pytestmark = pytest.mark.anyio

OTHER = "b7e3" * 10


async def asked(store: Store, number: int = 0, **fields: Any) -> str:
    change = a_change(request=a_request(**fields), asked_at_ns=AT_NS + number * MINUTE)
    await judge(store, change, "review")
    return change.id


async def found(store: Store, commit: str | None = None) -> list[str]:
    return [each.change.id for each in await store.open_changes("payments", "production", commit)]


async def test_open_changes_are_found_newest_first(store: Store) -> None:
    first, second = await asked(store), await asked(store, 1)
    assert await found(store) == [second, first]


async def test_what_is_of_another_service_environment_or_commit_is_not_found(store: Store) -> None:
    own = await asked(store)
    await asked(store, service="ledger")
    await asked(store, environment="staging")
    other = await asked(store, 1, commit=OTHER)
    assert await found(store) == [other, own]
    assert await found(store, OTHER) == [other]
    assert await found(store, "0" * 40) == []


async def test_what_has_started_or_was_withdrawn_is_not_found(store: Store) -> None:
    await judge(store, started(a_change()), "approved")
    change = a_change()
    await judge(store, change, "review")
    withdrawn = change.model_copy(update={"state": "withdrawn", "ended_at_ns": AT_NS + MINUTE})
    await end(store, withdrawn, "open")
    assert await found(store) == []


async def test_of_very_many_the_newest_ten_are_told(store: Store) -> None:
    names = [await asked(store, number) for number in range(12)]
    assert await found(store) == names[:1:-1]
