"""What loading costs: 5,000 policy documents from git, cold and with one file changed; 10,000 windows that recur, until
decisions no longer have to work them out; and the start of `gate`."""

import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.house import RECURRING, House, build_policy, git
from bench.report import save, table
from gate.adapters.policy_repo.address import Address
from gate.adapters.policy_repo.source import GitPolicySource
from gate.interfaces.cli.serve import collect_less_garbage

HOUSE = House("5,000 documents", services=2_000, windows=3_000, past_changes=0)
STARTS = 20


async def load(folder: Path) -> tuple[float, float, int]:
    """Seconds to load cold, seconds after one file changed, documents."""
    repository = build_policy(HOUSE, folder)
    source = GitPolicySource(Address.of(str(repository), branch="main"), folder / "mirror")
    begun = time.perf_counter()
    policy = await source.load(await source.fetch())
    cold = time.perf_counter() - begun
    changed = repository / "services" / "generated-0000.yaml"
    changed.write_text(changed.read_text().replace("tier: 1", "tier: 2", 1))
    git(repository, "commit", "-qam", "Move a service to another tier")
    begun = time.perf_counter()
    await source.load(await source.fetch())
    return cold, time.perf_counter() - begun, policy.documents


async def load_recurring(folder: Path) -> tuple[float, float, float]:
    """Seconds to load 10,000 windows that recur, to look ahead in them, and to find out what may be wrong with them."""
    source = GitPolicySource(Address.of(str(build_policy(RECURRING, folder)), branch="main"), folder / "mirror")
    begun = time.perf_counter()
    policy = await source.load(await source.fetch())
    loaded = time.perf_counter()
    policy.calendar.look_ahead(time.time_ns())
    ahead = time.perf_counter()
    assert policy.warnings
    return loaded - begun, ahead - loaded, time.perf_counter() - ahead


def version_seconds() -> float:
    """The median time of `gate --version`."""
    taken = []
    for _ in range(STARTS):
        begun = time.perf_counter()
        subprocess.run([Path(sys.executable).with_name("gate"), "--version"], check=True, capture_output=True)  # noqa: S603
        taken.append(time.perf_counter() - begun)
    return sorted(taken)[STARTS // 2]


def main() -> None:
    """Measure and tell, with garbage collected as `gate serve` does."""
    collect_less_garbage()
    with tempfile.TemporaryDirectory() as folder:
        cold, warm, documents = asyncio.run(load(Path(folder)))
    with tempfile.TemporaryDirectory() as folder:
        recurring, ahead, warned = asyncio.run(load_recurring(Path(folder)))
    version = version_seconds()
    table(
        "Loading",
        [
            (f"{documents} policy documents, cold", f"{cold:.2f} s", "≤ 5 s"),
            ("one file changed", f"{warm:.2f} s", "≤ 0.5 s"),
            (f"{RECURRING.windows} windows that recur, cold", f"{recurring:.2f} s", ""),
            ("and looked ahead", f"{recurring + ahead:.2f} s", "≤ 3 s"),
            ("their warnings, for whoever checks a policy", f"{warned:.2f} s", ""),
            ("gate --version", f"{version:.3f} s", "≤ 0.2 s"),
        ],
    )
    figures = {"documents": documents, "cold_s": cold, "one_changed_s": warm, "version_s": version}
    save("loading", figures | {"recurring_s": recurring, "looked_ahead_s": ahead, "warnings_s": warned})


if __name__ == "__main__":
    main()
