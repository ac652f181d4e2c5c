"""Which changes used which bypasses, in memory: the part of the store's simulator that keeps a last use the last."""

from gate.domain.errors import FactsMovedError
from gate.domain.history import HistoryQuestion
from gate.domain.judgement import Judgement


class BypassUses(dict[str, list[str]]):
    """The changes that used a bypass, by its id."""

    def by_others(self, question: HistoryQuestion) -> dict[str, int]:
        """How often other changes used the bypasses that name a change; those that none used are left out."""
        counts = {bypass: self._by_others(bypass, question.change) for bypass in question.bypasses}
        return {bypass: count for bypass, count in counts.items() if count}

    def taken(self, question: HistoryQuestion) -> tuple[str, ...]:
        """The bypasses that the change itself used."""
        return tuple(bypass for bypass in sorted(question.bypasses) if question.change in self.get(bypass, ()))

    def use(self, judgement: Judgement) -> None:
        """Use what the judgement rests on. FactsMovedError if others used it meanwhile."""
        known, user = judgement.history.bypass_uses, judgement.change.id
        moved = [bypass for bypass in judgement.uses if self._by_others(bypass, user) != known.get(bypass, 0)]
        if moved:
            raise FactsMovedError(f"bypass {moved[0]} was used by another change meanwhile")
        for bypass in judgement.uses:
            self.setdefault(bypass, []).append(user)

    def _by_others(self, bypass: str, change_id: str) -> int:
        return sum(user != change_id for user in self.get(bypass, ()))
