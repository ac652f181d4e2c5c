"""Reasons that are none: "urgent" says how loud somebody is, not why the process does not fit.

A warning for whoever reads the pull request. What refuses a bypass is said by policy (`rego/bypass.rego`).
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from gate.domain.bypass import Bypass
from gate.domain.document import Document
from gate.domain.finding import Finding
from gate.domain.process import BypassTerms

_HINT: Final = "Say what waiting would cost, and why the process does not fit this change."
_WORD: Final = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")


def hollow_reasons(bypasses: Iterable[tuple[Document, Bypass]], terms: BypassTerms) -> Iterator[Finding]:
    """A warning for each bypass that says too little once the words that say nothing are left out."""
    nothing = {word.lower() for word in terms.no_reasons}
    for document, bypass in bypasses:
        words = [word.lower() for word in _WORD.findall(bypass.reason)]
        hollow = sorted(nothing.intersection(words))
        told = sum(word not in nothing for word in words)
        if told < terms.min_reason_words:
            yield _warning(document, told, hollow, terms.min_reason_words)


def _warning(document: Document, told: int, hollow: list[str], wanted: int) -> Finding:
    beside = f" beside {', '.join(hollow)}" if hollow else ""
    return Finding(
        message=f"says {told} {'word' if told == 1 else 'words'}{beside}, and at least {wanted} are asked for",
        path=document.path,
        line=document.line_of(("reason",)),
        field="reason",
        hint=_HINT,
        severity="warning",
    )
