"""A policy tried out on an engine of its own, which ends with the trial. What is tried, the commands say."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

from gate.application.policy_check import PolicyReport
from gate.domain.errors import PolicyRejectedError
from gate.domain.policy_set import PolicySet
from gate.interfaces.cli.assembly import Assembly
from gate.interfaces.cli.configured import settings_from
from gate.interfaces.cli.policy_place import PolicyPlace
from gate.interfaces.cli.policy_result import PolicyResult
from gate.interfaces.cli.terminal import progress
from gate.ports import PolicyEngine

Progress = Callable[[str], None]
Trial = Callable[[PolicySet, PolicyEngine, Progress], Coroutine[Any, Any, PolicyReport]]


def tried(place: PolicyPlace, assembly: Assembly, trial: Trial) -> PolicyResult:
    """Read the policy and try it out. A rejection is a result; GateError where nothing could be found out."""
    began = time.monotonic()
    with progress() as tell:
        tell("reading the policy")
        try:
            policy = place.read(assembly)
        except PolicyRejectedError as rejected:
            return PolicyResult.of_rejected(place, rejected, time.monotonic() - began)
        report = asyncio.run(_tried(policy, assembly, trial, tell))
    return PolicyResult.of(place, policy, report, time.monotonic() - began)


async def _tried(policy: PolicySet, assembly: Assembly, trial: Trial, tell: Progress) -> PolicyReport:
    engine = assembly.open_trial_engine(settings_from())
    try:
        return await trial(policy, engine, tell)
    finally:
        await engine.close()
