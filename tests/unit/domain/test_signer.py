"""Keys that `gate.yaml` names: what is a key, what is none, and whose it is."""

import pytest
from pydantic import ValidationError

from gate.domain.errors import PolicyRejectedError
from gate.domain.instant import to_ns
from gate.domain.openpgp import public_key
from gate.domain.signer import Signer
from tests.house import FILES, a_policy

SSH = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJydXRoLXJ1dGgtcnV0aC1ydXRoLXJ1dGgtcnV0aC0hIQ"
SSH += "=" * (-len(SSH.split()[1]) % 4)
OPENPGP = """-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEAAAAABYJKwYBBAHaRw8BAQdAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
AAAAAAA=
-----END PGP PUBLIC KEY BLOCK-----
"""


def wrong(**fields: str) -> str:
    with pytest.raises(ValidationError) as caught:
        Signer.model_validate({"person": "ruth"} | fields)
    return str(caught.value)


def findings(*signers: dict[str, str]) -> list[str]:
    (usual,) = FILES["gate.yaml"]
    try:
        a_policy({"gate.yaml": [{**usual, "signers": list(signers)}]})
    except PolicyRejectedError as error:
        return [f"{finding.field}: {finding.message}" for finding in error.findings]
    return []


def test_the_comment_of_a_key_is_no_part_of_it() -> None:
    signer = Signer(person="ruth", ssh=f"{SSH} ruth@laptop\n")
    assert signer.ssh_key == SSH
    assert signer.fingerprint == Signer(person="ruth", ssh=SSH).fingerprint
    assert signer.fingerprint.startswith("SHA256:")


@pytest.mark.parametrize(
    "key",
    [
        "ssh-ed25519",
        "ssh-ed25519 AAAA",
        f"{SSH}\n{SSH}",
        f'command="x" {SSH}',
        f"* {SSH}",
        SSH.replace("ssh-ed25519", "ssh-rsa"),
        "ssh-dss AAAAB3NzaC1kc3M=",
        "ssh-ed25519-cert-v01@openssh.com AAAA",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
    ],
)
def test_what_is_no_ssh_key_is_refused(key: str) -> None:
    assert "ssh" in wrong(ssh=key)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nAAAA\n-----END PGP PRIVATE KEY BLOCK-----\n",
        OPENPGP.replace("mDME", "AAAA"),
        OPENPGP.replace("AAAAAAA=", "AAA="),
        OPENPGP.replace("mDMEAAAAABYJ", "mDMDAAAAABYJ"),
        OPENPGP + OPENPGP,
    ],
)
def test_what_is_no_openpgp_key_is_refused(key: str) -> None:
    assert "openpgp" in wrong(openpgp=key)


def test_an_openpgp_key_is_known_by_its_fingerprint() -> None:
    assert len(public_key(OPENPGP).fingerprint) == 40


def test_a_signer_has_one_key() -> None:
    assert "one key" in wrong()
    assert "one key" in wrong(ssh=SSH, openpgp=OPENPGP)


def test_a_key_counts_from_the_first_to_just_before_the_last_instant() -> None:
    signer = Signer.model_validate(
        {"person": "ruth", "ssh": SSH, "since": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"}
    )
    assert signer.since is not None
    assert signer.until is not None
    since_ns, until_ns = to_ns(signer.since), to_ns(signer.until)
    counts = [signer.counts_at(at_ns) for at_ns in (since_ns - 1, since_ns, until_ns - 1, until_ns)]
    assert counts == [False, True, True, False]


def test_a_key_belongs_to_one_person_who_is_known() -> None:
    assert findings({"person": "ruth", "ssh": SSH}) == []
    assert findings({"person": "ruht", "ssh": SSH}) == [
        "signers.0.person: no person is called 'ruht'; did you mean ruth?"
    ]
    both = ({"person": "ruth", "ssh": SSH}, {"person": "maria", "ssh": SSH})
    assert findings(*both) == ["signers.1.ssh: is a key of ruth already"]


def test_keys_are_no_part_of_what_rego_sees() -> None:
    (usual,) = FILES["gate.yaml"]
    policy = a_policy({"gate.yaml": [{**usual, "signers": [{"person": "ruth", "ssh": SSH}]}]})
    assert "signers" not in policy.bundle.data["settings"]


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("none", ()),
        ("committer", ("committer",)),
        (["signature", "committer"], ("signature", "committer")),
        ("signature", ("signature",)),
    ],
)
def test_one_proof_may_be_written_without_a_list(written: object, means: tuple[str, ...]) -> None:
    (usual,) = FILES["gate.yaml"]
    assert a_policy({"gate.yaml": [{**usual, "grants": written}]}).settings.grants == means


def test_a_proof_that_is_named_twice_is_a_slip() -> None:
    (usual,) = FILES["gate.yaml"]
    with pytest.raises(PolicyRejectedError) as caught:
        a_policy({"gate.yaml": [{**usual, "grants": ["forge", "forge"]}]})
    assert "names a proof twice" in str(caught.value.findings[0])
