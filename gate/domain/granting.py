"""Who granted a bypass, as far as it is shown: the first proof that policy accepts and that shows somebody.

Proofs were looked into before, where history and forge are. Whether that person may grant it, policy says.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from gate.domain.bypass import Bypass, Origin
from gate.domain.facts import BypassGrant, LackingProof
from gate.domain.policy_set import PolicySet
from gate.domain.process import BypassRight
from gate.domain.proof import Proof, Shown

_A_MERGE: Final = 2
"""So many parents a merge commit has at least."""
_SHORT: Final = 12
_NOT_LOOKED_INTO: Final[Mapping[Proof, Shown]] = {
    "forge": Shown(lacks="no forge is configured that could tell of reviews"),
    "signature": Shown(lacks="signatures were not looked into"),
}


def grant_of(bypass: Bypass, policy: PolicySet) -> tuple[BypassGrant | None, tuple[LackingProof, ...]]:
    """The grant, or None and what each proof lacks that policy accepts."""
    origin = policy.origins.get(bypass.id)
    if origin is None:
        return None, ()
    lacking: list[LackingProof] = []
    for proof in policy.settings.grants:
        shown = _shown(proof, origin, policy)
        if shown.by:
            return _grant(_witness(shown.by, bypass, policy), proof, origin, policy), ()
        lacking.append(LackingProof(proof=proof, why=shown.lacks))
    if "committer" in policy.settings.grants and origin.parents >= _A_MERGE:
        # Somebody did let it in: who that is, nobody knows.
        return _grant(None, "committer", origin, policy), ()
    return None, tuple(lacking)


def granting_group(step: str, bypass: Bypass, policy: PolicySet) -> str | None:
    """The group that may let a step be skipped, as `process.yaml` has it; None where none may."""
    rule = policy.process.steps.get(step)
    if rule is None or not isinstance(rule.bypass, BypassRight):
        return None
    return policy.catalogue.service(bypass.change.service).group(rule.bypass.by)


def _shown(proof: Proof, origin: Origin, policy: PolicySet) -> Shown:
    if proof != "committer":
        return origin.shown.get(proof, _NOT_LOOKED_INTO[proof])
    if origin.parents < _A_MERGE:
        return Shown(lacks=f"commit {origin.commit[:_SHORT]} was pushed by itself, and is no merge by somebody else")
    person = policy.catalogue.person_of(origin.committer)
    lacks = "it was committed under an e-mail address of nobody in groups.yaml"
    return Shown(by=(person.name,)) if person else Shown(lacks=lacks)


def _witness(people: Iterable[str], bypass: Bypass, policy: PolicySet) -> str:
    """Of several who approved, the one who may let most of it be skipped. All else is said of that one by policy."""
    groups = [granting_group(step, bypass, policy) for step in bypass.skip]
    members = [policy.catalogue.members(group) for group in groups if group is not None]

    def weight(name: str) -> tuple[bool, int]:
        return name != bypass.requested_by, sum(name in several for several in members)

    return max(sorted(people), key=weight)


def _grant(by: str | None, proof: Proof, origin: Origin, policy: PolicySet) -> BypassGrant:
    author = policy.catalogue.person_of(origin.author)
    person = None if by is None else policy.catalogue.people.get(by)
    return BypassGrant(
        by=by,
        author=author.name if author else None,
        robot=person.robot if person else False,
        commit=origin.commit,
        at_ns=origin.at_ns,
        proof=proof,
    )
