"""A gate asked over HTTP: one question, one answer or one error. Asking again is elsewhere (`asking`)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, Self, TypeVar
from urllib.parse import quote

import httpx2
import typer
from pydantic import BaseModel, RootModel, ValidationError

from gate import __version__
from gate.domain.errors import CallerError
from gate.interfaces.break_glass_wire import BrokenAnswer
from gate.interfaces.bypass_wire import BypassAnswer, BypassTrialAnswer
from gate.interfaces.cli.answer_errors import error_of, problem_in, unreachable
from gate.interfaces.cli.connecting import is_loopback, trusted
from gate.interfaces.cli.credentials import Shown, credentials
from gate.interfaces.freeze_wire import FreezeAnswer
from gate.interfaces.pir_wire import PirAnswer
from gate.interfaces.policy_wire import PolicyAnswer
from gate.interfaces.record_wire import RecordedDecisionAnswer
from gate.interfaces.wire import ChangeAnswer

Url = Annotated[str, typer.Option(envvar="GATE_URL", metavar="URL", help="Base URL of the gate.")]
"""The option of every command that asks a gate."""
DEFAULT_URL: Final = "http://127.0.0.1:8080"

CONNECT_S: Final = 5.0
ANSWER_S: Final = 20.0
"""How long the gate may take for an answer, beyond what it was asked to wait."""

_CONFLICT: Final = 409
M = TypeVar("M", bound=BaseModel)


class BypassAnswers(RootModel[tuple[BypassAnswer, ...]]):
    """What `GET /v1/bypasses` answers."""


class BypassTrialAnswers(RootModel[tuple[BypassTrialAnswer, ...]]):
    """What `POST /v1/bypasses/trial` answers."""


class FreezeAnswers(RootModel[tuple[FreezeAnswer, ...]]):
    """What `GET /v1/freezes` answers."""


class PirAnswers(RootModel[tuple[PirAnswer, ...]]):
    """What `GET /v1/pirs` answers."""


@dataclass(frozen=True, slots=True)
class Reply(Generic[M]):
    """An answer, understood and as it came."""

    said: M
    body: str


class GateClient:
    """One gate. Every question raises AskedWronglyError, UnreachableError or NoGateError where there is no answer."""

    def __init__(self, url: str, *, shown: Shown | None = None, transport: httpx2.BaseTransport | None = None) -> None:
        """`url` is the gate's base; CallerError if it is no http or https URL. `shown`: who asks."""
        self.url = url.rstrip("/")
        base = _base(self.url)
        self._client = httpx2.Client(
            base_url=base,
            headers={"User-Agent": f"change-gate/{__version__}"},
            auth=shown,
            verify=trusted(base),
            transport=transport,
            # A proxy that the environment names cannot reach this machine's own loopback.
            trust_env=not is_loopback(base.host),
        )

    @classmethod
    def at(cls, url: str) -> Self:
        """With what the environment has to show (`credentials`)."""
        return cls(url, shown=credentials(os.environ, url))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def submit(self, document: Mapping[str, Any], key: str | None = None) -> Reply[ChangeAnswer]:
        """Ask whether a change may go ahead. The same question again gets the same answer, so it may be repeated."""
        headers = {"Idempotency-Key": key} if key else {}
        return self._ask(ChangeAnswer, "POST", "/v1/changes", json=document, headers=headers)

    def look(self, change_id: str, wait_s: int = 0) -> Reply[ChangeAnswer]:
        """A change as soon as it is settled, or as it stands when the seconds are over."""
        params = {"wait": wait_s} if wait_s else {}
        return self._ask(ChangeAnswer, "GET", f"/v1/changes/{quote(change_id, '')}", extra_s=wait_s, params=params)

    def plan(self, change_id: str, planned_start: str | None) -> Reply[ChangeAnswer]:
        """Plan an open change for another start. The same again changes nothing, so it may be repeated."""
        document = {"planned_start": planned_start}
        return self._ask(ChangeAnswer, "POST", f"/v1/changes/{quote(change_id, '')}/plan", json=document)

    def start(self, change_id: str) -> Reply[ChangeAnswer]:
        """Start an approved change. If it is judged again and may not start, its state in the answer is `open`."""
        response = self._send("POST", f"/v1/changes/{quote(change_id, '')}/start")
        if response.status_code == _CONFLICT:
            problem = problem_in(response)
            if problem is not None and problem.change is not None:
                return Reply(problem.change, problem.change.model_dump_json(by_alias=True))
        return self._understood(ChangeAnswer, response)

    def finish(self, change_id: str, result: str) -> Reply[ChangeAnswer]:
        """Say how a started change went. The same result again changes nothing, so it may be repeated."""
        return self._ask(ChangeAnswer, "POST", f"/v1/changes/{quote(change_id, '')}/finish", json={"result": result})

    def answer(self, change_id: str, document: Mapping[str, Any]) -> Reply[ChangeAnswer]:
        """Answer a step that waits for people. The same answer again changes nothing, so it may be repeated."""
        return self._ask(ChangeAnswer, "POST", f"/v1/changes/{quote(change_id, '')}/approvals", json=document)

    def break_glass(self, change_id: str, document: Mapping[str, Any]) -> Reply[BrokenAnswer]:
        """Break the glass for a change. The same again changes nothing, so it may be repeated."""
        return self._ask(BrokenAnswer, "POST", f"/v1/changes/{quote(change_id, '')}/break-glass", json=document)

    def decision(self, decision_id: str) -> Reply[RecordedDecisionAnswer]:
        """A decision with everything that it rests on."""
        return self._ask(RecordedDecisionAnswer, "GET", f"/v1/decisions/{quote(decision_id, '')}")

    def press(self, document: Mapping[str, Any], key: str | None = None) -> Reply[FreezeAnswer]:
        """Press the red button; with a key, again presses nothing more."""
        headers = {"Idempotency-Key": key} if key else {}
        return self._ask(FreezeAnswer, "POST", "/v1/freezes", json=document, headers=headers)

    def freezes(self, *, holding: bool) -> Reply[FreezeAnswers]:
        """The pressed freezes: those that hold, or all."""
        return self._ask(FreezeAnswers, "GET", "/v1/freezes", params={} if holding else {"holding": "false"})

    def thaw(self, freeze_id: str, reason: str) -> Reply[FreezeAnswer]:
        """Let go of a freeze. Again changes nothing."""
        return self._ask(FreezeAnswer, "POST", f"/v1/freezes/{quote(freeze_id, '')}/thaw", json={"reason": reason})

    def policy(self) -> Reply[PolicyAnswer]:
        """The active revision, and how fresh it is."""
        return self._ask(PolicyAnswer, "GET", "/v1/policy")

    def bypasses(self) -> Reply[BypassAnswers]:
        """The bypasses of the active revision."""
        return self._ask(BypassAnswers, "GET", "/v1/bypasses")

    def try_bypass(self, document: Mapping[str, Any]) -> Reply[BypassTrialAnswers]:
        """What a bypass would come to that is not in force. Nothing is recorded, so it may be repeated."""
        return self._ask(BypassTrialAnswers, "POST", "/v1/bypasses/trial", json=document)

    def review(self, change_id: str, document: Mapping[str, Any]) -> Reply[PirAnswer]:
        """Write the review that a change owes. The same again changes nothing, so it may be repeated."""
        return self._ask(PirAnswer, "POST", f"/v1/changes/{quote(change_id, '')}/pir", json=document)

    def pirs(self, *, overdue: bool) -> Reply[PirAnswers]:
        """The reviews: those that are overdue, or all."""
        return self._ask(PirAnswers, "GET", "/v1/pirs", params={"overdue": "true"} if overdue else {})

    def calendar(self, model: type[M], path: str, params: Mapping[str, str]) -> Reply[M]:
        """What `/v1/calendar` or a path below it says."""
        return self._ask(model, "GET", f"/v1/calendar{path}", params=params)

    def _ask(self, model: type[M], method: str, path: str, *, extra_s: int = 0, **content: Any) -> Reply[M]:
        return self._understood(model, self._send(method, path, extra_s=extra_s, **content))

    def _send(self, method: str, path: str, *, extra_s: int = 0, **content: Any) -> httpx2.Response:
        timeout = httpx2.Timeout(ANSWER_S + extra_s, connect=CONNECT_S)
        try:
            return self._client.request(method, path, timeout=timeout, **content)
        except httpx2.HTTPError as error:
            raise unreachable(error, self.url) from error

    def _understood(self, model: type[M], response: httpx2.Response) -> Reply[M]:
        if not response.is_success:
            raise error_of(response, self.url)
        try:
            return Reply(model.model_validate_json(response.content), response.text)
        except ValidationError as error:
            raise error_of(response, self.url) from error


def _base(url: str) -> httpx2.URL:
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        parsed = httpx2.URL()
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise CallerError(f"{url!r} is not the URL of a gate", hint="Write it like https://gate.example.com.")
    return parsed
