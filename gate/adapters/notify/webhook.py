"""Signed webhooks for programs, as https://www.standardwebhooks.com has them: id, time and signature in headers."""

import base64
import ipaddress
from datetime import UTC, datetime
from typing import Final

import aiohttp
from standardwebhooks import Webhook as Signer
from yarl import URL

from gate.adapters.notify.chat import link_to
from gate.domain.canonical import canonical_json
from gate.domain.errors import NoticeError
from gate.domain.instant import rfc3339
from gate.domain.notice import Notice
from gate.ports import Clock

_ANSWER_S: Final = 10.0
_LEAST_SECRET_BYTES: Final = 24
_SUCCESS: Final = range(200, 300)


class Webhook:
    """One URL that hears of what is addressed to it."""

    def __init__(self, url: str, secret: str, clock: Clock, public_url: str) -> None:
        """`secret`: `whsec_` and base64 of 24 bytes or more. NoticeError for a URL or a secret that is none."""
        self._url = url
        self._clock = clock
        self._public_url = public_url
        self._signer = _signer(secret)
        _demand_safe(url)

    async def tell(self, notice: Notice) -> None:
        """Anything but a 2xx is tried again; a redirect is not followed. NoticeError."""
        body = self._body(notice)
        now = datetime.fromtimestamp(self._clock.now_ns() // 10**9, UTC)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": notice.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(notice.id, now, body),
        }
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ANSWER_S)) as session,
                session.post(self._url, data=body.encode(), headers=headers, allow_redirects=False) as answer,
            ):
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NoticeError(f"the webhook does not answer: {type(error).__name__}") from error
        if status not in _SUCCESS:
            raise NoticeError(f"the webhook answers {status}")

    def _body(self, notice: Notice) -> str:
        said = notice.model_dump(exclude={"id", "kind", "at_ns", "attempts", "addressee"})
        event = {
            "type": f"change.{notice.kind}",
            "timestamp": rfc3339(notice.at_ns),
            "data": said | {"link": link_to(self._public_url, notice)},
        }
        return canonical_json(event).decode()


def _signer(secret: str) -> Signer:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if len(key) < _LEAST_SECRET_BYTES:
        raise NoticeError(
            "GATE_WEBHOOK_SECRET is no secret of a webhook",
            hint="Write whsec_ and the base64 of 24 random bytes: echo whsec_$(openssl rand -base64 24).",
        )
    return Signer(key)


def _demand_safe(url: str) -> None:
    """Https; plain http on this machine's own loopback alone, because what is told is nobody else's business."""
    parsed = URL(url) if url else None
    host = parsed.host if parsed else None
    if parsed is None or not host or parsed.scheme not in {"http", "https"}:
        raise NoticeError("GATE_WEBHOOK_URL is no URL", hint="Write it like https://hooks.example.com/gate.")
    if parsed.scheme == "http" and not _is_loopback(host):
        raise NoticeError("GATE_WEBHOOK_URL is not https", hint="Plain http is for this machine's loopback only.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
