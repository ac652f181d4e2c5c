"""What is wrong between robots, and with who sets them off: what a token, a name or an account could mean twice."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from pydantic import BaseModel

from gate.domain.catalogue import Person
from gate.domain.document import Document
from gate.domain.finding import Finding
from gate.domain.robots import Robot

MOST_ALIKE: Final = 100
"""Robots that are bound to the same id: each is compared with each."""

Entry = tuple[Document, Robot]


def robot_findings(by_kind: Mapping[str, Sequence[tuple[Document, BaseModel]]]) -> Iterator[Finding]:
    """Every two that might be meant at once, every robot with the name of a person, every account of two people."""
    yield from _accounts_claimed_twice(by_kind["Person"])
    people = {value.name for _, value in by_kind["Person"] if isinstance(value, Person) and not value.robot}
    alike: dict[tuple[str, str, str], list[Entry]] = {}
    for document, value in by_kind["Robot"]:
        if isinstance(value, Robot):
            alike.setdefault(value.anchor, []).append((document, value))
            if value.name in people:
                yield _at(document, "name", f"{value.name} is a person", "give the robot a name of its own")
    for entries in alike.values():
        yield from _rivals(entries)


def _accounts_claimed_twice(people: Sequence[tuple[Document, BaseModel]]) -> Iterator[Finding]:
    holders: dict[tuple[str, str], str] = {}
    persons = [(document, value) for document, value in people if isinstance(value, Person)]
    for document, person in persons:
        for place, account in enumerate(person.accounts):
            if (holder := holders.setdefault((account.issuer, account.id), person.name)) != person.name:
                line = document.line_of(("accounts", place))
                message = f"{account.id} at {account.issuer} is the account of {holder} already"
                yield Finding(message=message, path=document.path, line=line, field=f"accounts.{place}")


def _rivals(entries: Sequence[Entry]) -> Iterator[Finding]:
    if len(entries) > MOST_ALIKE:
        document, robot = entries[MOST_ALIKE]
        yield _at(document, "claims", f"more than {MOST_ALIKE} robots are bound to {' '.join(robot.anchor[1:])}")
        return
    for (_, first), (document, second) in combinations(entries, 2):
        nested = first.demands_more_than(second) != second.demands_more_than(first)
        if not (nested or first.contradicts(second)):
            message = f"a token can show this robot and {first.name} as well, and neither is more exact"
            hint = "let one of them demand all claims that the other does and one more, or another value of one"
            yield _at(document, "claims", message, hint)


def _at(document: Document, field: str, message: str, hint: str = "") -> Finding:
    return Finding(message=message, path=document.path, line=document.line_of((field,)), field=field, hint=hint)
