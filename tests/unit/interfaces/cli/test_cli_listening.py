import socket

import pytest

from gate.domain.errors import CallerError, WorldError
from gate.interfaces.cli.listening import bound, is_private, url_of


def test_a_free_port_is_taken_and_told() -> None:
    with bound("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        assert port > 0
        assert url_of(taken) == f"http://127.0.0.1:{port}"
        assert is_private(taken)


def test_every_address_of_this_machine_can_be_reached_from_others() -> None:
    with bound("0.0.0.0", 0) as taken:  # noqa: S104 -- bound, never listening
        assert not is_private(taken)


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(WorldError, match="cannot listen") as error:
        bound("127.0.0.1", other.getsockname()[1])
    assert "--port" in error.value.hint


def test_what_is_no_address_is_a_usage_error() -> None:
    with pytest.raises(CallerError, match="is no address"):
        bound("no address", 0)
