"""What is told of a review that has become overdue: once, to the team that owes it and to whoever hears everything."""

from collections.abc import Collection, Iterator

from gate.domain.catalogue import Catalogue
from gate.domain.instant import to_the_second
from gate.domain.judgement import StoredChange
from gate.domain.notice import Notice, Telling, addressed, target
from gate.domain.pir import Pir


def overdue_notices(
    pir: Pir, stored: StoredChange, at_ns: int, catalogue: Catalogue, reachable: Collection[str]
) -> tuple[Notice, ...]:
    """The announcement, to those of the addressees who can be reached. Its ids are the same whichever gate makes it."""
    told = addressed(_tellings(pir, stored, catalogue), stored.change, stored.decision, reachable, f"pir.{pir.change}")
    return tuple(notice.model_copy(update={"at_ns": at_ns}) for notice in told)


def _tellings(pir: Pir, stored: StoredChange, catalogue: Catalogue) -> Iterator[Telling]:
    what = target(stored.change)
    yield Telling(
        kind="pir_overdue",
        to=pir.team,
        or_to=tuple(name for name in catalogue.members(pir.team) if not catalogue.is_robot(name)),
        title=f"Review overdue: {what}",
        body=f"{pir.team} owes the review of {what} since {to_the_second(pir.due_ns)}; it used "
        f"{', '.join(pir.bypasses)}.\nUntil it is written, policy may keep other bypasses of the team from counting: "
        f"`gate pir new {pir.change}`.",
    )
