"""Whatever comes back from where an OPA should be: an answer, or one of the gate's own errors. Never a default."""

import asyncio
from collections.abc import Iterator
from types import ModuleType

import aiohttp
import aiohttp.http_exceptions
import opa_client.errors
import pytest

from gate.adapters.opa.client import OpaClient
from gate.adapters.opa.failures import CAUGHT, SlowAnswerError, translated
from gate.domain.errors import AssessmentError, EngineBusyError, EngineError, GateError
from tests.adapters.opa.conftest import AskScripted, ScriptedOpa, http

pytestmark = pytest.mark.anyio


async def test_the_value_of_the_document_is_the_answer(asking: AskScripted) -> None:
    async with asking(ScriptedOpa(http({"result": {"a": 1}}))) as client:
        assert await client.query("gate/assessment", {}) == {"a": 1}


async def test_every_question_carries_the_token_and_demands_strict_errors(asking: AskScripted) -> None:
    opa = ScriptedOpa(http({"result": 1}))
    async with asking(opa) as client:
        await client.query("gate/assessment", {"x": 1})

    assert opa.requests[0].startswith("POST /v1/data/gate/assessment?strict-builtin-errors=True HTTP/1.1\r\n")
    assert "authorization: bearer sesame" in opa.requests[0].lower()
    assert opa.requests[0].endswith('{"input": {"x": 1}}')


async def test_false_and_null_are_answers_undefined_is_not(asking: AskScripted) -> None:
    async with asking(ScriptedOpa(http({"result": False}))) as client:
        assert await client.query("gate/assessment", {}) is False
    async with asking(ScriptedOpa(http({"result": None}))) as client:
        assert await client.query("gate/assessment", {}) is None
    async with asking(ScriptedOpa(http({}))) as client:
        with pytest.raises(AssessmentError, match=r"data\.gate\.assessment undefined"):
            await client.query("gate/assessment", {})


EVALUATION_ERROR = {
    "code": "internal_error",
    "message": "error(s) occurred while evaluating query",
    "errors": [
        {
            "code": "eval_conflict_error",
            "message": "complete rules must not produce multiple outputs",
            "location": {"file": "rego/steps/freeze.rego", "row": 12, "col": 1},
        }
    ],
}


CALLED_OFF = {"code": "internal_error", "message": "", "errors": [{"code": "eval_cancel_error", "message": "x"}]}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(http(EVALUATION_ERROR, "500 Internal Server Error"), AssessmentError, id="the policy broke"),
        pytest.param(http(CALLED_OFF, "500 Internal Server Error"), EngineError, id="an evaluation was called off"),
        pytest.param(http(b'{"result": ' + b"9" * 5000 + b"}"), AssessmentError, id="a number of 5000 digits"),
        pytest.param(http({"code": "x"}, "500 Internal Server Error"), EngineError, id="500"),
        pytest.param(http({"errors": 3}, "500 Internal Server Error"), EngineError, id="500 with a strange body"),
        pytest.param(http(b"\xff", "502 Bad Gateway"), EngineError, id="502"),
        pytest.param(http({}, "503 Service Unavailable"), EngineBusyError, id="503"),
        pytest.param(http({}, "429 Too Many Requests"), EngineBusyError, id="429"),
        pytest.param(http({}, "401 Unauthorized"), EngineError, id="401"),
        pytest.param(http({"result": 1}, "201 Created"), EngineError, id="a status that is not 200"),
        pytest.param(http({}, "307 Moved\r\nlocation: http://127.0.0.1:9/"), EngineError, id="a redirect"),
        pytest.param(http({"result": 1}, kind="text/html"), EngineError, id="another content type"),
        pytest.param(http(b'{"result": tru'), EngineError, id="half of the JSON"),
        pytest.param(http(b'{"result": "\xff\xfe"}'), EngineError, id="no UTF-8"),
        pytest.param(http(b"[1]"), EngineError, id="JSON that is no object"),
        pytest.param(http(b'{"result":' + b"[" * 100_000), AssessmentError, id="JSON nested without end"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", EngineError, id="no HTTP"),
    ],
)
async def test_any_other_answer_is_an_error_of_the_gate(
    asking: AskScripted, answer: bytes, error: type[GateError]
) -> None:
    async with asking(ScriptedOpa(answer)) as client:
        with pytest.raises(error) as caught:
            await client.query("gate/assessment", {})

    assert type(caught.value) is error
    assert caught.value.hint


async def test_an_error_of_the_policy_names_file_line_and_what_broke(asking: AskScripted) -> None:
    async with asking(ScriptedOpa(http(EVALUATION_ERROR, "500 Internal Server Error"))) as client:
        with pytest.raises(AssessmentError, match=r"rego/steps/freeze\.rego:12: eval_conflict_error: complete rules"):
            await client.query("gate/assessment", {})


async def test_a_failed_question_is_asked_once_only(asking: AskScripted) -> None:
    opa = ScriptedOpa(http({}, "500 Internal Server Error"))
    async with asking(opa) as client:
        with pytest.raises(EngineError):
            await client.query("gate/assessment", {})

    assert len(opa.requests) == 1


async def test_half_a_body_is_an_error(asking: AskScripted) -> None:
    whole = http({"result": {"a": 1}})
    async with asking(ScriptedOpa(whole[:-3], hang_up=True)) as client:
        with pytest.raises(EngineError):
            await client.query("gate/assessment", {})


async def test_no_answer_in_time_is_an_error_of_its_own(asking: AskScripted) -> None:
    released = asyncio.Event()
    async with asking(ScriptedOpa(b"", delay=released), timeout_s=0.05) as client:
        with pytest.raises(SlowAnswerError):
            await client.query("gate/assessment", {})
        released.set()


async def test_nobody_there_is_an_error() -> None:
    client = OpaClient("127.0.0.1", 9, token=None, timeout_s=10)
    with pytest.raises(EngineError):
        await client.query("gate/assessment", {})
    await client.close()


@pytest.mark.parametrize(
    "path", ["", "gate/../policy", "gate.assessment", "gate//x", "gate/a%2fb", "gate/x?y", "/gate"]
)
async def test_a_path_that_is_not_made_of_plain_names_is_never_asked(asking: AskScripted, path: str) -> None:
    opa = ScriptedOpa(http({"result": 1}))
    async with asking(opa) as client:
        with pytest.raises(ValueError, match="plain names"):
            await client.query(path, {})

    assert not opa.requests


async def test_who_is_told_to_stop_stops(asking: AskScripted) -> None:
    released = asyncio.Event()
    async with asking(ScriptedOpa(b"", delay=released)) as client:
        question = asyncio.ensure_future(client.query("gate/assessment", {}))
        await asyncio.sleep(0)
        question.cancel()
        with pytest.raises(asyncio.CancelledError):
            await question
        released.set()


def _exceptions_of(*modules: ModuleType) -> Iterator[type[Exception]]:
    for value in (value for module in modules for value in vars(module).values()):
        if isinstance(value, type) and issubclass(value, Exception) and not issubclass(value, Warning):
            yield value


UPLOADS_AND_FILES = {
    # Raised only by the library's methods for uploads, deletions and files, none of which the gate calls.
    opa_client.errors.DeleteDataError,
    opa_client.errors.DeletePolicyError,
    opa_client.errors.PatchDataError,
    opa_client.errors.PathNotFoundError,
    opa_client.errors.RegoParseError,
    opa_client.errors.FileError,
    opa_client.errors.TypeException,
}
NOT_OURS = {
    # asyncio's futures, barriers and `readuntil`, aiohttp's web sockets and server: the gate asks through none of them.
    aiohttp.EofStream,
    aiohttp.WSMessageTypeError,
    aiohttp.WebSocketError,
    asyncio.InvalidStateError,
    asyncio.BrokenBarrierError,
    asyncio.LimitOverrunError,
    asyncio.SendfileNotAvailableError,
}


@pytest.mark.parametrize(
    "exception",
    sorted(
        set(_exceptions_of(aiohttp, aiohttp.http_exceptions, opa_client.errors, asyncio.exceptions))
        - UPLOADS_AND_FILES
        - NOT_OURS,
        key=str,
    ),
)
def test_the_table_of_failures_is_complete(exception: type[Exception]) -> None:
    caught = [known for known in CAUGHT if issubclass(exception, known)]

    assert caught, f"{exception.__module__}.{exception.__qualname__} would escape as it is"


def test_every_row_of_the_table_translates() -> None:
    for cause in CAUGHT[1:]:
        bare = type(cause.__name__, (cause,), {"__init__": lambda _: None, "__str__": lambda _: "why"})
        error = translated(bare())
        assert isinstance(error, EngineError | AssessmentError)
        assert cause.__name__ in error.message
        assert error.hint
