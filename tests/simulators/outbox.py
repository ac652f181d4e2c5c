"""The outbox in memory: the part of the store's simulator that the courier rests on."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gate.domain.notice import Notice


@dataclass
class Outbox:
    """Notices that are still to be delivered, and when each is due."""

    _due_ns: dict[str, int] = field(default_factory=dict)
    _notices: dict[str, Notice] = field(default_factory=dict)

    def put(self, notices: Iterable[Notice]) -> None:
        """They are due at once."""
        for notice in notices:
            self._notices[notice.id] = notice
            self._due_ns[notice.id] = notice.at_ns

    def take(self, at_ns: int, until_ns: int, limit: int) -> list[Notice]:
        """What is due, put off until then."""
        due = sorted((due_ns, name) for name, due_ns in self._due_ns.items() if due_ns <= at_ns)[:limit]
        self._due_ns |= {name: until_ns for _, name in due}
        return sorted((self._notices[name] for _, name in due), key=lambda notice: (notice.at_ns, notice.id))

    def forget(self, notice_id: str) -> None:
        """Delivered."""
        self._notices.pop(notice_id, None)
        self._due_ns.pop(notice_id, None)

    def put_off(self, notice_id: str, until_ns: int) -> None:
        """In vain."""
        notice = self._notices[notice_id]
        self._notices[notice_id] = notice.model_copy(update={"attempts": notice.attempts + 1})
        self._due_ns[notice_id] = until_ns
