"""How forges show that a webhook is theirs. Both know a secret; one signs with it, the other sends it along.

GitHub (Gitea and Forgejo do the same): `X-Hub-Signature-256`, the HMAC-SHA256 of the raw body, after `sha256=`
(docs.github.com, "Validating webhook deliveries"). GitLab: `X-Gitlab-Token`, the secret itself.
"""

import hashlib
import hmac
from collections.abc import Mapping

SIGNATURE = "X-Hub-Signature-256"
TOKEN = "X-Gitlab-Token"  # noqa: S105 -- the name of a header


def is_signed(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Whether it comes from somebody who knows the secret. Compared in the same time whatever is sent."""
    signature, token = headers.get(SIGNATURE), headers.get(TOKEN)
    if signature is not None:
        return _same(signature, signed(body, secret))
    return token is not None and _same(token, secret)


def signed(body: bytes, secret: str) -> str:
    """What GitHub sends along with this body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _same(sent: str, expected: str) -> bool:
    # Digests have one length and no odd characters, so the time tells nothing about either.
    return hmac.compare_digest(hashlib.sha256(sent.encode()).digest(), hashlib.sha256(expected.encode()).digest())
