"""How a command ends that could not do what it should: what is wrong, what to do next, and the exit status."""

import traceback

from gate.domain.errors import GateError, PolicyRejectedError
from gate.domain.masking import mask
from gate.interfaces.cli.exit_status import ExitStatus, of_error
from gate.interfaces.cli.lines import Line, line
from gate.interfaces.cli.terminal import show


def told(error: GateError) -> list[Line]:
    """An error in words."""
    lines = [line(f"Error: {mask(error.message)}", "red")]
    if isinstance(error, PolicyRejectedError):
        lines += [line(str(finding), indent=1) for finding in error.findings]
    return [*lines, *([line(error.hint, indent=1)] if error.hint else [])]


def report(error: Exception) -> ExitStatus:
    """Tell it on standard error. What is no `GateError` is a defect, and is shown whole."""
    if isinstance(error, GateError):
        show(told(error), error=True)
    else:
        trace = mask("".join(traceback.format_exception(error)))
        show([line("Error: a defect of the gate; please report what follows", "red")], error=True)
        show((line(row) for row in trace.splitlines()), error=True)
    return of_error(error)
