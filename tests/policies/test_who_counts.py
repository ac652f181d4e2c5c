"""Each person counts once: what the Rego of the default pack says is held against trying out every way of counting."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from opa_bindings import OpaEngine

from gate.adapters.policy_repo.working_copy import read_working_copy
from gate.domain.policy_set import PolicySet
from tests.builders import AT_NS, COMMIT, REVISION, a_change, facts_for

PACK: Final = Path(__file__).parents[2] / "policies"
STEPS: Final = ("peer_review", "owner_approval", "architecture_review")
PEOPLE: Final = ("ann", "ben", "cem", "dag", "eva")
GROUPS: Final = ("red", "green", "blue")
_QUERY: Final = "verdicts := data.gate.assessment.verdicts with input as input.facts with data.policy as input.policy"

Need = tuple[str, int]
"""A group, and how many of it."""
Needs = Mapping[str, Sequence[Need]]
Answered = frozenset[tuple[str, str]]
"""Who approved which step."""


class House:
    """A process with needs of its own, judged by the rules of the pack."""

    def __init__(self, groups: Mapping[str, Sequence[str]], needs: Needs, *, distinct: bool = True) -> None:
        self.groups = groups
        self.needs = needs
        self.distinct = distinct

    def _data(self) -> dict[str, Any]:
        """The documents of the pack, with this process and these groups in place of its own."""
        process = dict(_pack().bundle.data["process"]) | {"risk": {}, "distinct": self.distinct}
        process["classes"] = {"normal": list(self.needs)}
        process["steps"] = {
            step: {"needs": [{"group": group, "approvals": number} for group, number in needs]}
            for step, needs in self.needs.items()
        }
        groups = {name: {"members": list(members)} for name, members in self.groups.items()}
        return dict(_pack().bundle.data) | {"revision": REVISION, "process": process, "groups": groups}

    def verdicts(self, answered: Answered) -> Mapping[str, Any]:
        """What the rules say of each step."""
        approvals = [{"step": step, "by": person, "at_ns": AT_NS, "commit": COMMIT} for person, step in answered]
        facts = facts_for(a_change(service="payments"), approvals=sorted(approvals, key=str))
        (found,) = _rules().eval_query(_QUERY, {"facts": facts.model_dump(mode="json"), "policy": self._data()})
        verdicts: Mapping[str, Any] = found["verdicts"]
        return verdicts

    def statuses(self, answered: Answered) -> dict[str, str]:
        return {step: verdict["status"] for step, verdict in self.verdicts(answered).items()}

    # The oracle: every way of counting everybody for one thing, or for nothing.

    def satisfied(self, answered: Answered) -> set[str]:
        """The steps that are filled in each way of counting that fills as many places as can be."""
        together = [list(self.needs)] if self.distinct else [[step] for step in self.needs]
        return {step for steps in together for step in self._satisfied(steps, answered)}

    def _satisfied(self, steps: Sequence[str], answered: Answered) -> set[str]:
        ways = [self._filled(way, steps) for way in self._ways(steps, answered)]
        most = max(sum(way.values()) for way in ways)
        best = [way for way in ways if sum(way.values()) == most]
        return {step for step in steps if all(way[step] == self.places(step) for way in best)}

    def places(self, step: str) -> int:
        return sum(number for _, number in self.needs[step])

    def _ways(self, steps: Sequence[str], answered: Answered) -> Iterator[tuple[tuple[str, int] | None, ...]]:
        """For each person, the need that they count for."""
        choices = [
            [
                None,
                *(
                    (step, place)
                    for step in steps
                    for place, (group, _) in enumerate(self.needs[step])
                    if (person, step) in answered and person in self.groups[group]
                ),
            ]
            for person in PEOPLE
        ]
        return product(*choices)

    def _filled(self, way: Sequence[tuple[str, int] | None], steps: Sequence[str]) -> dict[str, int]:
        return {
            step: sum(min(number, way.count((step, place))) for place, (_, number) in enumerate(self.needs[step]))
            for step in steps
        }

    def everybody(self) -> Answered:
        """All who could ever approve anything, and do."""
        return frozenset(
            (person, step) for step, needs in self.needs.items() for group, _ in needs for person in self.groups[group]
        )


@cache
def _pack() -> PolicySet:
    return read_working_copy(PACK)


@cache
def _rules() -> OpaEngine:
    """The rules of the pack, compiled once; the documents come with each question."""
    engine = OpaEngine()
    for path, text in _pack().modules.items():
        if not path.endswith("_test.rego"):
            engine.add_policy(path, text)
    return engine


def houses(number: int, *, distinct: bool = True) -> Iterator[tuple[House, Random]]:
    for seed in range(number):
        random = Random(seed)  # noqa: S311 -- picks examples, not a secret
        groups = {group: random.sample(PEOPLE, random.randint(1, 4)) for group in GROUPS}
        steps = random.sample(STEPS, random.randint(1, 3))
        needs = {
            step: [(random.choice(GROUPS), random.choice([1, 1, 1, 2])) for _ in range(random.choice([1, 1, 2]))]
            for step in steps
        }
        yield House(groups, needs, distinct=distinct), random


@pytest.mark.parametrize("distinct", [True, False], ids=["distinct", "not distinct"])
def test_a_step_is_satisfied_exactly_if_every_best_way_of_counting_fills_it(*, distinct: bool) -> None:
    seen = {"satisfied": 0, "pending": 0, "failed": 0}
    for house, random in houses(60, distinct=distinct):
        hopeless = set(house.needs) - house.satisfied(house.everybody())
        for _ in range(4):
            possible = sorted(house.everybody())
            answered = frozenset(random.sample(possible, random.randint(0, len(possible))))
            satisfied = house.satisfied(answered)
            for step, status in house.statuses(answered).items():
                expected = "failed" if step in hopeless else "satisfied" if step in satisfied else "pending"
                assert status == expected, (house.groups, house.needs, answered, step)
                seen[status] += 1
    print(seen)
    assert min(seen.values()) > 50


def test_wherever_enough_people_could_answer_those_named_lead_to_an_approval_whoever_answers_first() -> None:
    reached = 0
    for house, random in houses(60):
        if set(house.needs) != house.satisfied(house.everybody()):
            continue  # too few people
        answered: Answered = frozenset()
        for _ in range(len(house.everybody()) + 1):
            verdicts = house.verdicts(answered)
            pending = [(step, verdict) for step, verdict in verdicts.items() if verdict["status"] == "pending"]
            if not pending:
                break
            named = [(p, step) for step, verdict in pending for need in verdict["needs"] for p in need["people"]]
            assert named, (house.groups, house.needs, answered)
            answered |= {random.choice(sorted(named))}
        assert set(house.statuses(answered).values()) == {"satisfied"}
        reached += 1
    print(f"{reached} houses came to an approval")
    assert reached > 15
