"""JSON without surprises (I-JSON, RFC 7493). What its values mean is for models to say (`body`).

No repeated names, no NaN, no number beyond 64 bits, no NUL, no half character, no bottomless nesting: parsers differ on
all of these, and what one reads as harmless another may read as something else.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from gate.domain.errors import CallerError

DEPTH: Final = 32
"""How many arrays and objects may lie within each other. Requests have four."""
VALUES: Final = 10_000
"""How many values there may be in all: the largest request has half of it, and looking at each takes its time."""
NAMES: Final = 200
"""How many names one object may have. Those of requests have fifty, and each unknown one makes a mistake to be told."""

_LARGEST: Final = 2**63 - 1
_DIGITS: Final = 20
"""No number of 64 bits has more, its sign included. Reading one of a million digits would take long."""
_SHOWN: Final = 64
"""So many characters of a name that somebody else chose are repeated to them."""

_Place = tuple["_Place", str | int] | None
"""Where a value lies: where that lies which holds it, and its name or number in there. None is the whole text."""

_TOO_LARGE: Final = "the number does not fit into 64 bits"
_TOO_DEEP: Final = f"it is nested more than {DEPTH} levels deep"
_TOO_MANY: Final = f"it holds more than {VALUES} values"
_TOO_MANY_NAMES: Final = f"an object has more than {NAMES} names"
_HINT: Final = "Send one JSON text in UTF-8, as RFC 7493 (I-JSON) describes it."

_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|,', re.DOTALL)
"""A text, ended or not, or a comma outside of one. No value has more than three: its name, itself, and the comma."""
_HALF: Final = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class _Unclear:
    """Stands where a value would be, until it is known where that is."""

    why: str


def loads(text: bytes) -> Any:
    """The value of a JSON text. CallerError if it is not clear what it says; `field` names the place if there is one.

    What lies in an array has its number for a name: `paths.3`.
    """
    _demand_few(text)
    try:
        value = _READER.decode(text.decode())
    except json.JSONDecodeError as error:
        raise _refusal(f"{error.msg}, line {error.lineno} column {error.colno}") from error
    except UnicodeDecodeError as error:
        raise _refusal(f"byte {error.start} is not UTF-8") from error
    except RecursionError as error:
        raise _refusal(_TOO_DEEP) from error
    _demand_clear(value)
    return value


def _demand_few(text: bytes) -> None:
    """Count before reading: half a million numbers take a third of a second to read, only to be refused."""
    if text.count(b",") > VALUES:
        most = 3 * VALUES
        if sum(1 for _ in islice(_TOKEN.finditer(text), most + 1)) > most:
            raise _refusal(_TOO_MANY)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Unclear:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    repeated, _ = Counter(name for name, _ in pairs).most_common(1)[0]
    return _Unclear(f"the name {repeated[:_SHOWN]!r} is there twice")


def _constant(name: str) -> _Unclear:
    return _Unclear(f"{name} is no number")


def _integer(digits: str) -> int | _Unclear:
    fits = len(digits) <= _DIGITS and -_LARGEST - 1 <= int(digits) <= _LARGEST
    return int(digits) if fits else _Unclear(_TOO_LARGE)


def _fraction(digits: str) -> float | _Unclear:
    value = float(digits)
    if not math.isfinite(value):
        return _Unclear(_TOO_LARGE)
    # To JSON Schema, 3.0 is an integer like any other.
    return int(value) if value.is_integer() and abs(value) <= _LARGEST else value


_READER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_fraction
)


def _demand_clear(value: Any) -> None:
    """Look at every value in it. No recursion: how deep it goes is what is in question."""
    seen = 0
    ahead: list[tuple[Any, _Place, int]] = [(value, None, 0)]
    while ahead:
        value, place, depth = ahead.pop()
        if (objection := _objection(value, depth)) is not None:
            raise _refusal(objection, place)
        ahead += ((child, (place, name), depth + 1) for name, child in _children(value))
        seen += 1
        if seen + len(ahead) > VALUES:
            raise _refusal(_TOO_MANY)


def _objection(value: Any, depth: int) -> str | None:
    if isinstance(value, str):
        return _objection_to_text(value)
    if isinstance(value, list | dict):
        return _TOO_DEEP if depth >= DEPTH else _objection_to_many(value)
    return value.why if isinstance(value, _Unclear) else None


def _objection_to_many(value: list[Any] | dict[str, Any]) -> str | None:
    if isinstance(value, list):
        return _TOO_MANY if len(value) > VALUES else None
    if len(value) > NAMES:
        return _TOO_MANY_NAMES
    # Names are looked at before they become part of a place, which is told to the caller.
    return next(filter(None, map(_objection_to_text, value)), None)


def _objection_to_text(text: str) -> str | None:
    if "\0" in text:
        return "a text holds the character NUL"
    if not text.isascii() and _HALF.search(text):
        return "a text holds half of a surrogate pair"
    return None


def _children(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _refusal(why: str, place: _Place = None) -> CallerError:
    names: list[str] = []
    while place is not None:
        place, name = place
        names.append(str(name)[:_SHOWN])
    return CallerError(f"the body is not clear JSON: {why}", hint=_HINT, field=".".join(reversed(names)))
