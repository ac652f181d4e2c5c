"""What a decision costs: the gate over HTTP with a durable commit, beside the bare OPA query of the same facts.

Run by `make bench`. Prints a table and writes bench/out/decision.json.
"""

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.house import LARGE, SMALL, House, build_policy, service_name
from bench.load import CODE_CHANGE, FLAG_CHANGE, Client, Timing, run
from bench.past import fill
from bench.report import megabytes, save, table
from gate.adapters.opa.bundle import Content
from gate.adapters.opa.embedded import Embedded
from gate.adapters.opa.judging import ASSESSMENT
from gate.adapters.opa.launch import Order
from gate.adapters.opa.limits import DEFAULT
from gate.adapters.policy_repo.working_copy import read_working_copy

WARM_UP = 50
ALONE = 400
TOGETHER = 150
CLIENTS = 8
_LISTENING = re.compile(r"127\.0\.0\.1:(\d+)")


class Served:
    """A gate process that serves, and what it measures as."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self.process = process
        self.port = port
        self.client = Client(port)


@contextmanager
def serving(policy: Path, state: Path) -> Iterator[Served]:
    """`gate serve` on a free port until left."""
    environment = os.environ | {
        "GATE_STATE_DIR": str(state),
        "GATE_POLICY_REPO": str(policy),
        "GATE_PORT": "0",
        "GATE_POLICY_POLL_SECONDS": "3600",
        "GATE_RATE_PER_SECOND": "1000000",
        "GATE_RATE_BURST": "1000000",
        "GATE_LOG_FORMAT": "json",
    }
    command = [sys.executable, "-m", "gate", "serve"]
    state.mkdir(exist_ok=True)
    with (state / "serve.log").open("a") as log:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)  # noqa: S603
    try:
        yield Served(process, _port(process))
    finally:
        process.terminate()
        process.wait(20)


def _port(process: "subprocess.Popen[str]") -> int:
    assert process.stdout is not None
    for line in process.stdout:
        if (found := _LISTENING.search(line)) and int(found[1]):
            _until_ready(int(found[1]))
            return int(found[1])
    raise RuntimeError("gate serve ended before it listened")


def _until_ready(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if Client(port).get("/readyz").get("ready"):
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the gate did not become ready")


def measure(house: House, folder: Path) -> dict[str, Any]:
    """One house: latency alone, throughput together, memory, and a recorded decision to judge again."""
    policy = build_policy(house, folder)
    state = folder / "state"
    services = [service_name(number) for number in range(house.services)]
    if house.past_changes:
        with serving(policy, state) as gate:
            run(gate.port, FLAG_CHANGE, services[:1], clients=1, each=1)
        fill(state / "gate.db", house.past_changes, house.services)
    with serving(policy, state) as gate:
        run(gate.port, FLAG_CHANGE, services, clients=1, each=WARM_UP)
        alone = run(gate.port, FLAG_CHANGE, services, clients=1, each=ALONE)
        approvals = run(gate.port, FLAG_CHANGE, services, clients=CLIENTS, each=TOGETHER)
        reviews = run(gate.port, CODE_CHANGE, services, clients=CLIENTS, each=TOGETHER)
        facts = _recorded_facts(gate.client)
        memory = megabytes(gate.process.pid)
    return {
        "alone": alone,
        "approvals": approvals,
        "reviews": reviews,
        "rss_mb": memory,
        "facts": facts,
        "policy": policy,
    }


def _recorded_facts(client: Client) -> dict[str, Any]:
    commit = f"{time.time_ns():040x}"
    ask = {"service": service_name(3), "environment": "production", "commit": commit, "run": commit, **FLAG_CHANGE}
    answer: dict[str, Any] = client.post("/v1/changes", ask)
    return client.get(answer["links"]["decision"])["facts"]


async def bare_opa(policy: Path, facts: dict[str, Any]) -> Timing:
    """The same policy and facts through opa-python-client on the same engine, one client, and nothing around it."""
    revision = read_working_copy(policy)
    content = Content.of_policy(revision.bundle.without_tests())
    running = await Embedded().launch(Order(content, ASSESSMENT, DEFAULT))
    taken: list[float] = []
    try:
        begun = time.perf_counter()
        for number in range(WARM_UP + ALONE):
            before = time.perf_counter()
            await running.client.query(ASSESSMENT, facts)
            if number >= WARM_UP:
                taken.append(time.perf_counter() - before)
        return Timing(tuple(taken), time.perf_counter() - begun, {})
    finally:
        await running.close()


def main() -> None:
    """Measure both houses in one run."""
    with tempfile.TemporaryDirectory() as small_folder, tempfile.TemporaryDirectory() as large_folder:
        small = measure(SMALL, Path(small_folder))
        bare = asyncio.run(bare_opa(small["policy"], small["facts"]))
        large = measure(LARGE, Path(large_folder))
        again = measure(SMALL, Path(tempfile.mkdtemp(dir=small_folder)))
    # The small house before and after the large one, so that a slower minute of the machine is not taken for growth.
    p50_ms = (small["alone"].percentile_ms(50) + again["alone"].percentile_ms(50)) / 2
    figures = {
        "p50_ms": round(p50_ms, 2),
        "p99_ms": round(small["alone"].percentile_ms(99), 2),
        "per_s": round(small["approvals"].per_second),
        "reviews_per_s": round(small["reviews"].per_second),
        "raw_opa_p50_ms": round(bare.percentile_ms(50), 2),
        "ratio_p50": round(small["alone"].percentile_ms(50) / bare.percentile_ms(50), 2),
        "growth": round(large["alone"].percentile_ms(50) / p50_ms, 2),
        "rss_mb": round(large["rss_mb"]),
        "large_per_s": round(large["approvals"].per_second),
        "outcomes": small["approvals"].outcomes,
    }
    table(
        "A decision over HTTP, recorded durably",
        [
            ("one client, p50", f"{figures['p50_ms']} ms", ""),
            ("one client, p99", f"{figures['p99_ms']} ms", ""),
            ("bare OPA query, p50", f"{figures['raw_opa_p50_ms']} ms", ""),
            ("gate over bare OPA", f"{figures['ratio_p50']}", "≤ 3"),
            (f"{CLIENTS} clients, approvals (each withdrawn)", f"{figures['per_s']}/s", "≥ 250/s"),
            (f"{CLIENTS} clients, reviews", f"{figures['reviews_per_s']}/s", "≥ 250/s"),
            ("large house over small, p50", f"{figures['growth']}", "≤ 1.3"),
            ("gate and OPA, large house", f"{figures['rss_mb']} MB", "< 300 MB"),
        ],
    )
    save("decision", figures)


if __name__ == "__main__":
    main()
