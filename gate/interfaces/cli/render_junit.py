"""A check's result for CI servers that show test reports: each step of the process is a test case."""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gate.interfaces.cli import wording
from gate.interfaces.cli.check_result import Answered, CheckResult, Unanswered
from gate.interfaces.cli.lines import clean
from gate.interfaces.step_wire import StepAnswer

_SUITE = "change gate"


def report(result: CheckResult) -> str:
    """A JUnit XML report. Whatever is not satisfied is a failure; a lifted step is skipped, and says by whom."""
    suite = _unanswered(result) if isinstance(result, Unanswered) else _answered(result)
    suite.attrib |= {
        "tests": str(len(suite.findall("testcase"))),
        "failures": str(len(suite.findall("testcase/failure"))),
        "errors": str(len(suite.findall("testcase/error"))),
        "skipped": str(len(suite.findall("testcase/skipped"))),
    }
    root = Element("testsuites")
    root.append(suite)
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _answered(result: Answered) -> Element:
    change = result.change
    suite = Element(
        "testsuite", name=clean(f"{_SUITE}: {wording.headline(change)}"), timestamp=change.decision.decided_at
    )
    for step in change.decision.steps:
        case = SubElement(
            suite, "testcase", classname=clean(f"{change.service}.{change.environment}"), name=clean(step.step)
        )
        _judge(case, step)
    decision = change.decision
    notes = [wording.ruling(decision), *wording.idle_bypasses(decision), wording.next_step(decision)]
    notes += [wording.policy(change), result.place]
    SubElement(suite, "system-out").text = "\n".join(map(clean, notes))
    return suite


def _judge(case: Element, step: StepAnswer) -> None:
    state = wording.standing(step)
    said = [clean(text) for text in wording.details(step)]
    if state == "lifted":
        SubElement(case, "skipped", message="; ".join(said))
    elif state != "satisfied":
        failure = SubElement(case, "failure", type=state, message=said[0] if said else state)
        failure.text = "\n".join(said)


def _unanswered(result: Unanswered) -> Element:
    suite = Element("testsuite", name=_SUITE)
    case = SubElement(suite, "testcase", classname="gate", name="answer")
    error = SubElement(case, "error", type=type(result.error).__name__, message=clean(result.error.message))
    error.text = clean(result.error.hint)
    return suite
