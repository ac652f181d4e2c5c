"""How loaded groups are that review, in memory."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gate.domain.asked import groups_asked
from gate.domain.history import HistoryQuestion
from gate.domain.judgement import Judgement, StoredChange
from gate.domain.review_load import LOOKED_BACK_DAYS, GroupLoad

_DAY_NS = 86_400 * 10**9


@dataclass
class ReviewLoads:
    """Who waits is seen from the changes; what was answered is kept by group and day."""

    _answers: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)

    def count(self, judgement: Judgement) -> None:
        for each in judgement.answered:
            key = (each.group, judgement.decision.at_ns // _DAY_NS)
            answered, waited_ns = self._answers.get(key, (0, 0))
            self._answers[key] = (answered + 1, waited_ns + each.waited_ns)

    def of(self, question: HistoryQuestion, stored: Iterable[StoredChange]) -> dict[str, GroupLoad]:
        others = [each for each in stored if each.change.id != question.change]
        asked = [group for each in others for group in groups_asked(each.change, each.decision)]
        loads = {name: self._load(name, asked.count(name), question.at_ns // _DAY_NS) for name in question.groups}
        return {name: load for name, load in loads.items() if load != GroupLoad()}

    def _load(self, name: str, waiting: int, today: int) -> GroupLoad:
        counted = [
            kept
            for (group, day), kept in self._answers.items()
            if group == name and today - LOOKED_BACK_DAYS <= day <= today
        ]
        return GroupLoad(
            waiting=waiting,
            answered=sum(answered for answered, _ in counted),
            waited_ns=sum(waited_ns for _, waited_ns in counted),
        )
