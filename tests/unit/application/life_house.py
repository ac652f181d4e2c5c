"""The house whose changes live through everything: its documents, and a policy in Python that is lax on purpose.

It counts whoever is in the group, the author too; looks at no commit; asks no bypass when it expires nor how often it
was used, and no broken glass anything at all. What it never sees is kept from it by the gate.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from gate.domain.bypass import Origin
from tests.builders import AT_NS
from tests.house import FILES, Files, a_bypass, a_freeze
from tests.simulators.policy_engine import SimulatedPolicy
from tests.unit.application.life_auditor import MANAGERS, TEAMS, Grant

_CLASSES: Final = ["freeze", "peer_review"]
_PROCESS: Final = {
    **FILES["process.yaml"][0],
    "classes": dict.fromkeys(("standard", "normal", "emergency"), _CLASSES),
    "break_glass": {"group": "release-managers", "holds": "PT4H", "review_due": "P2D"},
}
_PEOPLE: Final = sorted({"mallory"}.union(MANAGERS, *TEAMS.values()))
HOUSE: Final[Files] = {
    "process.yaml": [_PROCESS],
    "groups.yaml": [
        {"kind": "Group", "name": "release-managers", "members": sorted(MANAGERS)},
        {"kind": "Group", "name": "everybody", "members": _PEOPLE},
        *({"kind": "Group", "name": f"team-{name}", "members": sorted(team)} for name, team in TEAMS.items()),
        *({"kind": "Group", "name": f"team-{name}", "members": ["chris"]} for name in ("checkout", "status-page")),
        *({"kind": "Person", "name": name, "emails": [f"{name}@house.test"]} for name in _PEOPLE),
    ],
}


def lax(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What this house says of a change."""
    return {
        "revision": facts["revision"],
        "class": "normal",
        "lane": None,
        "risk": {"class": "low", "score": 0, "factors": []},
        "required": _CLASSES,
        "verdicts": {"freeze": _freeze(facts), "peer_review": _peer_review(facts)},
        "bypasses": {bypass["id"]: {"honoured": _honoured(bypass, facts)} for bypass in facts["bypasses"]},
    }


LAX: Final = SimulatedPolicy(lax)


def _freeze(facts: Mapping[str, Any]) -> dict[str, Any]:
    start_ns = facts["change"]["start_ns"]
    open_ones = [
        each
        for each in facts["windows"]
        if each["kind"] == "freeze" and each["start_ns"] <= start_ns and (each["end_ns"] or start_ns + 1) > start_ns
    ]
    if not open_ones or (facts["change"]["state"] == "started" and all(e["overrun"] == "finish" for e in open_ones)):
        return {"status": "satisfied"}
    return {"status": "waiting", "until_ns": None, "reasons": [{"code": "frozen", "message": "it is frozen"}]}


def _peer_review(facts: Mapping[str, Any]) -> dict[str, Any]:
    answers = [each["answer"] for each in facts["approvals"] if each["by"] in TEAMS[facts["change"]["service"]]]
    if "veto" in answers:
        return {"status": "failed", "reasons": [{"code": "vetoed", "message": "somebody objects"}]}
    if answers:
        return {"status": "satisfied"}
    return {"status": "pending", "needs": [{"group": facts["service"]["reviewers"], "approvals": 1}]}


def _honoured(bypass: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    if bypass["break_glass"] is not None or bypass["taken"]:
        return True
    grant = bypass["grant"]
    entitled = grant is not None and grant["by"] in MANAGERS and grant["by"] != bypass["requested_by"]
    return entitled and facts["team_bypasses"]["pirs_overdue"] == 0


def written(grant: Grant) -> Files:
    """The file of a bypass."""
    change = {"service": grant.service, "environment": "production"}
    if grant.commit is not None:
        change["commit"] = grant.commit
    said = a_bypass(
        id=grant.name,
        change=change,
        skip=sorted(grant.skips),
        uses=grant.uses,
        requested_by=grant.asked_by,
        expires=_utc(grant.expires_ns),
        review_due=f"PT{grant.review_ns // 3_600_000_000_000}H",
    )
    return {_path(grant): [said]}


def deleted(grant: Grant) -> Files:
    """The same file, gone."""
    return {_path(grant): []}


def origin(grant: Grant) -> Origin:
    """How its file came onto the branch."""
    return Origin(
        commit="c0de" * 10,
        author=f"{grant.asked_by}@house.test",
        committer=f"{grant.granted_by}@house.test",
        at_ns=AT_NS,
        parents=1 if grant.pushed else 2,
    )


def frozen(services: frozenset[str]) -> Files:
    """The calendar in which just these services are frozen, for as long as the tests can last."""
    return {
        f"calendar/{service}.yaml": [a_freeze(name=f"{service}-stocktaking", scope={"services": [service]}, **_LONG)]
        if service in services
        else []
        for service in TEAMS
    }


_LONG: Final = {"end": "2026-12-06T00:00", "overrun": "stop"}


def _path(grant: Grant) -> str:
    return f"bypasses/{grant.name}.yaml"


def _utc(at_ns: int) -> str:
    return datetime.fromtimestamp(at_ns // 10**9, tz=UTC).isoformat()
