"""A body says one thing to everybody who reads it, or it is refused: nothing in between, and never a crash."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gate.domain.errors import CallerError
from gate.interfaces.http.strict_json import DEPTH, NAMES, VALUES, loads


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, -2.5, true, null, "é"]}', {"a": [1, -2.5, True, None, "é"]}),
        ("0", 0),
        ("[3.0, 1e2, -0.0]", [3, 100, 0]),
        (" [ ] ", []),
        (str(2**63 - 1), 2**63 - 1),
        (str(-(2**63)), -(2**63)),
        ("1.7976931348623157e308", 1.7976931348623157e308),
        (r'"\ud83d\ude00"', "😀"),
        ('{"a": {"a": 1}}', {"a": {"a": 1}}),
        ("[" * DEPTH + "]" * DEPTH, None),
        (json.dumps([f"{number}, " * 40 for number in range(VALUES - 1)]), None),
        (json.dumps(dict.fromkeys(map(str, range(NAMES)), 'a,"b\\",')), None),
    ],
)
def test_clear_json_is_read(text: str, value: Any) -> None:
    assert loads(text.encode()) == (json.loads(text) if value is None else value)


@pytest.mark.parametrize(
    ("text", "why", "field"),
    [
        (b"", "line 1 column 1", ""),
        (b'{"a": 1,\n "b" 2}', "line 2 column 6", ""),
        (b"{} {}", "Extra data", ""),
        (b"{'a': 1}", "double quotes", ""),
        (b'{"a": 1, "a": 1}', "the name 'a' is there twice", ""),
        (b'{"x": {"a": 1, "\\u0061": 2}}', "the name 'a' is there twice", "x"),
        (b'{"x": [1, NaN]}', "NaN is no number", "x.1"),
        (b"[-Infinity]", "-Infinity is no number", "0"),
        (b'{"size": {"files": 1e400}}', "does not fit into 64 bits", "size.files"),
        (b'{"n": -1e400}', "does not fit into 64 bits", "n"),
        (b'{"n": 9223372036854775808}', "does not fit into 64 bits", "n"),
        (b'{"n": -9223372036854775809}', "does not fit into 64 bits", "n"),
        (b'{"n": ' + b"9" * 100_000 + b"}", "does not fit into 64 bits", "n"),
        (b'{"paths": ["a", "\\u0000"]}', "the character NUL", "paths.1"),
        (b'{"\\u0000": 1}', "the character NUL", ""),
        (b'{"x": "\\ud800"}', "half of a surrogate pair", "x"),
        (b'{"\\udfff": 1}', "half of a surrogate pair", ""),
        (b'"\xff"', "byte 1 is not UTF-8", ""),
        (b'"\xed\xa0\x80"', "byte 1 is not UTF-8", ""),
        (b"\xef\xbb\xbf{}", "line 1 column 1", ""),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8", ""),
        (b'"\x00"', "Invalid control character", ""),
        (b'"a', "Unterminated string", ""),
        (b"[" * (DEPTH + 1) + b"]" * (DEPTH + 1), "nested more than", ".".join("0" * DEPTH)),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "nested more than", ".".join("a" * DEPTH)),
        (b"[" * 500_000, "nested more than", ""),
        (b'{"a":' * 150_000, "nested more than", ""),
        (b"[" + b"1," * VALUES + b"1]", "holds more than", ""),
        (b"[" + b"[1,1,1]," * (VALUES // 3) + b"1]", "holds more than", ""),
        (b'["a' + b'",",\\",' * 333_000, "holds more than", ""),
        (
            b'{"o": {' + b",".join(b'"%d": 1' % number for number in range(NAMES + 1)) + b"}}",
            "more than 200 names",
            "o",
        ),
    ],
    ids=lambda given: repr(given)[:30],
)
def test_unclear_json_is_refused_with_its_place(text: bytes, why: str, field: str) -> None:
    with pytest.raises(CallerError) as refused:
        loads(text)
    assert why in refused.value.message
    assert refused.value.field == field
    assert refused.value.hint


def test_a_refusal_repeats_little_of_what_was_sent() -> None:
    name = "n" * 100_000
    for text in (f'{{"{name}": 1, "{name}": 2}}', f'{{"{name}": NaN}}'):
        with pytest.raises(CallerError) as refused:
            loads(text.encode())
        assert len(refused.value.message) + len(refused.value.field) < 300


FRAGMENTS = st.sampled_from(
    [
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b",",
        b'"',
        b'"a"',
        b"1",
        b"-",
        b"1e999",
        b"9" * 30,
        b"NaN",
        b"\\u0000",
        b"\\ud800",
        b"\xff",
    ]
)


@given(st.one_of(st.binary(max_size=200), st.lists(FRAGMENTS, max_size=40).map(b"".join)))
@example(b'{"": ""}')
def test_whatever_arrives_is_a_value_or_a_refusal(text: bytes) -> None:
    try:
        value = loads(text)
    except CallerError as refused:
        (refused.message + refused.field).encode()
    else:
        assert json.loads(text) == value
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


PLAIN = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=10)
VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | PLAIN,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(PLAIN, inner, max_size=5),
    max_leaves=20,
)


@given(VALUE)
def test_whatever_can_be_said_clearly_is_understood(value: Any) -> None:
    assert loads(json.dumps(value).encode()) == value
    assert loads(json.dumps(value, ensure_ascii=False).encode()) == value
