"""Who signed the commit that brought a bypass: real keys, real git, and everything that a forger might try."""

import base64
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gate.adapters.policy_repo.address import Address
from gate.adapters.policy_repo.local_revision import read_revision
from gate.adapters.policy_repo.source import GitPolicySource
from gate.domain.granting import grant_of
from gate.domain.policy_set import PolicySet
from tests.adapters.policy_repo.signing import GnuPG, Key, gnupg, needs_gpg, needs_ssh, ssh_key

if TYPE_CHECKING:
    from tests.adapters.policy_repo.conftest import Upstream

pytestmark = pytest.mark.anyio

FILE = "bypasses/friday.yaml"
BYPASS = """kind: Bypass
id: friday
change: {service: payments, environment: production}
skip: [freeze]
reason: The bug charges customers twice, waiting costs more
ticket: INC-1
requested_by: maria
expires: 2090-11-27T20:00:00Z
"""
PEOPLE = """kind: Group
name: payers
members: [ruth, maria, ann]
---
{kind: Person, name: ruth, emails: [ruth@example.org]}
---
{kind: Person, name: maria, emails: [maria@example.org]}
"""
PROCESS = """kind: Process
classes:
  standard: [freeze]
  normal: [freeze]
  emergency: [freeze]
steps:
  freeze: {bypass: {by: payers}}
"""


def settings(*signers: str, grants: str = "[signature]") -> str:
    named = f"signers:\n{''.join(signers)}" if signers else ""
    return f"kind: Gate\nformat: 1\nenvironments:\n  production: {{production: true}}\ngrants: {grants}\n{named}"


@dataclass
class House:
    """A policy repository whose people sign, and the gate's look at it."""

    upstream: "Upstream"
    source: GitPolicySource
    keys: Path
    _branches: int = field(default=0)

    def name(self, *signers: str, grants: str = "[signature]") -> str:
        """Commit a `gate.yaml` that names these keys."""
        files = {"gate.yaml": settings(*signers, grants=grants), "groups.yaml": PEOPLE, "process.yaml": PROCESS}
        return self.upstream.commit(files)

    def ask(self, files: dict[str, str] | None = None) -> str:
        """Maria writes a bypass on a branch; its name."""
        self._branches += 1
        branch = f"ask-{self._branches}"
        self.upstream.git("checkout", "--quiet", "-b", branch, "main")
        self.upstream.commit({FILE: BYPASS, **(files or {})}, author="maria@example.org")
        self.upstream.git("checkout", "--quiet", "main")
        return branch

    def merge(self, branch: str, key: Key | None = None, *, by: str = "ruth@example.org", date: str = "") -> str:
        """Merge it, signed with a key if one is given; the commit."""
        sign = [] if key is None else key.options()
        self.upstream.extra = {} if key is None else dict(key.environment)
        self.upstream.extra |= {"GIT_COMMITTER_DATE": date} if date else {}
        options = ["--no-gpg-sign"] if key is None else ["--gpg-sign"]
        self.upstream.git(*sign, "merge", "--quiet", "--no-ff", *options, "--message=merge", branch, author=by)
        self.upstream.extra = {}
        return self.upstream.tip()

    async def policy(self) -> PolicySet:
        return await self.source.load(await self.source.fetch())

    async def shown(self) -> str:
        """The person who is shown to have granted it, or why nobody is."""
        policy = await self.policy()
        (bypass,) = policy.bypasses
        grant, lacking = grant_of(bypass, policy)
        return grant.by or "" if grant else "; ".join(f"{lack.proof}: {lack.why}" for lack in lacking)


@pytest.fixture
def house(upstream: "Upstream", source_of: Callable[..., GitPolicySource], tmp_path: Path) -> Iterator[House]:
    (tmp_path / "keys").mkdir()
    source = source_of(upstream, allow_rewind=True)
    yield House(upstream, source, tmp_path / "keys")
    source.close()


@pytest.fixture
def ruth(house: House) -> Key:
    return ssh_key(house.keys, "ruth")


@pytest.fixture
def gpg() -> Iterator[GnuPG]:
    with gnupg() as person:
        yield person


@needs_ssh
@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
async def test_signature_by_ssh_allows_the_person_whose_key_it_is(house: House, kind: str) -> None:
    key = ssh_key(house.keys, kind, kind)
    house.name(key.yaml("ruth"))
    merged = house.merge(house.ask(), key)
    assert await house.shown() == "ruth"
    assert read_revision(house.upstream.folder, merged, "").origins["friday"].shown["signature"].by == ("ruth",)


@needs_ssh
async def test_signature_by_ssh_refuses_a_merge_that_bears_none(house: House, ruth: Key) -> None:
    house.name(ruth.yaml("ruth"))
    merged = house.merge(house.ask())
    assert await house.shown() == f"signature: commit {merged[:12]} is not signed"


@needs_ssh
async def test_forged_address_refuses_whoever_commits_under_it_without_their_key(house: House, ruth: Key) -> None:
    eve = ssh_key(house.keys, "eve")
    house.name(ruth.yaml("ruth"))
    merged = house.merge(house.ask(), eve, by="ruth@example.org")
    assert await house.shown() == (
        f"signature: commit {merged[:12]} does not count: it is signed with a key that gate.yaml did not name before"
    )


@needs_ssh
async def test_forged_address_allows_the_person_whose_key_signed_whatever_it_says(house: House, ruth: Key) -> None:
    house.name(ruth.yaml("ruth"))
    house.merge(house.ask(), ruth, by="somebody@else.example")
    assert await house.shown() == "ruth"


@needs_ssh
async def test_another_persons_key_refuses_to_pass_for_ruths(house: House, ruth: Key) -> None:
    maria = ssh_key(house.keys, "maria")
    house.name(ruth.yaml("ruth"), maria.yaml("maria"))
    house.merge(house.ask(), maria, by="ruth@example.org")
    assert await house.shown() == "maria"


@needs_ssh
async def test_another_persons_key_allows_ruth_to_sign_with_her_second_one(house: House, ruth: Key) -> None:
    second = ssh_key(house.keys, "second")
    house.name(ruth.yaml("ruth"), second.yaml("ruth"))
    house.merge(house.ask(), second)
    assert await house.shown() == "ruth"


@needs_ssh
async def test_a_new_key_refuses_the_merge_that_brings_it(house: House, ruth: Key) -> None:
    house.name()
    house.merge(house.ask({"gate.yaml": settings(ruth.yaml("ruth"))}), ruth)
    assert "a key that gate.yaml did not name before" in await house.shown()


@needs_ssh
async def test_a_new_key_allows_the_merge_after_the_one_that_brought_it(house: House, ruth: Key) -> None:
    house.name()
    house.name(ruth.yaml("ruth"))
    house.merge(house.ask(), ruth)
    assert await house.shown() == "ruth"


@needs_ssh
async def test_a_key_that_was_taken_out_refuses_what_it_granted(house: House, ruth: Key) -> None:
    house.name(ruth.yaml("ruth"))
    merged = house.merge(house.ask(), ruth)
    assert await house.shown() == "ruth"
    house.upstream.commit({"gate.yaml": settings()})
    assert await house.shown() == (
        f"signature: commit {merged[:12]} is signed with a key of ruth that gate.yaml names no more"
    )


@needs_ssh
async def test_a_key_that_was_replaced_allows_what_it_granted_before(house: House, ruth: Key) -> None:
    house.name(ruth.yaml("ruth"))
    house.merge(house.ask(), ruth)
    house.upstream.commit({"gate.yaml": settings(ruth.yaml("ruth", until="2090-01-01T00:00:00Z"))})
    assert await house.shown() == "ruth"


@needs_ssh
@pytest.mark.parametrize("limit", [{"until": "2020-01-01T00:00:00Z"}, {"since": "2090-01-01T00:00:00Z"}])
async def test_a_key_refuses_outside_of_its_time(house: House, ruth: Key, limit: dict[str, str]) -> None:
    house.name(ruth.yaml("ruth", **limit))
    house.merge(house.ask(), ruth)
    assert "does not count" in await house.shown()


@needs_ssh
async def test_a_key_that_has_ended_refuses_a_commit_that_says_it_is_older_than_the_one_before(
    house: House, ruth: Key
) -> None:
    house.name(ruth.yaml("ruth", until="2020-01-01T00:00:00Z"))
    house.merge(house.ask(), ruth, date="2019-06-01T00:00:00Z")
    assert "does not count" in await house.shown()


@needs_ssh
async def test_a_key_allows_within_its_time(house: House, ruth: Key) -> None:
    house.name(ruth.yaml("ruth", since="2020-01-01T00:00:00Z", until="2090-01-01T00:00:00Z"))
    house.merge(house.ask(), ruth)
    assert await house.shown() == "ruth"


@needs_ssh
async def test_a_signed_commit_refuses_to_be_changed_afterwards(house: House, ruth: Key) -> None:
    house.name(ruth.yaml("ruth"))
    merged = house.merge(house.ask(), ruth)
    content = house.upstream.git("cat-file", "commit", merged).encode() + b"\nand more\n"
    forged = house.upstream.object("commit", content)
    house.upstream.git("reset", "--quiet", "--hard", forged)
    assert await house.shown() == (
        f"signature: commit {forged[:12]} does not count: it was changed after it was signed"
    )


@needs_ssh
async def test_a_gate_without_the_tools_shows_nobody_and_says_what_it_lacks(
    house: House, ruth: Key, tmp_path: Path
) -> None:
    house.name(ruth.yaml("ruth"))
    house.merge(house.ask(), ruth)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "git").symlink_to(shutil.which("git") or "")
    address = Address.local(house.upstream.folder, branch="main")
    bare = GitPolicySource(address, tmp_path / "bare", path=str(tools))
    assert "no ssh-keygen or gpg to check it with" in await House(house.upstream, bare, house.keys).shown()
    bare.close()


@needs_ssh
async def test_two_signatures_refuse_to_be_taken_for_one(house: House, ruth: Key) -> None:
    house.name(ruth.yaml("ruth"))
    merged = house.merge(house.ask(), ruth)
    content = house.upstream.git("cat-file", "commit", merged)
    header = content[content.index("gpgsig ") : content.index("\n\n")]
    forged = house.upstream.object("commit", content.replace(header, f"{header}\n{header}", 1).encode() + b"\n")
    house.upstream.git("reset", "--quiet", "--hard", forged)
    assert "is signed in a way that cannot be understood" in await house.shown()


@needs_ssh
async def test_a_push_by_its_requester_refuses_even_signed(house: House) -> None:
    maria = ssh_key(house.keys, "maria")
    house.name(maria.yaml("maria"))
    house.upstream.write({FILE: BYPASS})
    house.upstream.git("add", FILE)
    house.upstream.git(*maria.options(), "commit", "--quiet", "--gpg-sign", "--message=x", author="maria@example.org")
    assert await house.shown() == "maria"  # whom policy then refuses, as the one who asks


@needs_ssh
async def test_where_a_committer_is_enough_too_the_first_proof_that_shows_somebody_counts(
    house: House, ruth: Key
) -> None:
    house.name(ruth.yaml("ruth"), grants="[signature, committer]")
    house.merge(house.ask(), by="ruth@example.org")
    policy = await house.policy()
    grant, _ = grant_of(policy.bypasses[0], policy)
    assert grant is not None
    assert (grant.by, grant.proof) == ("ruth", "committer")


@needs_ssh
async def test_signatures_that_policy_does_not_ask_for_are_not_looked_into(house: House, ruth: Key) -> None:
    house.name(ruth.yaml("ruth"), grants="committer")
    house.merge(house.ask(), ruth)
    assert (await house.policy()).origins["friday"].shown == {}


@needs_gpg
async def test_signature_by_openpgp_allows_the_person_whose_key_it_is(house: House, gpg: GnuPG) -> None:
    key = gpg.key("ruth")
    house.name(key.yaml("ruth"))
    house.merge(house.ask(), key)
    assert await house.shown() == "ruth"


@needs_gpg
async def test_signature_by_openpgp_refuses_a_key_that_nobody_named(house: House, gpg: GnuPG) -> None:
    key = gpg.key("eve")
    with gnupg() as other:
        house.name(other.key("ruth").yaml("ruth"))
    house.merge(house.ask(), key)
    assert "a key that gate.yaml did not name before" in await house.shown()


@needs_gpg
async def test_a_revoked_key_refuses_what_it_signed(house: House, gpg: GnuPG) -> None:
    key = gpg.key("ruth")
    house.name(key.yaml("ruth"))
    signed = house.merge(house.ask(), key)
    assert await house.shown() == "ruth"
    house.upstream.git("reset", "--quiet", "--hard", f"{signed}^")
    with gpg.copied() as thief:  # a copy of the key from before signs on
        gpg.revoke()
        house.name(gpg.exported("ruth").yaml("ruth"))
        house.merge(house.ask(), thief.exported("ruth"))
    assert "is revoked" in await house.shown()


@needs_gpg
@pytest.mark.parametrize(("date", "is_late"), [("2026-01-05T12:00:00Z", False), ("2026-02-05T12:00:00Z", True)])
async def test_an_expired_key_refuses_what_was_committed_after_its_end(
    house: House, gpg: GnuPG, date: str, *, is_late: bool
) -> None:
    gpg.pretend("20260101T120000")
    key = gpg.key("ruth", expires="10d")
    house.upstream.extra = {"GIT_COMMITTER_DATE": "2026-01-02T12:00:00Z"}
    house.name(key.yaml("ruth"))
    house.upstream.extra = {}
    house.merge(house.ask(), key, date=date)
    assert ("had expired" in await house.shown()) if is_late else (await house.shown() == "ruth")


@needs_gpg
async def test_a_key_whose_bytes_are_no_key_shows_nobody(house: House, gpg: GnuPG) -> None:
    key = gpg.key("ruth")
    lines = key.public.strip().splitlines()
    start = lines.index("") + 1
    body = base64.b64decode("".join(line for line in lines[start:-1] if not line.startswith("=")))
    broken = base64.b64encode(body[:60] + bytes([body[60] ^ 1]) + body[61:]).decode()
    armour = "\n".join([*lines[:start], broken, lines[-1]])
    house.name(Key("openpgp", armour, (), {}).yaml("ruth"))
    house.merge(house.ask(), key)
    assert "does not count" in await house.shown()
