"""Notices on real channels: a signed webhook, and Apprise, both to a server that writes down what came."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook as Receiver

from gate.adapters.clock import SystemClock
from gate.adapters.notify.channels import Channels
from gate.adapters.notify.chat import Chat
from gate.adapters.notify.webhook import Webhook
from gate.domain.errors import NoticeError
from gate.domain.notice import EVERYTHING
from tests.builders import a_change, a_notice

pytestmark = pytest.mark.anyio

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="  # noqa: S105 -- of this test alone
PUBLIC_URL = "https://gate.house.test"


@dataclass
class Desk:
    """What came, and what it is answered."""

    port: int = 0
    status: int = 204
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            desk.came.append((dict(self.headers.items()), body))
            self.send_response(desk.status)
            if desk.status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    desk.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield desk
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def webhook(desk: Desk) -> Webhook:
    return Webhook(desk.url, SECRET, SystemClock(), PUBLIC_URL)


async def test_a_webhook_is_signed_and_names_itself_so_that_it_can_be_taken_once(desk: Desk) -> None:
    change = a_change()
    await webhook(desk).tell(a_notice(change, title="Approved: żółw"))
    await webhook(desk).tell(a_notice(change, title="Approved: żółw"))
    (headers, body), (again, _) = desk.came
    event = Receiver(SECRET).verify(body, headers)
    assert event["type"] == "change.decided"
    assert event["data"]["title"] == "Approved: żółw"
    assert event["data"]["link"] == f"{PUBLIC_URL}/changes/{change.id}"
    assert headers["webhook-id"] == again["webhook-id"] == f"{change.id}.1.1"


@pytest.mark.parametrize("status", [302, 400, 410, 500])
async def test_only_success_counts_and_no_redirect_is_followed(desk: Desk, status: int) -> None:
    desk.status = status
    with pytest.raises(NoticeError, match=f"answers {status}"):
        await webhook(desk).tell(a_notice(a_change()))
    assert len(desk.came) == 1


async def test_nobody_there_is_trouble_that_names_no_address() -> None:
    gone = Webhook("http://127.0.0.1:1/secret-path", SECRET, SystemClock(), PUBLIC_URL)
    with pytest.raises(NoticeError) as caught:
        await gone.tell(a_notice(a_change()))
    assert "secret-path" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("http://hooks.example.com/gate", SECRET),
        ("ftp://hooks.example.com/gate", SECRET),
        ("hooks", SECRET),
        ("", SECRET),
        ("https://hooks.example.com/gate", "whsec_c2hvcnQ="),
        ("https://hooks.example.com/gate", ""),
        ("https://hooks.example.com/gate", "whsec_***"),
    ],
)
def test_a_url_that_others_can_read_and_a_secret_that_is_none_are_refused(url: str, secret: str) -> None:
    with pytest.raises(NoticeError, match="GATE_WEBHOOK_") as caught:
        Webhook(url, secret, SystemClock(), PUBLIC_URL)
    assert caught.value.hint


async def test_apprise_brings_title_text_and_link(desk: Desk) -> None:
    change = a_change()
    address = desk.url.replace("http://", "json://")
    await Chat("team-payments", [address], PUBLIC_URL).tell(a_notice(change, title="Review asked", body="Look at it."))
    ((_, body),) = desk.came
    said = json.loads(body)
    assert said["title"] == "Review asked"
    assert said["message"] == f"Look at it.\n{PUBLIC_URL}/changes/{change.id}"


async def test_apprise_that_is_not_taken_is_trouble_that_names_no_address(desk: Desk) -> None:
    desk.status = 500
    chat = Chat("team-payments", [desk.url.replace("http://", "json://user:secret@")], "")
    with pytest.raises(NoticeError, match="a channel of team-payments did not take it") as caught:
        await chat.tell(a_notice(a_change()))
    assert "secret" not in caught.value.message


def test_an_address_that_apprise_does_not_know_is_told_by_its_number_alone() -> None:
    with pytest.raises(NoticeError, match="address 2 of maria") as caught:
        Chat("maria", ["json://127.0.0.1/x", "nonsense://token@x"], "")
    assert "token" not in caught.value.message


async def test_every_channel_of_an_addressee_is_used_and_others_are_not(desk: Desk) -> None:
    channels = Channels({EVERYTHING: [webhook(desk), webhook(desk)], "maria": []})
    assert set(channels.reachable) == {EVERYTHING}
    await channels.deliver(a_notice(a_change(), addressee=EVERYTHING))
    assert len(desk.came) == 2
    with pytest.raises(NoticeError, match="no channel reaches maria"):
        await channels.deliver(a_notice(a_change(), addressee="maria"))
