"""Hostile file names: that read as something else, collide, pose as git's own or look like an option."""

from typing import Final

from tests.faults.hostile.attack import Attack

_GROUP: Final = "kind: Group\nname: others\nmembers: [eve]\n"
_CHARACTERS: Final = "has a name with characters that are not allowed"
_TWIN: Final = "only in case or accents"
_GIT: Final = "poses as git's own"


def _named(what: str, name: str, says: str, shown: str = "") -> Attack:
    return Attack.by_files(what, {name: _GROUP}, says, shown or name)


_WEIRD: Final = "\N{REPLACEMENT CHARACTER}"

ATTACKS: Final = (
    _named("a name with a carriage return", "a\r.yaml", _CHARACTERS, f"a{_WEIRD}.yaml"),
    _named("a name with a line end", "a\nb.yaml", _CHARACTERS, f"a{_WEIRD}b.yaml"),
    _named("a name with a tabulator", "a\tb.yaml", _CHARACTERS, f"a{_WEIRD}b.yaml"),
    _named(
        "a name that steers a terminal",
        "\x1b[2J\x1b]0;x\x07.yaml",
        _CHARACTERS,
        f"{_WEIRD}[2J{_WEIRD}]0;x{_WEIRD}.yaml",
    ),
    _named("a name that reads backwards", "\u202elmay.x.yaml", _CHARACTERS, f"{_WEIRD}lmay.x.yaml"),
    _named("a name with a backslash", "..\\..\\outside.yaml", _CHARACTERS, f"..{_WEIRD}..{_WEIRD}outside.yaml"),
    _named("a folder that hides as .git by a character of no width", ".g\u200bit/config", _GIT),
    _named("a folder that begins as .git", ".gitevil/config", _GIT),
    _named("a policy file in another case", "Services/payments.yaml", _TWIN, "services/payments.yaml"),
    _named("a file in another case than its twin", "GATE.yaml", _TWIN, "gate.yaml"),
    Attack.by_files(
        "names that differ in the form of an accent",
        {"caf\u00e9.yaml": _GROUP, "cafe\u0301.yaml": _GROUP},
        _TWIN,
        "caf\u00e9.yaml",
    ),
    _named("a path of 13 folders", "/".join(["d"] * 13) + ".yaml", "has a path longer than"),
    _named(
        "a path of 600 bytes",
        "/".join(["d" * 150] * 4) + ".yaml",
        "has a path longer than",
        ("d" * 150 + "/") * 2 + "d" * 98,
    ),
    Attack.by_files(
        "a name that is an option of git", {"--upload-pack=touch mark;.yaml": "kind: Broken\n"}, "'Broken' is no kind"
    ),
    Attack.by_files("a folder that is an option of git", {"-c/core.fsmonitor=x.yaml": "kind: Broken\n"}, "is no kind"),
    Attack.by_files("a name that a shell would run", {"$(touch mark).yaml": "kind: Broken\n"}, "is no kind"),
    Attack.by_files("a name of pathspec magic", {":(exclude)gate.yaml": "kind: Broken\n"}, "is no kind"),
    Attack.by_files(
        "Rego where no rule is looked for", {"steps/evil.rego": "package gate.steps.evil\n"}, "Rego outside"
    ),
)
