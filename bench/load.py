"""Clients that ask a gate for decisions over kept connections, closed loop, bounded in count."""

import http.client
import itertools
import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

FLAG_CHANGE = {"paths": ["flags/checkout.yaml"], "size": {"files": 1, "lines": 2}}
CODE_CHANGE = {"paths": ["src/charge.py", "src/refund.py"], "size": {"files": 2, "lines": 60}}
EVIDENCE = [{"kind": kind, "status": "passed"} for kind in ("tests", "build", "security-scan")]


@dataclass(frozen=True, slots=True)
class Timing:
    """Latencies of single requests, in seconds, and how long the whole run took."""

    seconds: tuple[float, ...]
    elapsed: float
    outcomes: dict[str, int]

    @classmethod
    def of(cls, answers: Iterable[tuple[float, str]], elapsed: float) -> Self:
        """From the seconds and the outcome of each."""
        taken = list(answers)
        return cls(tuple(seconds for seconds, _ in taken), elapsed, dict(Counter(outcome for _, outcome in taken)))

    @property
    def per_second(self) -> float:
        """Answers per second of the run."""
        return len(self.seconds) / self.elapsed

    def percentile_ms(self, percent: float) -> float:
        """The latency below which that share of the requests lies."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


class Client:
    """One pipeline."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def post(self, path: str, body: object) -> dict[str, object]:
        """Send JSON, read JSON; anything but a 2xx ends the benchmark."""
        self._connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        content = json.loads(response.read())
        if response.status >= 300:  # noqa: PLR2004 -- beyond success
            raise RuntimeError(f"{path} answered {response.status}: {content}")
        return content

    def get(self, path: str) -> dict[str, object]:
        """Read JSON."""
        self._connection.request("GET", path)
        return json.loads(self._connection.getresponse().read())


def asks(kind: dict[str, object], services: list[str]) -> Iterator[dict[str, object]]:
    """Requests that are all new, over the services in turn."""
    for number, service in enumerate(itertools.cycle(services)):
        commit = f"{number:08x}{secrets.token_hex(16)}"
        yield {
            "service": service,
            "environment": "production",
            "commit": commit,
            "run": commit,
            "evidence": EVIDENCE,
            "author": "maria",
            **kind,
        }


def run(port: int, kind: dict[str, object], services: list[str], clients: int, each: int) -> Timing:
    """So many clients ask so often each. What got approved is withdrawn at once, unmeasured but not for free."""
    results: list[tuple[float, str]] = []
    shares = [services[number::clients] for number in range(clients)]
    threads = [
        threading.Thread(
            target=lambda share=share: results.extend(
                withdrawing(Client(port), itertools.islice(asks(kind, share), each))
            )
        )
        for share in shares
    ]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - begun
    return Timing.of(results, elapsed)


def withdrawing(client: Client, wanted: Iterable[dict[str, object]]) -> list[tuple[float, str]]:
    """Ask for each; the seconds and the outcome. What gets approved is withdrawn at once, unmeasured."""
    taken: list[tuple[float, str]] = []
    for ask in wanted:
        begun = time.perf_counter()
        answer = client.post("/v1/changes", ask)
        taken.append((time.perf_counter() - begun, str(answer["decision"]["outcome"])))
        if answer["decision"]["outcome"] == "approved":
            client.post(f"/v1/changes/{answer['id']}/withdraw", {})
    return taken
