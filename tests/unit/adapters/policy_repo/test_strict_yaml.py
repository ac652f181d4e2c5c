"""What strict YAML takes for what, where it says that things are, and what it refuses."""

import json
import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gate.adapters.policy_repo.strict_text import FORBIDDEN, MAX_FILE_BYTES
from gate.adapters.policy_repo.strict_yaml import MAX_DOCUMENTS, MAX_EVENTS, MAX_FINDINGS, read_documents
from gate.domain.document import Document
from gate.domain.finding import Finding


def fields_of(text: str) -> dict[str, Any]:
    """The fields of the only document."""
    documents, findings = read_documents("x.yaml", text.encode())
    assert findings == ()
    [document] = documents
    return dict(document.fields)


def finding_of(content: str | bytes) -> Finding:
    """The only finding."""
    documents, findings = read_documents("x.yaml", content.encode() if isinstance(content, str) else content)
    assert documents == ()
    [finding] = findings
    assert finding.path == "x.yaml"
    assert finding.hint
    return finding


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("7", 7),
        ("-12", -12),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
    ],
)
def test_plain_words_and_whole_numbers_are_values(written: str, value: object) -> None:
    read = fields_of(f"a: {written}\n")["a"]

    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    "written",
    [
        *("no", "No", "yes", "on", "off", "y", "True", "TRUE", "Null", "NULL"),
        *("22:30", "06:00", "1:2:3", "2026-12-01", "2026-12-01T08:00", "2026-12-01T08:00:00Z"),
        *("0123456", "00", "-0", "+1", "1_000", "0x10", "0o7", "0b1", "1.5", "1e3", ".inf", ".nan", "-x", "=", "<<"),
        *("9223372036854775808", "-9223372036854775809", "1" * 5000, "\uff11\uff12"),
    ],
)
def test_everything_else_stays_the_text_that_was_written(written: str) -> None:
    assert fields_of(f"a: {written}\n")["a"] == written


@pytest.mark.parametrize("quoted", ["'true'", '"7"', "'~'", '"null"', "''", '""', "|-\n  7", ">-\n  true"])
def test_quoted_and_block_text_is_text(quoted: str) -> None:
    assert isinstance(fields_of(f"a: {quoted}\n")["a"], str)


def test_collections_nest() -> None:
    text = "a:\n  - b: [1, {c: d}]\n    e: |\n      f\n      g\n  - - h\n"

    assert fields_of(text) == {"a": [{"b": [1, {"c": "d"}], "e": "f\ng\n"}, ["h"]]}


def test_every_field_knows_its_line() -> None:
    text = "# comment\nkind: Process\nsteps:\n\n  freeze:\n    bypass: {by: x,\n      why: y}\nlist:\n  - 1\n  - a: b\n"
    [document], _ = read_documents("p.yaml", text.encode())

    assert document.kind == "Process"
    assert document.lines == {
        (): 2,
        ("kind",): 2,
        ("steps",): 3,
        ("steps", "freeze"): 5,
        ("steps", "freeze", "bypass"): 6,
        ("steps", "freeze", "bypass", "by"): 6,
        ("steps", "freeze", "bypass", "why"): 7,
        ("list",): 8,
        ("list", 0): 9,
        ("list", 1): 10,
        ("list", 1, "a"): 10,
    }


def test_several_documents_share_a_file_and_keep_their_own_lines() -> None:
    documents, findings = read_documents("x.yaml", b"kind: A\n---\nkind: B\nname: b\n---\n# nothing\n---\nkind: C\n")

    assert findings == ()
    assert [(d.kind, d.line_of(("kind",))) for d in documents] == [("A", 1), ("B", 3), ("C", 8)]


@pytest.mark.parametrize("content", [b"", b"\n", b"# only a comment\n", b"---\n", b"---\n---\n...\n", b"null\n"])
def test_nothing_written_is_no_document(content: bytes) -> None:
    assert read_documents("x.yaml", content) == ((), ())


def test_windows_line_ends_count_as_one_line() -> None:
    [document], _ = read_documents("x.yaml", b"a: 1\r\nb: 2\r\n")

    assert document.lines[("b",)] == 2


@pytest.mark.parametrize(
    ("text", "line", "field", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "a", "written twice, first on line 1"),
        ("a:\n  b: 1\n  'b': 2\n", 3, "a.b", "written twice, first on line 2"),
        ("a: {b: 1, b: 2}\n", 1, "a.b", "written twice"),
        ("a: 1\n1: x\n", 2, "", "1 is not text"),
        ("true: x\n", 1, "", "true is not text"),
        ("~: x\n", 1, "", "~ is not text"),
        ("? \n: x\n", 1, "", "nothing is not text"),
        ("[a, b]: x\n", 1, "", "a collection is not text"),
        ("? {a: b}\n: x\n", 1, "", "a collection is not text"),
        ("a: &x 1\n", 1, "a", "the anchor &x is not allowed"),
        ("a:\n- *x\n", 2, "a.0", "the alias *x is not allowed"),
        ("a: !!str 1\n", 1, "a", "the tag tag:yaml.org,2002:str is not allowed"),
        ("a: ! 1\n", 1, "a", "the tag ! is not allowed"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, "a", "is not allowed"),
        ("%YAML 1.1\n---\na: 1\n", 1, "", "begins with % is not allowed"),
        ("%TAG ! tag:x,2000:\n--- !a\nb: 1\n", 1, "", "begins with % is not allowed"),
        ("- a\n- b\n", 1, "", "must be a mapping"),
        ("just text\n", 1, "", "must be a mapping"),
        ("a: 1\n---\n\n7\n", 4, "", "must be a mapping"),
        ("a: [1\nb: 2\n", 2, "", "not valid YAML"),
        ("a: b: c\n", 1, "", "not valid YAML: mapping values are not allowed"),
        ("a:\n\t- b\n", 2, "", "not valid YAML"),
        ("a: 'b\n", 2, "", "not valid YAML"),
        ("a: @b\n", 1, "", "not valid YAML"),
        ('a: "\\ud800"\n', 1, "", "not valid YAML"),
        ('a: "\\q"\n', 1, "", "not valid YAML"),
        ('a: 1\nb: "x\\0y"\n', 2, "b", "U+0000 is not allowed"),
        ('a: "\\e[2J"\n', 1, "a", "U+001B is not allowed"),
        ('a: "\\u202e"\n', 1, "a", "U+202E is not allowed"),
        ('"\\0": 1\n', 1, "(name)", "U+0000 is not allowed"),
        ("a: \ufeffb\n", 1, "", "U+FEFF is not allowed"),
        ("\ufeffa: b\n", 1, "", "U+FEFF is not allowed"),
        ("a: 1\nb: \u202eb\n", 2, "", "U+202E is not allowed"),
        ("a: b\u2028c\n", 1, "", "U+2028 is not allowed"),
        ("a: b\x85c\n", 1, "", "U+0085 is not allowed"),
        ("# a\rb: c\n", 1, "", "U+000D is not allowed"),
        ("a: \x07\n", 1, "", "U+0007 is not allowed"),
        ("a: b\x00\n", 1, "", "U+0000 is not allowed"),
    ],
)
def test_what_could_be_misread_is_refused_with_its_place(text: str, line: int, field: str, message: str) -> None:
    finding = finding_of(text)

    assert message in finding.message
    assert (finding.line, finding.field) == (line, field)


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"a: 1\nb: \xff\n", 2, "byte 0xff is not UTF-8"),
        (b"a: \xc0\x80\n", 1, "byte 0xc0 is not UTF-8"),
        (b"a: \xed\xa0\x80\n", 1, "byte 0xed is not UTF-8"),
        (b"\xff\xfea\x00", 1, "byte 0xff is not UTF-8"),
        (b"a: " + b"x" * MAX_FILE_BYTES, 0, "larger than 256 KiB"),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_their_line(content: bytes, line: int, message: str) -> None:
    finding = finding_of(content)

    assert message in finding.message
    assert finding.line == line


def test_all_that_leaves_the_rest_readable_is_found_at_once() -> None:
    _, findings = read_documents("x.yaml", b"a: 1\na: 2\nb: *x\n---\nc: &y 1\n2: 3\n")

    assert [finding.line for finding in findings] == [2, 3, 5, 6]


def test_a_file_that_is_nothing_but_faults_ends_the_reading() -> None:
    _, findings = read_documents("x.yaml", b"a: 1\n" * 10_000)

    assert len(findings) == MAX_FINDINGS


BOMBS = {
    "brackets": b"[" * 30_000,
    "brackets to the limit": b"[" * MAX_FILE_BYTES,
    "braces": b"{a: " * 30_000,
    "dashes": b"- " * 100_000,
    "question marks": b"? " * 100_000,
    "indentation": b"".join(b" " * i + b"a:\n" for i in range(700)),
    "aliases": b"a: &a [x,x]\nb: &b [*a,*a]\n" + b"c: [" + b"*b," * 20_000 + b"]\n",
    "anchors": b"&a " * 80_000,
    "tags": b"!a " * 80_000,
    "directives": b"".join(b"%%TAG !a%d! b\n" % i for i in range(13_000)) + b"--- a\n",
    "fields": b"".join(b"k%d: v\n" % i for i in range(25_000)),
    "items": b"a: [" + b"x," * 100_000 + b"]",
    "documents": b"---\n" * 60_000,
    "documents with fields": b"--- {a: 1}\n" * 20_000,
    "an open quote": b'a: "' + b"\\n" * 120_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_a_finding(name: str) -> None:
    documents, findings = read_documents("x.yaml", BOMBS[name])

    assert documents == ()
    assert 0 < len(findings) <= MAX_FINDINGS


def test_the_limits_themselves_are_allowed() -> None:
    pairs = (MAX_EVENTS - 3) // 2
    assert len(fields_of("".join(f"k{i}: v\n" for i in range(pairs)))) == pairs
    assert fields_of("a: " + "[" * 31 + "]" * 31)
    documents, _ = read_documents("x.yaml", b"--- {a: 1}\n" * MAX_DOCUMENTS)
    assert len(documents) == MAX_DOCUMENTS


def test_one_level_deeper_than_allowed_is_refused() -> None:
    assert "nested deeper than 32" in finding_of("a: " + "[" * 32 + "]" * 32).message


@settings(deadline=timedelta(seconds=5), max_examples=300)
@given(st.binary(max_size=400))
@example(b"a: " + b"[" * 1000)
@example(b"\x00\xff\xfe")
def test_no_bytes_break_the_reader(content: bytes) -> None:
    _consistent(*read_documents("x.yaml", content))


@settings(deadline=timedelta(seconds=5), max_examples=300)
@given(
    st.lists(st.sampled_from([*" \n-:?[]{},&*!|>'\"%@`#~", "\n  ", "a", "b: ", "- ", "---\n", "<<", "1", "\\", "\t"]))
)
def test_no_text_of_yaml_s_own_signs_breaks_the_reader(pieces: list[str]) -> None:
    _consistent(*read_documents("x.yaml", "".join(pieces).encode()))


@settings(deadline=timedelta(seconds=5), max_examples=100)
@given(st.integers(min_value=0), st.sampled_from(sorted(BOMBS)))
def test_no_mutation_of_a_bomb_breaks_the_reader(seed: int, name: str) -> None:
    chance = random.Random(seed)  # noqa: S311 -- repeatable mutation, no secret
    content = bytearray(BOMBS[name])
    for _ in range(20):
        content[chance.randrange(len(content))] = chance.choice(b"\n :-[]{}&*!%'\"|>,?a\xff")

    _consistent(*read_documents("x.yaml", bytes(content)))


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20).filter(
    lambda text: not FORBIDDEN.search(text) and "\r" not in text
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=60)
@given(st.dictionaries(_TEXT, _VALUES, min_size=1, max_size=5))
def test_json_reads_as_itself(fields: dict[str, Any]) -> None:
    assert fields_of(json.dumps(fields, ensure_ascii=False)) == fields


def _consistent(documents: tuple[Document, ...], findings: tuple[Finding, ...]) -> None:
    assert not (documents and findings)
    assert len(findings) <= MAX_FINDINGS
    for document in documents:
        assert set(document.fields) == {place[0] for place in document.lines if len(place) == 1}
        assert all(line > 0 for line in document.lines.values())
