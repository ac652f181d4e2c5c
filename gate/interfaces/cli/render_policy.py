"""The result of a policy check or test: text in the form editors follow, JSON, JUnit, or annotations on lines."""

import json
from collections.abc import Iterator
from enum import StrEnum

from gate.domain.finding import Finding
from gate.interfaces.cli import bypass_wording, render_policy_junit, terminal
from gate.interfaces.cli.lines import Line, Style, count, line
from gate.interfaces.cli.new_bypass import NewBypass
from gate.interfaces.cli.policy_result import PolicyResult
from gate.interfaces.cli.render_github import annotation

_SHORT = 12


class Output(StrEnum):
    """Forms of a result."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    JUNIT = "junit"


def show(result: PolicyResult, output: Output) -> None:
    """Print it."""
    if output is Output.TEXT:
        terminal.show(lines(result))
    else:
        render = {Output.JSON: document, Output.GITHUB: annotations, Output.JUNIT: render_policy_junit.report}[output]
        terminal.write(render(result))


def lines(result: PolicyResult) -> Iterator[Line]:
    """Each finding as `file:line: field: what is wrong (what to do)`, then the sum."""
    for finding in result.findings:
        placed = finding.model_copy(update={"path": result.place.file(finding.path)}) if finding.path else finding
        yield line(str(placed), _style(finding))
    for new in result.bypasses:
        yield from _new_bypass(result, new)
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
        "bypasses": [
            {
                "id": new.bypass.id,
                "path": new.document.path,
                "judged": new.source,
                "trials": [trial.model_dump(mode="json") for trial in new.trials],
            }
            for new in result.bypasses
        ],
        "seconds": round(result.seconds, 3),
    }
    return json.dumps(said, indent=2) + "\n"


def annotations(result: PolicyResult) -> str:
    """Workflow commands of GitHub, which it shows beside the lines of a pull request."""
    head = annotation("notice" if result.report.passed else "error", "Change Gate policy", _sum(result))
    told = "".join(_annotation(result, finding) for finding in result.findings)
    return told + "".join(notice for new in result.bypasses for notice in _notices(result, new)) + head


def _annotation(result: PolicyResult, finding: Finding) -> str:
    place: dict[str, str | int] = {"file": result.place.file(finding.path)} if finding.path else {}
    if finding.line:
        place["line"] = finding.line
    message = str(finding.model_copy(update={"path": "", "line": 0, "severity": "error"}))
    return annotation(finding.severity, f"Change Gate policy {finding.field}".strip(), message, **place)


def _new_bypass(result: PolicyResult, new: NewBypass) -> Iterator[Line]:
    file = result.place.file(new.document.path)
    for trial in new.trials:
        yield line(f"{file}:{new.line_of('id')}: bypass {new.bypass.id}: {bypass_wording.effect(trial)}", "bold")
        yield from (line(text, indent=1) for text in bypass_wording.details(trial))
        yield line(bypass_wording.judged(new, trial), "dim", indent=1)


def _notices(result: PolicyResult, new: NewBypass) -> Iterator[str]:
    """What it would come to, at its name; of each step that it skips, at that step."""
    file = result.place.file(new.document.path)
    title = f"Change Gate bypass {new.bypass.id}"
    for trial in new.trials:
        whole = [bypass_wording.effect(trial), *bypass_wording.added(trial), *bypass_wording.still(trial)]
        whole += [bypass_wording.grant(trial), bypass_wording.judged(new, trial)]
        yield annotation("notice", title, "; ".join(whole), file=file, line=new.line_of("id"))
        for number, step in enumerate(trial.skipped):
            where = new.line_of("skip", number)
            yield annotation("notice", title, bypass_wording.skipped(step), file=file, line=where)


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
