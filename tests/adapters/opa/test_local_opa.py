"""A local OPA outlives its processes, and its processes never outlive the gate."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gate.adapters.opa.bundle import Content
from gate.adapters.opa.client import OpaClient
from gate.adapters.opa.embedded import Embedded
from gate.adapters.opa.executable import Executable
from gate.adapters.opa.failures import SlowAnswerError
from gate.adapters.opa.launch import Launcher, LoadRefusedError, Order
from gate.adapters.opa.limits import Limits
from gate.adapters.opa.local import LocalOpa
from gate.domain.bundle import Bundle
from gate.domain.errors import EngineError
from tests.adapters.opa.conftest import ScriptedOpa, http
from tests.contract.opa_binaries import MISSING, OPA_BINARIES

pytestmark = pytest.mark.anyio

POLICY = """\
package gate

answer := input.quick + 1

answer := count([1 | some a in ns; some b in ns; a == b]) if ns := numbers.range(1, input.long)

answer := count(numbers.range(1, input.greedy))
"""
QUESTION = "gate/answer"
LIMITS = Limits(answer_s=10, patience_s=10, memory_bytes=300 << 20)


def order(limits: Limits = LIMITS, policy: str = POLICY) -> Order:
    return Order(Content.of_policy(Bundle("r1", {"rego/a.rego": policy}, {})), QUESTION, limits)


NO_BINARY = [pytest.param(None, id="binary", marks=[pytest.mark.opa, pytest.mark.skip(reason=MISSING)])]
BINARIES = [
    pytest.param(Executable(program), id=program.name, marks=pytest.mark.opa) for program in OPA_BINARIES
] or NO_BINARY


@pytest.fixture(params=[pytest.param(Embedded(), id="embedded"), *BINARIES])
def launcher(request: pytest.FixtureRequest) -> Launcher:
    found: Launcher = request.param
    return found


@contextlib.asynccontextmanager
async def running(launcher: Launcher, limits: Limits = LIMITS) -> AsyncIterator[LocalOpa]:
    opa = await LocalOpa.start(launcher, order(limits))
    try:
        yield opa
    finally:
        await opa.close()


async def answers_again(opa: LocalOpa, within_s: float = 10) -> bool:
    """Ask until there is an answer."""
    async with asyncio.timeout(within_s):
        while True:
            with contextlib.suppress(EngineError):
                return bool(await opa.query(QUESTION, {"quick": 1}) == 2)
            await asyncio.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] != "Z"
    except FileNotFoundError:
        return False


async def test_a_killed_process_is_replaced_within_two_seconds(launcher: Launcher) -> None:
    async with running(launcher) as opa:
        first = opa.pid
        os.kill(first, signal.SIGKILL)

        assert await answers_again(opa, within_s=2)
        assert opa.pid != first
        assert opa.restarts == 1


async def test_only_questions_that_were_with_the_process_when_it_died_are_lost(launcher: Launcher) -> None:
    async with running(launcher) as opa:
        os.kill(opa.pid, signal.SIGKILL)
        with contextlib.suppress(EngineError):
            await opa.query(QUESTION, {"quick": 1})

        assert await opa.query(QUESTION, {"quick": 1}) == 2


async def test_a_process_killed_again_and_again_is_replaced_again_and_again(launcher: Launcher) -> None:
    async with running(launcher) as opa:
        for _ in range(3):
            os.kill(opa.pid, signal.SIGKILL)
            assert await answers_again(opa)

        assert opa.restarts == 3


async def test_a_runaway_is_ended_in_time_and_does_not_stop_the_next_question(launcher: Launcher) -> None:
    async with running(launcher, Limits(answer_s=0.5)) as opa:
        first = opa.pid
        with pytest.raises(SlowAnswerError):
            await opa.query(QUESTION, {"long": 100_000})

        assert await answers_again(opa)
        assert not is_alive(first)


async def test_a_policy_that_eats_memory_ends_its_own_process_only(launcher: Launcher) -> None:
    async with running(launcher) as opa:
        with pytest.raises(EngineError):
            await opa.query(QUESTION, {"greedy": 1_000_000_000})

        assert await answers_again(opa)


async def test_closing_ends_the_process(launcher: Launcher) -> None:
    async with running(launcher) as opa:
        pid = opa.pid

    assert not is_alive(pid)


async def test_a_policy_that_does_not_compile_leaves_no_process(launcher: Launcher) -> None:
    with pytest.raises(LoadRefusedError, match=r"rego/a\.rego:2"):
        await LocalOpa.start(launcher, order(policy="package gate\nx := y"))


GATE = """\
import asyncio, sys
from tests.adapters.opa.test_local_opa import Embedded, Executable, LocalOpa, order
from pathlib import Path

async def main(program):
    opa = await LocalOpa.start(Executable(Path(program)) if program else Embedded(), order())
    print(opa.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main(sys.argv[1]))
"""


@pytest.mark.parametrize("program", ["", *map(str, OPA_BINARIES)])
def test_a_gate_that_is_killed_takes_its_opa_along(program: str) -> None:
    command = [sys.executable, "-c", GATE, program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as gate:  # noqa: S603 -- a gate
        assert gate.stdout is not None
        pid = int(gate.stdout.readline())
        assert is_alive(pid)
        gate.kill()

    deadline = time.monotonic() + 5
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_alive(pid)


async def test_a_program_that_is_not_there_is_an_error_with_a_hint() -> None:
    with pytest.raises(EngineError, match="opa did not start") as caught:
        await Executable(Path("/nowhere/opa")).launch(order())

    assert "GATE_OPA_BINARY" in caught.value.hint


async def test_a_program_that_is_no_opa_is_an_error() -> None:
    with pytest.raises(EngineError):
        await Executable(Path("/bin/true")).launch(order())


@pytest.mark.opa
@pytest.mark.skipif(not OPA_BINARIES, reason=MISSING)
async def test_somebody_else_on_the_port_is_not_taken_for_our_opa() -> None:
    impostor = ScriptedOpa(http({"result": 1}))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    async with impostor.listening() as taken:
        ports = iter([taken, free])
        opa = await Executable(OPA_BINARIES[0], lambda: next(ports)).launch(order())
        try:
            assert await opa.client.query(QUESTION, {"quick": 1}) == 2
            assert next(ports, None) is None
        finally:
            await opa.close()


@pytest.mark.opa
@pytest.mark.skipif(not OPA_BINARIES, reason=MISSING)
async def test_a_started_opa_answers_nobody_else_and_nothing_else() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    opa = await Executable(OPA_BINARIES[0], lambda: port).launch(order())
    stranger = OpaClient("127.0.0.1", port, token="guess", timeout_s=1)  # noqa: S106 -- a wrong one
    try:
        with pytest.raises(EngineError, match="HTTP 401"):
            await stranger.query(QUESTION, {"quick": 1})
        with pytest.raises(EngineError, match="HTTP 401"):
            await opa.client.query("policy/revision", {})
    finally:
        await stranger.close()
        await opa.close()
