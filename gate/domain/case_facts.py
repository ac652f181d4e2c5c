"""From a case to the facts that it states, as if the store had told what it gives."""

from gate.domain.case import Case
from gate.domain.facts import Facts
from gate.domain.gathering import gather, question_for
from gate.domain.policy_set import PolicySet


def facts_of(case: Case, policy: PolicySet) -> Facts:
    """What policy judges of a case. UnknownNameError for a service or environment nobody knows."""
    change, policy = case.change(), policy.with_bypasses(*case.bypasses())
    history = case.history(question_for(change, policy, case.at_ns), policy.catalogue, policy.process)
    facts = gather(change, policy, history, case.at_ns, prerequisites=case.prerequisites())
    return facts.model_copy(update={"asked": case.asked()})
