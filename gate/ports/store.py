"""What lasts."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from gate.domain.access import Token
from gate.domain.break_glass import BreakGlass
from gate.domain.change import Change, ChangeState
from gate.domain.history import History, HistoryQuestion
from gate.domain.judgement import Judgement, RecordedDecision, StoredChange
from gate.domain.listing import Listing, Wanted
from gate.domain.notice import Notice
from gate.domain.pir import Pir, WrittenPir
from gate.domain.record import Record
from gate.domain.recurrence import Span
from gate.domain.red_button import PressedFreeze, Thaw
from gate.domain.review import Answer
from gate.domain.token_use import TokenUse


class Store(Protocol):
    """What lasts. Every method is one transaction; when it returns, what it wrote survives any crash.

    All raise StoreError when the database does not answer.
    """

    async def first_look(self, request_key: str, question: HistoryQuestion) -> StoredChange | History:
        """The change that this request key stands for, if it was asked before; else the history, as below."""

    async def change(self, change_id: str) -> StoredChange | None:
        """A change with its latest decision."""

    async def decision(self, decision_id: str) -> RecordedDecision | None:
        """A decision with the exact bytes it was made of."""

    async def records(self, change_id: str) -> Sequence[Record]:
        """What happened to a change, oldest first."""

    async def listed(self, wanted: Wanted) -> Listing | None:
        """A page of the changes that somebody looks for, newest first; None if nobody knows the one of `before`.

        At most `LOOKED_THROUGH` are looked through, so a page may be short, or empty, and yet have a next one.
        """

    async def asked_of(self, groups: Sequence[str], limit: int) -> Sequence[StoredChange]:
        """The open changes in review that wait for an answer of any of these groups, the oldest first."""

    async def history(self, question: HistoryQuestion) -> History:
        """What happened so far, as far as it matters to one change. A few index look-ups, whatever the size."""

    async def busy(self, question: HistoryQuestion, until_ns: int) -> Sequence[Span]:
        """When other changes hold what this one contends for, by beginning.

        Told is what ends after the question's instant and begins before `until_ns`.
        """

    async def named(self, environment: str, names: Sequence[str]) -> Mapping[str, Change]:
        """The changes that these names stand for, by name; what nobody asked for is not in it.

        A name is an id, or `service@commit`: then it is the newest change of that service and commit into the
        environment that was not withdrawn, or the newest if all were.
        """

    async def open_changes(self, service: str, environment: str, commit: str | None) -> Sequence[StoredChange]:
        """Open changes of a service into an environment, of one commit or of any, newest first; the first ten."""

    async def record(self, judgement: Judgement, records: Sequence[Record]) -> StoredChange:
        """Write a judgement whole: change, decision, reservation, bypass uses, the review owed for them, records.

        An approval locks the judgement's resources and asks the history again. Raises FactsMovedError if that no longer
        `excludes_the_same` as what was judged, if somebody has answered or broken a glass meanwhile, if other freezes
        are pressed than it knew of, if the change has moved on (state or sequence), or if a bypass has no use left. If
        another change was recorded under the same request key meanwhile, that one is returned and nothing is written.

        A change that gives up what it held or was in line for, or gets its turn, makes those due that wait on it; a
        new change, those that wait for its being asked. What waits for something that `has_moved` is due at once.
        """

    async def answers(self, change_id: str) -> Sequence[Answer]:
        """What people answered to a change, oldest first, whether or not it still stands."""

    async def add_answer(self, answer: Answer, record: Record) -> None:
        """Keep one more answer to an open change, with the record of it, and make the change due at `answer.at_ns`.

        FactsMovedError if the change is not open, or if it has an answer of this number already. From when this
        returns on, no judgement is recorded that does not know the answer.
        """

    async def break_glasses(self, change_id: str) -> Sequence[BreakGlass]:
        """The glasses that were broken for a change, oldest first."""

    async def break_glass(self, glass: BreakGlass, record: Record) -> None:
        """Keep a glass that was broken for an open change, with the record of it, and make the change due.

        FactsMovedError if the change is not open, or if it has a glass of this number already. From when this returns
        on, no judgement is recorded that does not know of it.
        """

    async def unfiled_glasses(self, limit: int) -> Sequence[BreakGlass]:
        """The broken glasses of which no pull request was proposed yet, oldest first."""

    async def file_glass(self, glass_id: str, at_ns: int) -> None:
        """Remember that a pull request for this glass was proposed to the policy repository."""

    async def end(self, change: Change, expected: ChangeState, records: Sequence[Record]) -> None:
        """Finish or withdraw.

        Lets go of its reservation, keeps the result for the track record, and makes the changes that waited for it
        due at `change.ended_at_ns`. FactsMovedError if it is not in the expected state.
        """

    async def add_record(self, record: Record) -> None:
        """Write one more record of a change that is there, by which nothing about it changes."""

    async def note(self, record: Record) -> None:
        """Write a record that belongs to no change, such as an activated policy revision."""

    async def due(self, at_ns: int, limit: int) -> Sequence[str]:
        """Open and running changes whose time to be looked at again has come, longest due first."""

    async def postpone(self, change_id: str, until_ns: int | None, *, if_due_at_ns: int | None = None) -> None:
        """Let a change that is not over be due from then on, and not before; None: not by itself.

        Where `if_due_at_ns` is given, only if it is due at just that instant: nothing has made it due meanwhile.
        """

    async def step_aside(self, change_id: str, at_ns: int, until_ns: int) -> None:
        """The same for one that cannot be judged: it stands in line no more, and who waited on it is due at `at_ns`."""

    async def make_all_due(self, at_ns: int, asked_since_ns: int) -> None:
        """Let be looked at again at a new revision what runs, and what is open and asked for since then.

        Running is what has started and still holds its service. What is approved to start now is not: starting judges
        it again. What is approved for later is.
        """

    async def press(
        self, freeze: PressedFreeze, press_key: str | None, record: Record, asked_since_ns: int
    ) -> PressedFreeze:
        """Freeze, and write the record of it; or return the freeze that this key pressed before, and write nothing.

        When it returns, whatever any gate has recorded without knowing of the freeze was recorded before, and nothing
        more is: `record` raises FactsMovedError. What it concerns is due at once: what runs, and what is open and was
        asked for since then. LimitReachedError if too many hold.
        """

    async def thaw(self, freeze_id: str, thaw: Thaw, record: Record, asked_since_ns: int) -> PressedFreeze | None:
        """Thaw, write the record of it, and let be judged again what it concerns; None if there is no such freeze.

        A freeze that no longer holds stays as it is, and is returned.
        """

    async def freeze(self, freeze_id: str) -> PressedFreeze | None:
        """A pressed freeze, however it stands."""

    async def file(self, freeze_id: str, at_ns: int) -> None:
        """Remember that a pull request for this freeze was proposed to the policy repository."""

    async def freezes(self, *, holding_at_ns: int | None = None, pressed_since_ns: int = 0) -> Sequence[PressedFreeze]:
        """Pressed freezes, newest first: those that hold at an instant, if one is given; at most `MOST_TOLD`."""

    async def pir(self, change_id: str) -> Pir | None:
        """The review that a change owes, or has been written; None where it used no bypass."""

    async def pirs(self, *, overdue_at_ns: int | None = None) -> Sequence[Pir]:
        """Reviews, newest first; with an instant, those overdue then, the longest first. The first thousand."""

    async def write_pir(self, change_id: str, written: WrittenPir, record: Record) -> bool:
        """Write the review that a change owes, and the record of it; False, and nothing written, if it owes none."""

    async def unannounced_pirs(self, overdue_at_ns: int, limit: int) -> Sequence[Pir]:
        """Reviews that are overdue then and not announced, the longest first."""

    async def announce_pir(self, change_id: str, at_ns: int, notices: Sequence[Notice]) -> bool:
        """Mark a review as announced and put the notices of it into the outbox.

        False, and nothing written, if it was announced before or has been written meanwhile.
        """

    async def take_notices(self, at_ns: int, until_ns: int, limit: int) -> Sequence[Notice]:
        """Notices of what is on record whose time has come, longest due first.

        They are due again at `until_ns`, so that no two gates deliver one, and none is lost with a gate that dies.
        """

    async def forget_notice(self, notice_id: str) -> None:
        """It is delivered, or given up."""

    async def put_off_notice(self, notice_id: str, until_ns: int) -> None:
        """It was tried in vain once more, and is due again then."""

    async def tokens(self) -> Sequence[Token]:
        """Every API token that was ever made, revoked ones too, oldest first."""

    async def add_token(self, token: Token, record: Record) -> None:
        """Keep a new token, and write the record of it."""

    async def revoke_token(self, token_id: str, at_ns: int, record: Record) -> bool:
        """Mark a token as revoked, and write the record; False, and nothing written, if there is no such token.

        A token that is revoked already stays as it is, and True is returned.
        """

    async def use_token(self, use: TokenUse, at_ns: int) -> TokenUse:
        """Bind an identity token to what it is used for first, and return that.

        If it was bound before, by whichever gate, nothing is written and what it is bound to is returned. Uses that
        need not be remembered any more, at that instant, may be forgotten.
        """

    async def settle_token(self, token: str, change_id: str) -> None:
        """Remember which change the request became that a token is bound to. What is settled stays so."""

    async def ping(self) -> None:
        """StoreError unless the database answers and can be written."""

    async def close(self) -> None:
        """Close all connections."""
