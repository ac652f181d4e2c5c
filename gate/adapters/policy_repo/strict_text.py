"""Text that says to a reviewer what it says to the gate: UTF-8 of bounded size, without characters that nobody sees."""

import re
from typing import Final

from gate.domain.finding import Finding

MAX_FILE_BYTES: Final = 256 * 1024

# Control characters, other line ends than \n and \r\n, byte order marks, non-characters, and the marks that make text
# read differently from what it says (bidirectional overrides).
FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]|\r(?!\n)"
)


def read_text(path: str, content: bytes) -> tuple[str, tuple[Finding, ...]]:
    """The text of a file, or the finding why it has none."""
    if len(content) > MAX_FILE_BYTES:
        return _refused(path, 0, f"larger than {MAX_FILE_BYTES // 1024} KiB", "Split the file.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _refused(path, line, f"byte 0x{content[error.start]:02x} is not UTF-8", "Save the file as UTF-8.")
    if found := FORBIDDEN.search(text):
        hint = "Take it out; save the file as UTF-8 without a byte order mark."
        return _refused(path, line_at(text, found.start()), not_allowed(found.group()), hint)
    return text, ()


def line_at(text: str, position: int) -> int:
    """The line, from 1, of a position."""
    return text.count("\n", 0, position) + 1


def not_allowed(character: str) -> str:
    """`the character U+202E is not allowed`."""
    return f"the character U+{ord(character):04X} is not allowed"


def _refused(path: str, line: int, message: str, hint: str) -> tuple[str, tuple[Finding, ...]]:
    return "", (Finding(message=message, path=path, line=line, hint=hint),)
