"""OPA's words about a policy that it does not accept → findings with file and line.

OPA reports `rego/steps/freeze.rego:12: rego_unsafe_var_error: var x is unsafe`, one error a line, under a first line
that counts them, with an excerpt of the source in indented lines below.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from gate.domain.finding import Finding

_HINTS: Final = {
    "rego_parse_error": "Rego is read as version 1: `if` before a body, `contains` for a set.",
    "rego_unsafe_var_error": "Give the variable a value before it is used, or import what it should be.",
    "rego_recursion_error": "A rule must not depend on itself; a rule must not be called `steps` in package `gate`.",
}
_SHOWN: Final = 500
_PLACED: Final = r"(?:^|[\s:/]){path}:(?P<line>\d+)(?::\d+)?: (?:(?P<code>rego_\w+): )?(?P<message>.+)$"


def findings(said: str, paths: Iterable[str]) -> tuple[Finding, ...]:
    """One finding an error. `paths` are the modules concerned; text that names none of them is kept whole."""
    patterns = {path: re.compile(_PLACED.format(path=re.escape(path))) for path in paths}
    placed = [finding for line in said.splitlines() for finding in _placed(line, patterns)]
    if not placed:
        only = next(iter(patterns)) if len(patterns) == 1 else ""
        return (Finding(message=f"OPA does not accept this: {said.strip()[:_SHOWN]}", path=only),)
    return tuple(dict.fromkeys(finding for finding in placed if not _said_better(finding, placed)))


def _placed(line: str, patterns: dict[str, re.Pattern[str]]) -> Iterator[Finding]:
    for path, pattern in patterns.items():
        found = pattern.search(line)
        if found:
            code = found["code"] or ""
            message = f"{found['message']} ({code})" if code else found["message"]
            yield Finding(message=message, path=path, line=int(found["line"]), hint=_HINTS.get(code, ""))
            return


def _said_better(finding: Finding, others: Iterable[Finding]) -> bool:
    """OPA often reports an error twice, the second time with what it expected."""
    bare = finding.message.rsplit(" (", 1)[0]
    return any(
        (other.path, other.line) == (finding.path, finding.line)
        and other.message != finding.message
        and other.message.startswith(bare)
        for other in others
    )
