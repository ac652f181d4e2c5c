"""`tests/cases/bypass.yaml`, row by row as cases of the default pack."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import yaml

from gate.domain.case import Case
from gate.domain.policy_set import PolicySet
from gate.domain.process import GateSettings, Process
from tests.policies.pack_engine import pack

_PROJECT: Final = Path(__file__).parents[2]
TABLE: Final[dict[str, Any]] = yaml.load(
    (_PROJECT / "tests/cases/bypass.yaml").read_text(),
    Loader=yaml.BaseLoader,  # noqa: S506 -- it makes text of everything, so that a time stays as it is written
)
_ID: Final = "double-charge"
REFUSES: Final = ("refuses", "refuse")
ALLOWS: Final = ("allows", "allow")


@dataclass(frozen=True)
class Row:
    """A case, and the policy that it is judged by."""

    note: str
    case: Case
    policy: PolicySet

    @property
    def promise(self) -> tuple[str, str]:
        """What it is about, and whether it `refuses` or `allows` that."""
        return promise_of(self.note)


def promise_of(note: str) -> tuple[str, str]:
    """`a_freeze_refuses_a_change` is about `a_freeze`, which refuses."""
    words = note.split("_")
    place = next(place for place, word in enumerate(words) if word in REFUSES + ALLOWS)
    return "_".join(words[:place]), "refuses" if words[place] in REFUSES else "allows"


def rows() -> Iterator[Row]:
    """Every row of the table."""
    for written in TABLE["rows"]:
        yield Row(written["note"], _case(written), _policy(written))


def _case(written: Mapping[str, Any]) -> Case:
    _, what = promise_of(written["note"])
    usual = _changed(TABLE["usual"], {key: value for key, value in written.items() if key in TABLE["usual"]})
    given = usual["given"] | {"bypasses": [_changed(TABLE["bypass"], each) for each in written.get("bypasses", [{}])]}
    usually = {"outcome": "waiting", "lifted": {}} if what == "refuses" else {"outcome": "approved"}
    lifted = {"lifted": {"freeze": _ID}} if what == "allows" else {}
    expect = usually | lifted | written.get("expect", {})
    if "said" in written:
        expect = _changed(expect, {"bypasses": {_ID: written["said"]}})
    extra = {"just_before": written["just_before"]} if "just_before" in written else {}
    return Case.model_validate(usual | extra | {"note": written["note"], "given": given, "expect": expect})


def _policy(written: Mapping[str, Any]) -> PolicySet:
    policy = pack()
    if "process" in written:
        stated = policy.process.model_dump(mode="json", by_alias=True, exclude_computed_fields=True)
        policy = replace(policy, process=Process.model_validate(_changed(stated, written["process"])))
    if "settings" in written:
        policy = replace(
            policy, settings=GateSettings.model_validate(policy.settings.model_dump() | written["settings"])
        )
    return policy


def _changed(usual: Mapping[str, Any], differences: Mapping[str, Any]) -> dict[str, Any]:
    """The usual with these differences, field by field; lists are taken whole, and `null` takes a field away."""
    changed = deepcopy(dict(usual))
    for key, value in differences.items():
        before = changed.get(key)
        if value == "null":
            changed.pop(key, None)
        elif isinstance(before, dict) and isinstance(value, Mapping) and value:
            changed[key] = _changed(before, value)
        else:
            changed[key] = value
    return changed
