"""Keys in `gate.yaml` that show nobody: of people whom nobody knows, of robots, of two at once."""

from collections.abc import Iterator, Mapping, Sequence

from pydantic import BaseModel

from gate.domain.catalogue import Group, Person
from gate.domain.document import Document
from gate.domain.finding import Finding
from gate.domain.naming import nearest
from gate.domain.process import GateSettings
from gate.domain.signer import Signer


def signer_findings(by_kind: Mapping[str, Sequence[tuple[Document, BaseModel]]]) -> Iterator[Finding]:
    """A key shows who granted a bypass, so it belongs to one person, who is no robot."""
    people = [value for _, value in by_kind["Person"] if isinstance(value, Person)]
    robots = {person.name for person in people if person.robot}
    members = {name for _, value in by_kind["Group"] if isinstance(value, Group) for name in value.members}
    known = {person.name for person in people} | members
    for document, settings in by_kind["Gate"]:
        if not isinstance(settings, GateSettings):
            continue
        owners: dict[str, str] = {}
        for position, signer in enumerate(settings.signers):
            owner = owners.setdefault(signer.fingerprint, signer.person)
            field, wrong = _wrong(signer, owner, known, robots)
            if wrong:
                place = ("signers", position, field)
                name = ".".join(map(str, place))
                yield Finding(message=wrong, path=document.path, line=document.line_of(place), field=name)


def _wrong(signer: Signer, owner: str, known: set[str], robots: set[str]) -> tuple[str, str]:
    if signer.person not in known:
        return "person", f"no person is called {signer.person!r}{nearest(signer.person, known)}"
    if signer.person in robots:
        return "person", f"{signer.person} is a robot; a person must grant a bypass"
    kind = "ssh" if signer.ssh is not None else "openpgp"
    return kind, f"is a key of {owner} already" if owner != signer.person else ""
