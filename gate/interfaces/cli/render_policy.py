"""The result of a policy check or test: text in the form editors follow, JSON, or annotations on lines of files."""

import json
from collections.abc import Iterator
from enum import StrEnum

from gate.domain.finding import Finding
from gate.interfaces.cli import terminal
from gate.interfaces.cli.lines import Line, Style, count, line
from gate.interfaces.cli.policy_result import PolicyResult
from gate.interfaces.cli.render_github import annotation

_SHORT = 12


class Output(StrEnum):
    """Forms of a result."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def show(result: PolicyResult, output: Output) -> None:
    """Print it."""
    if output is Output.TEXT:
        terminal.show(lines(result))
    else:
        terminal.write(document(result) if output is Output.JSON else annotations(result))


def lines(result: PolicyResult) -> Iterator[Line]:
    """Each finding as `file:line: field: what is wrong (what to do)`, then the sum."""
    for finding in result.findings:
        placed = finding.model_copy(update={"path": result.place.file(finding.path)}) if finding.path else finding
        yield line(str(placed), _style(finding))
    yield line(_sum(result), "green" if result.report.passed else "red")


def document(result: PolicyResult) -> str:
    """JSON: findings, and every test and case with how it went."""
    report = result.report
    said = {
        "revision": result.revision,
        "passed": report.passed,
        "findings": [finding.model_dump() for finding in result.findings],
        "tests": [
            {"name": test.name, "path": test.path, "passed": test.passed, "message": test.message}
            for test in report.tests
        ],
        "cases": [
            {"note": case.note, "path": case.path, "passed": case.passed, "differences": case.differences}
            for case in report.cases
        ],
        "seconds": round(result.seconds, 3),
    }
    return json.dumps(said, indent=2) + "\n"


def annotations(result: PolicyResult) -> str:
    """Workflow commands of GitHub, which it shows beside the lines of a pull request."""
    head = annotation("notice" if result.report.passed else "error", "Change Gate policy", _sum(result))
    return "".join(_annotation(result, finding) for finding in result.findings) + head


def _annotation(result: PolicyResult, finding: Finding) -> str:
    place: dict[str, str | int] = {"file": result.place.file(finding.path)} if finding.path else {}
    if finding.line:
        place["line"] = finding.line
    message = str(finding.model_copy(update={"path": "", "line": 0, "severity": "error"}))
    return annotation(finding.severity, f"Change Gate policy {finding.field}".strip(), message, **place)


def _style(finding: Finding) -> Style:
    return "red" if finding.severity == "error" else "yellow"


def _sum(result: PolicyResult) -> str:
    report = result.report
    seconds = f"{result.seconds:.1f} s"
    name = result.revision[:_SHORT] if result.place.revision else result.revision
    if not report.passed and not (report.tests or report.cases):
        return f"{name}: {count(len(result.findings), 'finding')} in {seconds}"
    tested = [
        _tally(sum(test.passed for test in report.tests), len(report.tests), "test"),
        _tally(sum(case.passed for case in report.cases), len(report.cases), "case"),
    ]
    looked_at = f"{count(result.documents, 'document')} and {count(result.modules, 'Rego module')} checked"
    warned = sum(finding.severity == "warning" for finding in result.findings)
    told = [looked_at, *tested, count(warned, "warning") if warned else ""]
    return f"{name}: {', '.join(filter(None, told))} in {seconds}"


def _tally(passed: int, all_of_them: int, what: str) -> str:
    if not all_of_them:
        return ""
    if passed == all_of_them:
        return f"{count(passed, what)} passed"
    return f"{all_of_them - passed} of {count(all_of_them, what)} failed"
