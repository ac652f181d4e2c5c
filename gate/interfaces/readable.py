"""What others wrote, as text that is only for reading: nothing in it moves a cursor, turns a line around or hides.

Reasons, names and descriptions come from policy files, pipelines and problem documents.
"""

import re
import unicodedata
from typing import Final

_BREAKS: Final = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_HARMFUL: Final = {"Cc", "Cf", "Cs", "Co", "Cn"}
"""Unicode categories: controls, invisible formatting such as text direction, surrogates, private use, unassigned."""


def on_one_line(text: str) -> str:
    """The text on one line, with every character that is not for reading replaced."""
    joined = _BREAKS.sub(" ", text)
    if joined.isprintable():
        return joined
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(character) in _HARMFUL else character
        for character in joined
    )


def line_by_line(text: str) -> str:
    """The same, with the line breaks that its author made."""
    return "\n".join(map(on_one_line, text.split("\n")))
