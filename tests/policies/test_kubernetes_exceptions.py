"""Real requests to pass a freeze: what was approved passes, with exactly what it names; what was denied never does."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from gate.adapters.policy_repo.local_revision import read_revision
from gate.adapters.policy_repo.working_copy import read_working_copy
from gate.application.policy_check import run_case
from gate.domain.bypass import Bypass, BypassTarget
from gate.domain.case import Case
from gate.domain.errors import PolicyRejectedError
from gate.domain.policy_set import PolicySet
from tests.policies import kubernetes_exceptions as kubernetes
from tests.policies.kubernetes_exceptions import ExceptionRequest
from tests.policies.pack_engine import pack_engine
from tests.simulators.policy_engine import PolicyEngineSimulator

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not kubernetes.FOLDER.is_dir(), reason=kubernetes.ABSENT),
]
ELSEWHERE: Final = "ab" * 20
"""A commit that nobody asked for."""
NEAR: Final = 2
"""Lines: a parser stops where it cannot go on, which is a little after the mistake."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def refused(folder: Path, files: dict[str, str]) -> list[str]:
    """What is said against these files, beside a house in which nothing is wrong."""
    for path, text in {**kubernetes.house(), **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    try:
        read_working_copy(folder)
    except PolicyRejectedError as rejected:
        return [str(finding) for finding in rejected.findings]
    return []


def sorted_out(folder: Path) -> tuple[list[ExceptionRequest], dict[str, list[str]]]:
    """The requests whose files load, and of each of the others what is said against it."""
    filed = {request.path: request for request in kubernetes.requests()}
    said: dict[str, list[str]] = {}
    for finding in refused(folder, {path: request.file() for path, request in filed.items()}):
        said.setdefault(finding.split(":")[0], []).append(finding)
    return [request for path, request in filed.items() if path not in said], said


def a_case(bypass: Bypass, lifter: str | None, **other: Any) -> Case:
    """A change in a freeze of its branch, the noon after its bypass was reviewed; lifted by this bypass or by none."""
    target = bypass.change
    asked = {
        "service": target.service,
        "environment": target.environment,
        "commit": target.commit or ELSEWHERE,
        "evidence": [{"kind": "tests", "status": "passed"}],
        "author": "enhancement-owner",
    }
    freeze_lifted = {} if lifter is None else {"freeze": lifter}
    expect = {
        "outcome": "approved" if lifter else "waiting",
        "lifted": freeze_lifted,
        "verdicts": {"freeze": "waiting"},
    }
    return Case.model_validate(
        {
            "note": bypass.id,
            "at": f"{(bypass.expires - timedelta(days=2)).replace(hour=12):%Y-%m-%dT%H:%M:%SZ}",
            "request": asked | other,
            "given": {"freezes": [{}], "approvals": [{"step": "peer_review", "by": "reviewer"}]},
            "expect": expect,
        }
    )


def by_request(loaded: Sequence[ExceptionRequest], policy: PolicySet) -> list[tuple[ExceptionRequest, Bypass]]:
    bypasses = {bypass.id: bypass for bypass in policy.bypasses}
    return [(each, bypasses[name]) for each in loaded for name in each.ids() if name in bypasses]


def lifters(pairs: Sequence[tuple[ExceptionRequest, Bypass]]) -> dict[BypassTarget, str]:
    """What a bypass is for → the first that was approved for it: some pull requests are named twice."""
    approved = [bypass for request, bypass in pairs if request.is_approved and bypass.change.commit]
    return {bypass.change: bypass.id for bypass in sorted(approved, key=lambda each: each.id, reverse=True)}


async def test_what_was_approved_lifts_a_freeze_for_exactly_what_it_names_and_what_was_denied_never(
    tmp_path: Path,
) -> None:
    (tmp_path / "copy").mkdir()
    (tmp_path / "git").mkdir()
    loaded, _ = sorted_out(tmp_path / "copy")
    policy = read_revision(tmp_path / "git", kubernetes.repository(tmp_path / "git", loaded), "")
    engine = PolicyEngineSimulator(pack_engine)
    await engine.prepare(policy.bundle)
    pairs = by_request(loaded, policy)
    lifter = lifters(pairs)
    counts: Counter[str] = Counter()
    for request, bypass in pairs:
        lifted_by = lifter.get(bypass.change)
        assert lifted_by is None or request.is_approved
        another = "release-1.10" if request.release != "release-1.10" else "release-1.11"
        others = ({"commit": ELSEWHERE}, {"environment": another}) if lifted_by else ()
        for case in (a_case(bypass, lifted_by), *(a_case(bypass, None, **other) for other in others)):
            assert (await run_case(policy, engine, "", case)).differences == ()
        said = "passes" if lifted_by == bypass.id else "passes by another" if lifted_by else "does not pass"
        counts[f"{'approved' if request.is_approved else 'denied'}, {said}"] += 1
    gone = [request for request in loaded if request.is_taken_back]
    assert {bypass.id for bypass in policy.bypasses}.isdisjoint(name for request in gone for name in request.ids())
    print(f"\n{len(loaded)} requests loaded as {len(policy.bypasses)} bypasses, {len(gone)} taken back: {dict(counts)}")
    assert counts["approved, passes"] > 100
    assert counts["denied, does not pass"] > 30


async def test_a_request_that_says_too_little_is_refused_with_its_line_and_why(tmp_path: Path) -> None:
    filed = kubernetes.requests()
    loaded, said = sorted_out(tmp_path)
    print(f"\n{len(filed)} requests: {len(loaded)} load, {len(said)} are refused")
    for findings in said.values():
        print(f"  {findings[0]}")
    assert len(filed) == len(loaded) + len(said)
    assert 0 < len(said) < len(filed) // 10
    for request in filed:
        is_whole = request.reviewed is not None and all(
            len(kubernetes.commit_of(pull)) == len(ELSEWHERE) for pull in request.pull_requests
        )
        assert (request.path in said) == (not is_whole), request
    assert all(finding.split(":")[1].isdecimal() for findings in said.values() for finding in findings)


@pytest.mark.parametrize(("name", "line"), kubernetes.NO_YAML.items())
async def test_a_file_that_is_no_yaml_is_refused_on_the_line_where_it_ends_to_be_one(
    name: str, line: int, tmp_path: Path
) -> None:
    raw = (kubernetes.FOLDER / "exceptions" / name).read_text()
    findings = refused(tmp_path, {f"bypasses/{name}": raw})
    print(f"\n{findings[0]}")
    assert findings[0].startswith(f"bypasses/{name}:")
    assert abs(int(findings[0].split(":")[1]) - line) <= NEAR


async def test_a_file_that_is_yaml_but_no_bypass_is_refused_too(tmp_path: Path) -> None:
    others = [
        path for path in sorted((kubernetes.FOLDER / "exceptions").iterdir()) if path.name not in kubernetes.NO_YAML
    ]
    findings = refused(tmp_path, {f"bypasses/{path.name}": path.read_text() for path in others})
    assert {finding.split(":")[0] for finding in findings} == {f"bypasses/{path.name}" for path in others}
    print(f"\n{len(others)} files that are YAML: {findings[0]}")
