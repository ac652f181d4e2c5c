"""Policy files with one thing wrong: generated from the default pack, field by field, the same each time.

Each class of mutation says by itself why what it makes is no policy: a field that no model has, a value of another
type, a document cut off inside of a list. What the loader thinks of it is not asked here.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from tests.faults.hostile.attack import Attack
from tests.faults.hostile.pack_fields import WrittenField, fields_of, yaml_files
from tests.faults.hostile.wrong_values import WRONG_VALUES

PACK: Final = Path(__file__).parents[3] / "policies"
SEED: Final = 20261122
OF_EACH: Final = 10
"""Mutations of each class that can strike any field."""

Mutate = Callable[[WrittenField], Attack]


def mutations() -> tuple[Attack, ...]:
    """All of them, each struck by one mutation."""
    files = yaml_files(PACK)
    fields = [field for path, text in files.items() for field in fields_of(path, text)]
    chance = random.Random(SEED)  # noqa: S311 -- the same corpus each time is what is wanted
    anywhere = (
        (_misspelt, fields),
        (_written_twice, fields),
        (_left_out, [field for field in fields if field.info.is_required() and not _in_flow(field)]),
        (_of_another_type, fields),
        (_emptied, [field for field in fields if not field.takes_null]),
        (_anchored, [field for field in fields if not field.is_block]),
        (_tagged, [field for field in fields if not field.is_block]),
        (_indented, [field for field in fields if _follows_a_text(field)]),
        (_indented_by_a_tab, [field for field in fields if _follows_a_text(field)]),
        (_cut_off, [field for field in fields if field.is_collection and not field.is_block]),
        (_not_utf8, fields),
    )
    struck = [mutate(field) for mutate, candidates in anywhere for field in _some(candidates, chance)]
    return (*struck, *_of_no_kind(fields), *_named_twice(files, fields), *_missing_files(), *_wrong_values(fields))


def _some(fields: Iterable[WrittenField], chance: random.Random) -> list[WrittenField]:
    """A few that are as different as can be: of each kind and place the same chance, of its many writings one."""
    by_place: dict[tuple[str, ...], list[WrittenField]] = {}
    for field in fields:
        if field.place != ("kind",):
            pattern = ("*" if isinstance(part, int) else part for part in field.place)
            by_place.setdefault((field.kind, *pattern), []).append(field)
    places = chance.sample(sorted(by_place), min(OF_EACH, len(by_place)))
    return [chance.choice(by_place[place]) for place in places]


def _attack(what: str, field: WrittenField, text: str | bytes, says: str, *, line: int = -1, name: str = "") -> Attack:
    """At the field's own line and by its own name, unless others are given."""
    title = f"{field.path}:{field.line} {field.name} {what}"
    return Attack.by_files(title, {field.path: text}, says, line=field.line if line < 0 else line, field=name)


def _misspelt(field: WrittenField) -> Attack:
    """No model has a field of that name."""
    wrong = f"{field.key.value}z"
    name = ".".join(str(part) for part in (*field.place[:-1], wrong))
    return _attack("misspelt", field, field.with_key(wrong), "is not a field of", name=name)


def _written_twice(field: WrittenField) -> Attack:
    """Which of the two holds, nobody can say."""
    key, in_flow = field.key.value, _in_flow(field)
    again = f"{key}: 1, " if in_flow else f"{key}: 1\n{' ' * field.key.start_mark.column}"
    text, line = field.before_key(again), field.line + (not in_flow)
    return _attack("written twice", field, text, "written twice", line=line, name=field.name)


def _left_out(field: WrittenField) -> Attack:
    """Its model requires it."""
    return _attack("left out", field, field.without(), "Field required", line=0, name=field.name)


def _of_another_type(field: WrittenField) -> Attack:
    """A word is no list and no mapping; a mapping is nothing that fits on a line."""
    wrong = "many" if field.is_collection else "{x: y}"
    return _attack("of another type", field, field.with_value(wrong), "", name=field.name)


def _emptied(field: WrittenField) -> Attack:
    """Its model takes no null."""
    return _attack("emptied", field, field.with_value("~"), "", name=field.name)


def _anchored(field: WrittenField) -> Attack:
    return _attack("anchored", field, field.before_value("&a "), "the anchor &a is not allowed", name=field.name)


def _tagged(field: WrittenField) -> Attack:
    return _attack("tagged", field, field.before_value("!!set "), "is not allowed", name=field.name)


def _indented(field: WrittenField) -> Attack:
    """A name with a colon cannot go on with the text on the line before."""
    return _attack("indented", field, field.before_key(" "), "not valid YAML")


def _indented_by_a_tab(field: WrittenField) -> Attack:
    return _attack("indented by a tabulator", field, field.before_key("\t"), "not valid YAML")


def _cut_off(field: WrittenField) -> Attack:
    """A list or mapping on one line that never ends."""
    text = field.text[: field.value.start_mark.index + 1]
    return _attack("cut off", field, text, "not valid YAML", line=0)


def _not_utf8(field: WrittenField) -> Attack:
    """One bit of one letter is flipped, and no letter begins with it."""
    content = bytearray(field.text.encode())
    at = len(field.text[: field.key.start_mark.index].encode())
    content[at] |= 0x80
    return _attack("with one bit flipped", field, bytes(content), "is not UTF-8")


def _of_no_kind(fields: Sequence[WrittenField]) -> Iterator[Attack]:
    """Each kind misspelt once: the gate knows what was meant."""
    for kind, field in _first_of_each_kind(fields).items():
        text = field.with_value(f"{kind}z")
        yield _attack("of no kind", field, text, f"'{kind}z' is no kind of document; did you mean {kind}", name="kind")


def _named_twice(files: Mapping[str, str], fields: Sequence[WrittenField]) -> Iterator[Attack]:
    """Each kind but cases, of which there may be any number, written a second time."""
    for kind, field in _first_of_each_kind(fields).items():
        if kind != "Cases":
            again = {"zz.yaml": files[field.path]}
            yield Attack.by_files(f"a second {kind}", again, f"a second {kind}", field="name")


def _missing_files() -> Iterator[Attack]:
    for file, kind in (("gate.yaml", "Gate"), ("process.yaml", "Process"), ("risk.yaml", "Risk")):
        yield Attack.by_files(f"{file} missing", {file: None}, f"there is no document of kind {kind}", "")
    yield Attack.by_files(
        "objectives.yaml missing", {"objectives.yaml": None}, "no objective is called", "services/search.yaml"
    )
    yield Attack.by_files("groups.yaml missing", {"groups.yaml": None}, "no group is called", "services/search.yaml")
    for step in ("freeze", "evidence", "peer_review", "segregation_of_duties"):
        gone = {f"rego/steps/{step}.rego": None, f"rego/steps/{step}_test.rego": None}
        present = {name: None for name in gone if (PACK / name).exists()}
        says = f"no step is called '{step}'"
        yield Attack.by_files(f"the rule of {step} missing", present, says, "process.yaml")


def _wrong_values(fields: Sequence[WrittenField]) -> Iterator[Attack]:
    """Out of range, out of reach, or the name of nothing: each in the first field of that place."""
    for kind, place, value, says, inside in WRONG_VALUES:
        field = next(field for field in fields if field.kind == kind and fnmatchcase(field.name, place))
        name = f"{field.name}.{inside}" if inside else field.name
        line = field.value.start_mark.line + 1 if inside else field.line
        yield _attack(f"is {value[:30]}", field, field.with_value(value), says, line=line, name=name)


def _first_of_each_kind(fields: Sequence[WrittenField]) -> Mapping[str, WrittenField]:
    return {field.kind: field for field in reversed(fields) if field.place == ("kind",)}


def _in_flow(field: WrittenField) -> bool:
    """Whether it stands inside of braces."""
    line = field.text.splitlines()[field.line - 1]
    return "{" in line[: field.key.start_mark.column]


def _follows_a_text(field: WrittenField) -> bool:
    """Whether the line before writes plain text for a field of the same depth."""
    lines, column = field.text.splitlines(), field.key.start_mark.column
    if field.line == 1 or _in_flow(field) or lines[field.line - 1][:column].strip():
        return False
    before = lines[field.line - 2]
    name, _, value = before.partition(": ")
    return len(name) - len(name.lstrip()) == column and value[:1].isalpha() and "#" not in before
