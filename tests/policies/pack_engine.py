"""The rules of the default pack, judged by OPA in this process with whatever documents a revision holds."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from opa_bindings import OpaEngine

from gate.adapters.policy_repo.working_copy import read_working_copy
from gate.domain.bundle import Bundle
from gate.domain.policy_set import PolicySet
from tests.simulators.policy_engine import SimulatedPolicy

_PACK: Final = Path(__file__).parents[2] / "policies"
_QUERY: Final = "found := data.gate.assessment with input as input.facts with data.policy as input.policy"


@cache
def pack() -> PolicySet:
    """The default pack."""
    return read_working_copy(_PACK)


def pack_engine(bundle: Bundle) -> SimulatedPolicy:
    """What OPA says of a bundle whose rules are the pack's."""

    def answer(facts: Mapping[str, Any]) -> object:
        policy = {**bundle.data, "revision": bundle.revision}
        (found,) = _rules().eval_query(_QUERY, {"facts": facts, "policy": policy})
        return found["found"]

    return SimulatedPolicy(answer)


@cache
def _rules() -> OpaEngine:
    # Compiled once; the documents come with each question.
    engine = OpaEngine()
    for path, text in pack().modules.items():
        if not path.endswith("_test.rego"):
            engine.add_policy(path, text)
    return engine
