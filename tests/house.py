"""A small house: four services, their people, a process. The documents of its policy repository, as they parse.

policy = a_policy()                                       # the house as it is
policy = a_policy({"calendar/x.yaml": [a_freeze()]})      # with one more file
policy = a_policy({"risk.yaml": []})                      # with one file less
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, Final

from gate.domain.bypass import Origin
from gate.domain.document import Document, Place
from gate.domain.policy_set import PolicySet, assemble, understand
from tests.builders import AT_NS, REVISION

Fields = Mapping[str, Any]
Files = Mapping[str, Sequence[Fields]]

STEPS: Final = ("evidence", "freeze", "conflict", "segregation_of_duties", "peer_review")
MODULES: Final = {f"rego/steps/{step}.rego": f"package gate.steps.{step}\n" for step in STEPS}
RUTH: Final = Origin(commit="c0de" * 10, author="maria@house.test", committer="ruth@house.test", at_ns=AT_NS, parents=2)
"""Merged by a release manager."""


def _service(name: str, tier: int, **more: Any) -> Fields:
    return {"kind": "Service", "name": name, "owners": f"team-{name}", "tier": tier, "objective": "revenue", **more}


def _group(name: str, *members: str) -> Fields:
    return {"kind": "Group", "name": name, "members": list(members)}


FILES: Final[Files] = {
    "gate.yaml": [
        {
            "kind": "Gate",
            "format": 1,
            "environments": {"production": {"production": True}, "staging": {"when_stale": "allow"}},
            "grants": "committer",
        }
    ],
    "process.yaml": [
        {
            "kind": "Process",
            "classes": {
                "standard": ["evidence", "freeze", "conflict"],
                "normal": ["evidence", "freeze", "conflict", "segregation_of_duties", "peer_review"],
                "emergency": ["conflict", "segregation_of_duties"],
            },
            "steps": {
                "freeze": {"bypass": {"by": "release-managers"}},
                "peer_review": {"needs": {"group": "$service.reviewers"}, "bypass": {"by": "$service.owners"}},
            },
            "dependency_depth": 1,
        }
    ],
    "risk.yaml": [{"kind": "Risk", "factors": {"tier": {"1": 30}}, "thresholds": {"medium": 20, "high": 50}}],
    "objectives.yaml": [{"kind": "Objective", "name": "revenue", "description": "What pays for all the rest."}],
    "groups.yaml": [
        _group("release-managers", "ruth"),
        _group("team-payments", "maria", "jan"),
        _group("team-ledger", "lena"),
        _group("team-checkout", "chris"),
        _group("team-status-page", "sam"),
        {"kind": "Person", "name": "ruth", "emails": ["ruth@house.test"]},
        {"kind": "Person", "name": "maria", "emails": ["maria@house.test"]},
    ],
    "services/money.yaml": [
        _service("payments", 1, depends_on=["ledger"], timezone="Europe/Amsterdam"),
        _service("ledger", 1, exclusive=["core-database"]),
        _service("checkout", 2, depends_on=["payments"], exclusive=["core-database"]),
    ],
    "services/status-page.yaml": [_service("status-page", 4)],
    "lanes/flags.yaml": [
        {"kind": "Lane", "name": "flags", "scope": {"environments": ["production"]}, "paths": ["flags/**"]}
    ],
}


def a_freeze(**fields: Any) -> Fields:
    """A freeze of production from nine until noon on the day of the tests, which begin at ten."""
    usual = {"kind": "Freeze", "name": "stocktaking", "scope": {"environments": ["production"]}}
    return usual | {"start": "2026-11-02T09:00", "end": "2026-11-02T12:00"} | fields


def a_bypass(**fields: Any) -> Fields:
    """Lets one change of payments into production during a freeze."""
    return {
        "kind": "Bypass",
        "id": "double-charge",
        "change": {"service": "payments", "environment": "production"},
        "skip": ["freeze"],
        "reason": "The bug charges customers twice; waiting costs what the freeze protects.",
        "ticket": "INC-2291",
        "requested_by": "maria",
        "expires": "2026-11-02T20:00:00Z",
    } | fields


def a_document(fields: Fields, path: str = "policy.yaml", lines: Mapping[Place, int] | None = None) -> Document:
    """What the parser would hand over."""
    return Document(path, deepcopy(dict(fields)), lines or {})


def documents(files: Files) -> list[Document]:
    """All documents of a repository, file by file. Fields have the line on which a tidy file would have them."""
    return [
        a_document(fields, path, {(): 1} | {(name,): line for line, name in enumerate(fields, start=1)})
        for path, several in sorted(files.items())
        for fields in several
    ]


def a_policy(
    files: Files | None = None,
    *,
    revision: str = REVISION,
    modules: Mapping[str, str] = MODULES,
    origins: Mapping[str, Origin] | None = None,
) -> PolicySet:
    """The house at a revision, with these files instead of or beside its own. PolicyRejectedError."""
    understood = [understand(document) for document in documents({**FILES, **(files or {})})]
    return assemble(revision, AT_NS, understood, modules, origins or {})
