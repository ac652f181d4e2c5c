"""A policy repository that is ready in a moment: one step, which wants tests to have passed."""

import subprocess
from pathlib import Path
from typing import Final

FILES: Final = {
    "gate.yaml": "kind: Gate\nformat: 1\nenvironments:\n  production: {production: true, when_stale: allow}\n",
    "process.yaml": (
        "kind: Process\nclasses:\n  standard: [evidence]\n  normal: [evidence]\n  emergency: [evidence]\n"
        "conflicts: {same_service: risk, exclusive: risk, depends_on: risk, dependent: risk}\n"
    ),
    "risk.yaml": "kind: Risk\nfactors: {}\nthresholds: {medium: 10, high: 20, critical: 30}\n",
    "groups.yaml": "kind: Group\nname: team-payments\nmembers: [maria]\n",
    "objectives.yaml": "kind: Objective\nname: revenue\ndescription: What pays the bills\n",
    "services/payments.yaml": "kind: Service\nname: payments\nowners: team-payments\ntier: 1\nobjective: revenue\n",
    "rego/assessment.rego": """package gate

assessment := {
	"revision": data.policy.revision,
	"class": "normal",
	"lane": null,
	"risk": {"class": "low", "score": 0, "factors": []},
	"required": ["evidence"],
	"verdicts": {"evidence": data.gate.steps.evidence.verdict},
	"bypasses": {},
}
""",
    "rego/steps/evidence.rego": """package gate.steps.evidence

default verdict := {"status": "failed", "reasons": [{"code": "untested", "message": "tests must have passed"}]}

verdict := {"status": "satisfied", "reasons": []} if {
	some piece in input.evidence
	piece.kind == "tests"
	piece.status == "passed"
}
""",
}


def make(folder: Path) -> Path:
    """The repository, with one commit on `main`."""
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "The small policy")
    return folder


def commit(folder: Path, message: str) -> str:
    """Commit everything; the commit id."""
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", message)
    return git(folder, "rev-parse", "HEAD")


def git(folder: Path, *arguments: str) -> str:
    """Run git as somebody."""
    identity = ("-c", "user.name=Maria", "-c", "user.email=maria@example.org")
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603 -- our words
