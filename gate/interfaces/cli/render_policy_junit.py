"""The result of a policy check or test for CI servers that show test reports."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gate.domain.finding import Finding
from gate.interfaces.cli import bypass_wording
from gate.interfaces.cli.lines import clean
from gate.interfaces.cli.policy_result import PolicyResult

_SUITE = "change gate policy"


def report(result: PolicyResult) -> str:
    """A JUnit XML report: the check itself, each test and case, and each bypass that is new. Errors are failures."""
    suite = Element("testsuite", name=_SUITE, time=f"{result.seconds:.3f}")
    of_bypasses = [finding for new in result.bypasses for finding in new.findings()]
    _case(suite, "policy", "check", _errors(each for each in result.report.findings if each not in of_bypasses))
    for test in result.report.tests:
        _case(suite, test.path, test.name, [] if test.passed else [test.message or "failed"])
    for case in result.report.cases:
        _case(suite, case.path, case.note, list(case.differences))
    for new in result.bypasses:
        element = _case(suite, new.document.path, f"bypass {new.bypass.id}", _errors(new.findings()))
        told = [text for trial in new.trials for text in (bypass_wording.effect(trial), *bypass_wording.details(trial))]
        SubElement(element, "system-out").text = "\n".join(map(clean, told))
    warnings = [str(finding) for finding in result.findings if finding.severity == "warning"]
    SubElement(suite, "system-out").text = "\n".join(map(clean, warnings))
    suite.attrib |= {
        "tests": str(len(suite.findall("testcase"))),
        "failures": str(len(suite.findall("testcase/failure"))),
    }
    root = Element("testsuites")
    root.append(suite)
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _errors(findings: Iterable[Finding]) -> list[str]:
    return [str(each) for each in findings if each.severity == "error"]


def _case(suite: Element, classname: str, name: str, failures: list[str]) -> Element:
    case = SubElement(suite, "testcase", classname=clean(classname), name=clean(name))
    if failures:
        failure = SubElement(case, "failure", message=clean(failures[0]))
        failure.text = "\n".join(map(clean, failures))
    return case
