"""A finding reads as editors and people both follow it."""

import pytest

from gate.domain.finding import Finding


@pytest.mark.parametrize(
    ("finding", "text"),
    [
        (Finding(message="is missing"), "is missing"),
        (Finding(message="is missing", path="a.yaml"), "a.yaml: is missing"),
        (Finding(message="is missing", path="a.yaml", line=3), "a.yaml:3: is missing"),
        (Finding(message="is missing", path="a.yaml", line=3, field="end"), "a.yaml:3: end: is missing"),
        (Finding(message="is missing", field="end", hint="add it"), "end: is missing (add it)"),
        (Finding(message="is old", path="a.yaml", line=3, severity="warning"), "a.yaml:3: warning: is old"),
    ],
)
def test_it_says_where_what_and_what_to_do(finding: Finding, text: str) -> None:
    assert str(finding) == text


def test_a_finding_never_fills_a_log_with_what_it_quotes() -> None:
    finding = Finding(message="x" * 100_000, path="y" * 100_000)
    assert max(len(finding.message), len(finding.path)) == 1000
    assert finding.message.endswith("x…")
