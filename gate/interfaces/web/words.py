"""The words of the pages for what the gate calls by short names."""

from collections.abc import Mapping
from typing import Final

_SPOKEN: Final[Mapping[str, str]] = {
    "approved": "Approved",
    "review": "In review",
    "waiting": "Waiting",
    "refused": "Refused",
    "satisfied": "Satisfied",
    "pending": "Waits for people",
    "failed": "Failed",
    "lifted": "Lifted",
    "open": "Open",
    "started": "Under way",
    "finished": "Finished",
    "withdrawn": "Withdrawn",
    "succeeded": "Succeeded",
    "rolled_back": "Rolled back",
    "approve": "approved",
    "veto": "vetoed",
    "withdraw": "took back",
    "same_service": "changes the same service",
    "depends_on": "changes a service that this one depends on",
    "dependent": "changes a service that depends on this one",
    "exclusive": "needs the same exclusive resource",
    "same_implementer": "is carried out by the same person",
    "queued": "in line",
    "granted": "Can be used",
    "consumed": "Used up",
    "expired": "Expired",
    "owed": "Owed",
    "overdue": "Overdue",
    "written": "Written",
    "process_wrong": "The process does not fit",
    "bypass_wrong": "The bypass ought not to have been",
    "neither": "Neither",
}


def spoken(word: str) -> str:
    """As people say it; names that nobody here knows, with spaces."""
    return _SPOKEN.get(word, word.replace("_", " "))


def count(number: int, what: str) -> str:
    """Such as `1 file`, `3 files`."""
    return f"1 {what}" if number == 1 else f"{number} {what}s"
