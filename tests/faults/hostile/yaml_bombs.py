"""Hostile YAML: small texts that grow, nest or multiply when they are read, and values that no field can hold."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from tests.faults.hostile.attack import Attack

_GATE: Final = "kind: Gate\nformat: 1\nenvironments: {production: {}}\n"
_SERVICE: Final = "kind: Service\nname: {name}\nowners: payers\ntier: 1\nobjective: revenue\n"


def _documents(texts: Iterator[str]) -> str:
    return "---\n".join(texts)


def _alias_bomb() -> str:
    names = "abcdefghi"
    return "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join(f'*{before}' for _ in range(9))}]\n" for before, name in pairwise(names)
    )


def _values(files: int) -> dict[str, str]:
    """Each of a quarter megabyte, every value of two bytes."""
    members = ",".join(["a"] * 18_000)
    return {
        f"groups.d/{file:03}.yaml": _documents(
            f"kind: Group\nname: g{file}.{i}\nmembers: [{members}]\n" for i in range(6)
        )
        for file in range(files)
    }


def _everybody_leans_on_everybody(services: int) -> dict[str, str]:
    names = [f"s{i}" for i in range(services)]
    edges = ",".join(names)
    texts = [_SERVICE.format(name=name) + f"depends_on: [{edges}]\n" for name in names]
    return {f"services/{at:05}.yaml": _documents(iter(texts[at : at + 40])) for at in range(0, services, 40)}


def _case(number: int) -> str:
    commit = "4f0c" * 10
    request = f"{{service: payments, environment: production, commit: {commit}}}"
    return f"  - {{note: n{number}, at: 2026-11-02T10:00:00Z, request: {request}, expect: {{outcome: approved}}}}\n"


def _cases(rows: int, in_a_file: int = 400) -> dict[str, str]:
    return {
        f"cases/{at:06}.yaml": "kind: Cases\ncases:\n" + "".join(_case(row) for row in range(at, at + in_a_file))
        for at in range(0, rows, in_a_file)
    }


_ALLOWED: Final = "is not allowed"
_SYNTAX: Final = (
    Attack.by_files("an alias bomb", {"a.yaml": _alias_bomb()}, "the anchor &a is not allowed", line=1, field="a"),
    Attack.by_files(
        "an alias to itself", {"a.yaml": "kind: &x [*x]\n"}, "the anchor &x is not allowed", line=1, field="kind"
    ),
    Attack.by_files("200 thousand brackets", {"a.yaml": "a: " + "[" * 200_000}, "nested deeper than 32", line=1),
    Attack.by_files("200 thousand braces", {"a.yaml": "{a: " * 50_000}, "nested deeper than 32", line=1),
    Attack.by_files("lists nested by indentation", {"a.yaml": "- " * 100_000}, "nested deeper than 32", line=1),
    Attack.by_files("a question mark for every key", {"a.yaml": "? " * 100_000}, "nested deeper than 32", line=1),
    Attack.by_files(
        "20 thousand values in a document", {"a.yaml": "a: [" + "1," * 25_000 + "]\n"}, "more than 20000 values", line=1
    ),
    Attack.by_files("documents without end", {"a.yaml": "---\na: 1\n" * 2_000}, "more than 1000 documents", line=2_001),
    Attack.by_files(
        "tags that spell an address", {"a.yaml": "%TAG ! tag:x,2026:\n" * 9_000 + "--- 1\n"}, "begins with %", line=1
    ),
    Attack.by_files(
        "a tag that runs a command",
        {"a.yaml": 'a: !!python/object/apply:os.system ["touch mark"]\n'},
        "python/object/apply",
        line=1,
        field="a",
    ),
    Attack.by_files(
        "a tag that reads a file",
        {"a.yaml": "kind: !include /etc/passwd\n"},
        "the tag !include is not allowed",
        line=1,
        field="kind",
    ),
    Attack.by_files(
        "a merged mapping", {"a.yaml": _GATE + "<<: {staleness: P300D}\n"}, "is not a field of Gate", line=4, field="<<"
    ),
    Attack.by_files(
        "the same key twice",
        {"a.yaml": "kind: Group\nname: a\nname: b\nmembers: []\n"},
        "written twice",
        line=3,
        field="name",
    ),
    Attack.by_files("a key that is a list", {"a.yaml": "? [a, b]\n: 1\n"}, "names no field", line=1),
    Attack.by_files("text in another encoding", {"a.yaml": b"kind: Group\nname: caf\xe9\n"}, "is not UTF-8", line=2),
    Attack.by_files("overlong UTF-8", {"a.yaml": b"kind: Group\nname: \xc0\xaf\n"}, "is not UTF-8", line=2),
    Attack.by_files("a NUL", {"a.yaml": b"kind: Group\nname: a\x00b\n"}, "U+0000 is not allowed", line=2),
    Attack.by_files(
        "a NUL behind an escape",
        {"a.yaml": 'kind: Group\nname: "a\\0b"\n'},
        "U+0000 is not allowed",
        line=2,
        field="name",
    ),
    Attack.by_files(
        "text that reads backwards", {"a.yaml": "kind: Group # \u202e eveille\n"}, "U+202E is not allowed", line=1
    ),
    Attack.by_files(
        "a byte order mark in the middle", {"a.yaml": "kind: Group\n\ufeffname: a\n"}, "U+FEFF is not allowed", line=2
    ),
    Attack.by_files("another line end", {"a.yaml": "kind: Group\u2028name: a\n"}, "U+2028 is not allowed", line=1),
)

_VALUES: Final = (
    Attack.by_files(
        "a text of a quarter megabyte as a kind",
        {"a.yaml": "kind: " + "K" * 250_000},
        "is no kind",
        line=1,
        field="kind",
    ),
    Attack.by_files(
        "a text of a quarter megabyte as a name",
        {"a.yaml": f"kind: Group\nname: {'n' * 250_000}\nmembers: []\n"},
        "should match pattern",
        line=2,
        field="name",
    ),
    Attack.by_files(
        "a field of a thousand letters",
        {"a.yaml": f"kind: Group\nname: a\nmembers: []\n{'f' * 1_000}: 1\n"},
        "is not a field of Group",
        line=4,
    ),
    Attack.by_files(
        "a number beyond 64 bits",
        {"gate.yaml": _GATE.replace("1", str(2**63))},
        "Input should be 1",
        line=2,
        field="format",
    ),
    Attack.by_files(
        "a number of 5000 digits",
        {"gate.yaml": _GATE.replace("1", "9" * 5_000)},
        "Input should be 1",
        line=2,
        field="format",
    ),
    Attack.by_files(
        "points beyond 64 bits",
        {"risk.yaml": f"kind: Risk\nfactors: {{tier: {{'1': {2**63}}}}}\nthresholds: {{}}\n"},
        "less than or equal to 1000000",
        line=2,
        field="factors.tier.1",
    ),
    Attack.by_files(
        "a threshold below nothing",
        {"risk.yaml": "kind: Risk\nfactors: {}\nthresholds: {medium: -1}\n"},
        "greater than or equal to 0",
        line=3,
        field="thresholds.medium",
    ),
    Attack.by_files(
        "a duration that overflows",
        {"gate.yaml": _GATE + "staleness: P99999999999D\n"},
        "too large",
        line=4,
        field="staleness",
    ),
    Attack.by_files(
        "a duration of a thousand years",
        {"gate.yaml": _GATE + "staleness: P365000D\n"},
        "at most 366 days",
        line=4,
        field="staleness",
    ),
    Attack.by_files(
        "a duration below nothing",
        {"gate.yaml": _GATE + "pass_lifetime: -PT15M\n"},
        "must be a length of time",
        line=4,
        field="pass_lifetime",
    ),
)

_MULTITUDES: Final = (
    Attack.by_files("a file of 300 kB", {"a.yaml": "# " + "x" * 300_000}, "bytes large; 262144 are allowed"),
    Attack.by_files(
        "files of 34 MB in all",
        {f"f{i}.yaml": f"# {i}\n" + "#" * 260_000 for i in range(132)},
        "over 33554432 bytes",
        "f99.yaml",
    ),
    Attack.by_files("more values than memory should hold", _values(5), "over 500000 values", "groups.d/004.yaml"),
    Attack.by_files(
        "seven hundred services, each of which leans on all",
        _everybody_leans_on_everybody(720),
        "over 500000 values",
        "services/00680.yaml",
    ),
    Attack.by_files("a hundred thousand cases", _cases(100_000, in_a_file=100_000), "bytes large; 262144 are allowed"),
    Attack.by_files("a few thousand cases too many", _cases(6_000), "more than 5000 cases", "cases/004800.yaml"),
    Attack.by_files(
        "ten thousand references that lead nowhere",
        {
            "services/a.yaml": _documents(
                _SERVICE.format(name=f"s{i}") + f"depends_on: [{','.join(f'paymentz{j}' for j in range(1_000))}]\n"
                for i in range(10)
            )
        },
        "no service is called 'paymentz0'; did you mean payments?",
        line=6,
        field="depends_on.0",
    ),
    Attack.by_files(
        "a thousand faulty zones",
        {
            "services/a.yaml": _documents(
                _SERVICE.format(name=f"s{i}") + "timezone: Europe/Amsterdan\n" for i in range(900)
            )
        },
        "is not an IANA time zone; did you mean",
        line=6,
        field="timezone",
    ),
    Attack.by_files(
        "two services of one name",
        {"services/second.yaml": _SERVICE.format(name="payments")},
        "a second Service called 'payments'",
        line=2,
        field="name",
    ),
)

ATTACKS: Final = (*_SYNTAX, *_VALUES, *_MULTITUDES)
