"""An auditor of changes who reads records in the order in which they were made, and shares no code with the gate.

Besides the records they know what each revision of the policy says. From that alone they tell, of every decision,
whether it had to be an approval, and of every start whether it may have been and what is owed for it.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

TEAMS: Final[Mapping[str, frozenset[str]]] = {
    "payments": frozenset({"maria", "jan", "joris"}),
    "ledger": frozenset({"lena", "mei"}),
}
MANAGERS: Final = frozenset({"ruth", "rob"})
"""They alone grant bypasses and break glasses."""
EVERYTHING: Final = frozenset({"freeze", "peer_review"})
HOUR: Final = 3600 * 10**9
GLASS_HOLDS: Final = 4 * HOUR
GLASS_REVIEW: Final = 48 * HOUR


@dataclass(frozen=True)
class Grant:
    """A bypass file."""

    name: str
    service: str
    commit: str | None
    skips: frozenset[str]
    uses: int
    expires_ns: int
    review_ns: int
    asked_by: str
    granted_by: str
    pushed: bool


@dataclass(frozen=True)
class Law:
    """What a revision says."""

    grants: Mapping[str, Grant] = field(default_factory=dict)
    frozen: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Said:
    """A record."""

    at_ns: int
    change: str
    body: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


@dataclass
class Story:
    """What its records have told of a change so far."""

    service: str
    seen: tuple[str, str | None]
    """Its commit and artifact."""
    makers: frozenset[str]
    state: str = "open"
    answers: dict[str, str] = field(default_factory=dict)
    glasses: dict[str, int] = field(default_factory=dict)
    """Until when each holds."""
    decided: Said | None = None
    used: frozenset[str] = frozenset()
    """What the latest decision says it was lifted by."""


@dataclass
class Owed:
    """A review."""

    team: str
    due_ns: int
    names: frozenset[str]
    written: bool = False


class Auditor:
    """Reads on and on, and raises AssertionError at the first record that ought not to be."""

    def __init__(self, happened: Counter[str]) -> None:
        self.happened = happened
        self.laws: dict[str, Law] = {}
        self.stories: dict[str, Story] = {}
        self.owed: dict[str, Owed] = {}
        self.pressed: dict[str, frozenset[str]] = {}
        self.uses: Counter[str] = Counter()

    def read(self, record_body: bytes, at_ns: int) -> None:
        """One more record."""
        body = json.loads(record_body)
        read = getattr(self, f"_{body['kind']}", None)
        self.happened[body["kind"]] += 1
        if read is not None:
            read(Said(at_ns, body["change"], body))

    def _submitted(self, said: Said) -> None:
        request = said["request"]
        makers = frozenset({said["requester"], request["author"]})
        self.stories[said.change] = Story(request["service"], (request["commit"], request["artifact"]), makers)

    # What people say

    def _step_approved(self, said: Said) -> None:
        self._answered(said, "approve")

    def _step_vetoed(self, said: Said) -> None:
        self._answered(said, "veto")

    def _answered(self, said: Said, kind: str) -> None:
        story = self._looked_at(said)
        assert said["by"] in TEAMS[story.service], "somebody of another team was heard"
        story.answers[said["by"]] = kind

    def _answer_withdrawn(self, said: Said) -> None:
        del self.stories[said.change].answers[said["by"]]

    def _glass_broken(self, said: Said) -> None:
        story = self._looked_at(said)
        assert said["by"] in MANAGERS, "somebody broke the glass who may not"
        story.glasses[said["glass"]] = said.at_ns + GLASS_HOLDS

    def _looked_at(self, said: Said) -> Story:
        story = self.stories[said.change]
        assert story.state == "open", "what runs or is over was answered"
        assert said["by"] not in story.makers, "somebody was heard about a change of their own"
        assert (said["commit"], said["artifact"]) == story.seen, "it was another commit or artifact they looked at"
        return story

    # What the gate does

    def judged(self, change: str, facts: Mapping[str, Any]) -> None:
        """What a decision that is read next was made of: the answers that stand, of the right people, to the same."""
        story = self.stories.get(change)
        if story is None:
            assert facts["approvals"] == [], "somebody was heard before it was asked for"
            return
        assert {each["by"]: each["answer"] for each in facts["approvals"]} == story.answers, "other answers were heard"
        assert all((each["commit"], each["artifact"]) == story.seen for each in facts["approvals"])

    def _decided(self, said: Said) -> None:
        story = self.stories[said.change]
        story.decided = said
        if story.state != "open":
            return
        in_the_way = self._in_the_way(story, said)
        ways = dict(self._ways(said.change, said))
        lifted = {each["step"]: each["lifted_by"] for each in said.body.get("lifted", ())}
        for step, way in lifted.items():
            assert step in in_the_way, f"{step} was lifted although nothing was in the way"
            assert step in ways.get(way, ()), f"{step} was lifted by {way}, which cannot"
        story.used = frozenset(lifted.values())
        may_go = in_the_way <= frozenset().union(*ways.values())
        assert (said["outcome"] == "approved") == may_go, f"{said['outcome']}: {in_the_way} in the way, {ways}"
        self.happened["approved" if may_go else "not approved"] += 1

    def _started(self, said: Said) -> None:
        story = self.stories[said.change]
        decided = story.decided
        assert story.state == "open", "it was started twice"
        assert decided is not None
        assert decided["decision"] == said["decision"], "it started on a decision that is not the latest"
        assert (decided["outcome"], decided.at_ns) == ("approved", said.at_ns), "it started on no approval of now"
        assert set(said["bypasses"]) == story.used, "it says that it used something else"
        story.state = "started"
        law = self.laws[decided["revision"]]
        for name in story.used:
            self.uses[name] += 1
            assert self.uses[name] <= (law.grants[name].uses if name in law.grants else 1), f"{name} was used too often"
            self.happened["glass used" if name in story.glasses else "bypass used"] += 1
        if names := story.used | set(story.glasses):
            within = min(law.grants[name].review_ns if name in law.grants else GLASS_REVIEW for name in names)
            self.owed[said.change] = Owed(story.service, said.at_ns + within, names)

    def _finished(self, said: Said) -> None:
        assert self.stories[said.change].state == "started"
        self.stories[said.change].state = "finished"

    def _withdrawn(self, said: Said) -> None:
        assert self.stories[said.change].state == "open"
        self.stories[said.change].state = "withdrawn"

    def _pir(self, said: Said) -> None:
        assert not self.owed[said.change].written, "it was reviewed twice"
        self.owed[said.change].written = True

    def _frozen(self, said: Said) -> None:
        self.pressed[said["freeze"]] = frozenset(said["scope"].get("services", TEAMS))

    def _thawed(self, said: Said) -> None:
        self.pressed.pop(said["freeze"], None)

    # What may be

    def _in_the_way(self, story: Story, said: Said) -> frozenset[str]:
        frozen = self.laws[said["revision"]].frozen.union(*self.pressed.values())
        answers = set(story.answers.values())
        steps = {"freeze": story.service not in frozen, "peer_review": answers == {"approve"}}
        return frozenset(step for step, passes in steps.items() if not passes)

    def _ways(self, change: str, said: Said) -> Iterator[tuple[str, frozenset[str]]]:
        story = self.stories[change]
        for grant in self.laws[said["revision"]].grants.values():
            objection = self._objection(grant, story, said.at_ns)
            if objection is None:
                yield grant.name, grant.skips
            else:
                self.happened[f"bypass kept from counting: {objection}"] += 1
        for glass, until_ns in story.glasses.items():
            if said.at_ns < until_ns:
                yield glass, EVERYTHING
            else:
                self.happened["glass kept from counting: expired"] += 1

    def _objection(self, grant: Grant, story: Story, at_ns: int) -> str | None:
        objections = {
            "another change": grant.service != story.service or grant.commit not in {None, story.seen[0]},
            "nobody merged it": grant.pushed,
            "not entitled": grant.granted_by not in MANAGERS,
            "granted to oneself": grant.granted_by == grant.asked_by,
            "expired": at_ns >= grant.expires_ns,
            "used up": self.uses[grant.name] >= grant.uses,
            "review overdue": self.is_overdue(story.service, at_ns),
        }
        return next((objection for objection, holds in objections.items() if holds), None)

    def is_overdue(self, team: str, at_ns: int) -> bool:
        """Whether a team owes a review that is overdue."""
        return any(owed.team == team and not owed.written and owed.due_ns <= at_ns for owed in self.owed.values())
