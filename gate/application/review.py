"""People answer the steps that wait for them: hear → keep → judge at once, by the one path of every change.

An answer is a fact like others. What it comes to is judged; here is only seen to it that it is somebody's, that it is
kept, and that it is judged without delay.
"""

import json
from typing import Final

from gate.application.active_policy import ActivePolicy
from gate.application.intake import Intake
from gate.application.perseverance import persevering
from gate.domain.decision import Decision
from gate.domain.errors import ForbiddenError, GateError, WrongStateError
from gate.domain.facts import Facts
from gate.domain.hearing import Hearing
from gate.domain.judgement import StoredChange
from gate.domain.record import Record, RecordKind
from gate.domain.review import MOST_COMMENTS, Answer, AnswerKind, GivenAnswer, Remark, standing
from gate.ports import Clock, Store

_KINDS: Final[dict[AnswerKind, RecordKind]] = {
    "approve": "step_approved",
    "veto": "step_vetoed",
    "withdraw": "answer_withdrawn",
}
_KEPT: Final = "Your answer is on record, and will be judged as soon as that can be done."


class Review:
    """Takes people's answers in."""

    def __init__(self, active: ActivePolicy, intake: Intake, store: Store, clock: Clock) -> None:
        self._active = active
        self._intake = intake
        self._store = store
        self._clock = clock

    async def answer(self, change_id: str, given: GivenAnswer, asker: str) -> StoredChange:
        """The change as it stands with this answer. The same answer again changes nothing.

        `asker`: the caller as the gate knows them, for the record. CallerError, PolicyError, WorldError.
        """
        # What step waits for whom is asked once: what was right to say is heard, whatever others say a moment before.
        seen = (await self._intake.change(change_id)).decision
        heard = await persevering(change_id, lambda: self._hear(given, seen, asker))
        if not heard and await self._is_judged(change_id):
            return await self._intake.change(change_id)
        try:
            return await self._intake.judge_again(change_id)
        except WrongStateError:  # it started or ended meanwhile
            return await self._intake.change(change_id)
        except GateError as error:
            error.hint = f"{_KEPT} {error.hint}".rstrip()
            raise

    async def comment(self, change_id: str, remark: Remark, asker: str) -> StoredChange:
        """Put on record what somebody says; nothing is judged by it. The same again, with nothing since, is said once.

        UnknownNameError, ForbiddenError, WrongStateError, WorldError.
        """
        stored = await self._intake.change(change_id)
        policy = self._active.policy
        if policy is not None and policy.catalogue.person(remark.by).robot:
            raise ForbiddenError(f"{remark.by} is a robot; people comment", hint="Let a person say it.")
        records = await self._store.records(change_id)
        own = [json.loads(each.body) for each in records if each.kind == "commented"]
        if sum(said["by"] == remark.by for said in own) >= MOST_COMMENTS:
            raise WrongStateError(
                f"{remark.by} has said something to change {change_id} {MOST_COMMENTS} times already",
                hint="Say the rest where the change itself is discussed.",
            )
        if own and (own[-1]["by"], own[-1]["comment"]) == (remark.by, remark.comment):
            return stored
        record_id, at_ns = self._clock.new_id("rec"), self._clock.now_ns()
        said = remark.model_dump(mode="json")
        await self._store.add_record(Record.of("commented", record_id, at_ns, change_id, asker=asker, **said))
        return stored

    async def _hear(self, given: GivenAnswer, seen: Decision, asker: str) -> bool:
        """Keep the answer; whether it was a new one."""
        at_ns = self._clock.now_ns()
        change = (await self._intake.change(seen.change_id)).change
        policy = self._active.pinned(change.request.environment, at_ns)
        answers = await self._store.answers(change.id)
        answer = Hearing(given, change, seen, answers, policy).admitted(at_ns)
        if answer is None:
            return False
        await self._store.add_answer(answer, self._record(answer, asker))
        return True

    async def _is_judged(self, change_id: str) -> bool:
        """Whether the latest decision knows every answer: a gate that was killed may have kept one, and no more."""
        stored = await self._intake.change(change_id)
        recorded = await self._store.decision(stored.decision.id)
        answers = await self._store.answers(change_id)
        return recorded is not None and Facts.model_validate_json(recorded.facts).approvals == standing(answers)

    def _record(self, answer: Answer, asker: str) -> Record:
        said = answer.model_dump(mode="json", exclude={"change", "at_ns", "answer"})
        record_id = self._clock.new_id("rec")
        return Record.of(_KINDS[answer.answer], record_id, answer.at_ns, answer.change, asker=asker, **said)
