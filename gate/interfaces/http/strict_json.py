"""JSON without surprises (I-JSON, RFC 7493). What its values mean is for models to say (`body`).

No repeated names, no NaN, no number beyond 64 bits, no NUL, no half character, no bottomless nesting: parsers differ on
all of these, and what one reads as harmless another may read as something else.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from gate.domain.errors import CallerError

DEPTH: Final = 32
"""How many arrays and objects may lie within each other. Requests have four."""
VALUES: Final = 20_000
"""How many values there may be in all: the largest request has a third of it, and looking at each takes its time."""

_LARGEST: Final = 2**63 - 1
_DIGITS: Final = 20
"""No number of 64 bits has more, its sign included. Reading one of a million digits would take long."""
_SHOWN: Final = 64
"""So many characters of a name that somebody else chose are repeated to them."""
_WHOLE: Final[tuple[str, ...]] = ()
"""The place of the whole text."""

_TOO_LARGE: Final = "the number does not fit into 64 bits"
_TOO_DEEP: Final = f"it is nested more than {DEPTH} levels deep"
_TOO_MANY: Final = f"it holds more than {VALUES} values"
_HINT: Final = "Send one JSON text in UTF-8, as RFC 7493 (I-JSON) describes it."


@dataclass(frozen=True, slots=True)
class _Unclear:
    """Stands where a value would be, until it is known where that is."""

    why: str


def loads(text: bytes) -> Any:
    """The value of a JSON text. CallerError if it is not clear what it says; `field` names the place if there is one.

    What lies in an array has its number for a name: `paths.3`.
    """
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
    seen, ahead = 0, [(value, _WHOLE)]
    while ahead:
        value, place = ahead.pop()
        if (objection := _objection(value, len(place))) is not None:
            raise _refusal(objection, place)
        ahead += ((child, (*place, name)) for name, child in _children(value))
        seen += 1
        if seen + len(ahead) > VALUES:
            raise _refusal(_TOO_MANY)


def _objection(value: Any, depth: int) -> str | None:
    if isinstance(value, _Unclear):
        return value.why
    if isinstance(value, str):
        return _objection_to_text(value)
    if not isinstance(value, dict | list):
        return None
    if depth >= DEPTH or len(value) > VALUES:
        return _TOO_DEEP if depth >= DEPTH else _TOO_MANY
    # Names are looked at before they become part of a place, which is told to the caller.
    return next(filter(None, map(_objection_to_text, value)), None) if isinstance(value, dict) else None


def _objection_to_text(text: str) -> str | None:
    if "\0" in text:
        return "a text holds the character NUL"
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        return "a text holds half of a surrogate pair"
    return None


def _children(value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict):
        return value.items()
    return ((str(number), child) for number, child in enumerate(value)) if isinstance(value, list) else ()


def _refusal(why: str, place: tuple[str, ...] = _WHOLE) -> CallerError:
    field = ".".join(name[:_SHOWN] for name in place)
    return CallerError(f"the body is not clear JSON: {why}", hint=_HINT, field=field)
