"""Which databases a store can be opened on."""

import pytest

from gate.adapters.sql.store import SqlStore
from gate.domain.errors import StoreError

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("url", ["mysql://gate:s3cret@host/gate", "nonsense s3cret", "", "sqlite+aiosqlite3:///x"])
async def test_an_address_that_names_no_database_the_gate_can_use_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        await SqlStore.open(url)
    assert "s3cret" not in caught.value.message
    assert "postgresql://" in caught.value.hint
