"""What a policy revision must not contain, found in its syntax trees before anything of it is loaded.

Refused are: packages other than `gate` and below, built-ins that are not portable, documents other than `gate` and
`policy`, test files that add to the rules they test, and a revision without `data.gate.assessment`. What OPA's compiler
finds (unsafe variables, types, unknown functions) is found afterwards, when it loads.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from gate.adapters.opa.portable import PORTABLE, REFUSED
from gate.adapters.opa.syntax import Module, Name
from gate.domain.bundle import TEST_SUFFIX, Bundle
from gate.domain.finding import Finding

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OWN_DOCUMENTS: Final = ("gate", "policy")
_ALWAYS_THERE: Final = ("data", "input")
_TODO: Final = "todo_"
_TEST: Final = "test_"
_DEEPEST: Final = 1 + max(name.count(".") for name in REFUSED)
_LONGEST: Final = 200
_MOST_FINDINGS: Final = 50
"""In one module; each is looked for in its source, which takes time."""


@dataclass(frozen=True, slots=True)
class RegoTestRule:
    """A `test_` rule: its name as Rego writes it, and the file in which it is written."""

    name: str
    path: str
    defined: int
    """How many rules have this name: OPA would call them one, and one that holds would hide one that does not."""

    @property
    def is_todo(self) -> bool:
        """Whether its author says that it is not to be run yet."""
        return self.name.rsplit(".", 1)[-1].startswith(_TODO)


def tests_in(modules: Iterable[Module]) -> tuple[RegoTestRule, ...]:
    """Every `test_` and `todo_test_` rule, in any file, sorted."""
    counted = Counter((module.package, rule) for module in modules for rule in module.rules if _is_test(rule))
    homes = {(module.package, rule): module.path for module in modules for rule in module.rules}
    return tuple(
        RegoTestRule(".".join(["data", *package, rule]), homes[package, rule], defined)
        for (package, rule), defined in sorted(counted.items())
    )


def _is_test(rule: str) -> bool:
    return rule.removeprefix(_TODO).startswith(_TEST)


def inspected(bundle: Bundle, modules: Iterable[Module]) -> tuple[Finding, ...]:
    """Everything that makes this revision unfit to be loaded, every kind of it at once."""
    modules = tuple(modules)
    packages = _packages(modules)
    found = [
        finding
        for module in modules
        for finding in islice(
            _Inspection(module, packages[module.package], bundle.modules[module.path]).findings(), _MOST_FINDINGS
        )
    ]
    return (*sorted(found, key=lambda finding: (finding.path, finding.line)), *_missing_assessment(modules))


def _packages(modules: Iterable[Module]) -> Mapping[Name, tuple[Module, ...]]:
    packages: dict[Name, tuple[Module, ...]] = {}
    for module in modules:
        packages[module.package] = (*packages.get(module.package, ()), module)
    return packages


def _missing_assessment(modules: Iterable[Module]) -> Iterator[Finding]:
    for module in modules:
        if module.package == ("gate",) and "assessment" in module.defines and not _is_test_file(module):
            return
    yield Finding(
        message="no rule `assessment` in package `gate`: it is what the gate asks for",
        hint="Define data.gate.assessment; rego/assessment.rego of the default pack shows how.",
    )


def _is_test_file(module: Module) -> bool:
    return module.path.endswith(TEST_SUFFIX)


class _Inspection:
    """One module among the modules of its package (itself included)."""

    def __init__(self, module: Module, package: tuple[Module, ...], source: str) -> None:
        self._module = module
        self._package = package
        self._source = source

    def findings(self) -> Iterator[Finding]:
        yield from self._misplaced()
        yield from self._unportable()
        yield from self._unknown_functions()
        yield from self._foreign_documents()
        yield from self._rules_added_by_a_test()
        yield from self._tests_that_take_arguments()

    def _misplaced(self) -> Iterator[Finding]:
        package = self._module.package
        if package[:1] != ("gate",) or not all(_PLAIN.fullmatch(name) for name in package):
            yield self._finding(
                ("package",),
                f"package {'.'.join(package)} is not the gate's",
                "Use `package gate` or a package below it, such as gate.steps.freeze, of plain names.",
            )

    def _unportable(self) -> Iterator[Finding]:
        # A single word in the place of a value is a variable, whatever it is called.
        # No further than the names that are looked for: a reference may have a hundred thousand parts.
        mentioned = {name[:length] for name in self._module.mentioned for length in range(2, _DEEPEST + 1)}
        for name in sorted(mentioned | self._module.called):
            reason = REFUSED.get(".".join(name))
            if reason:
                yield self._finding(
                    name,
                    f"{'.'.join(name)} {reason}, so the same facts could be judged differently elsewhere or later",
                    "Let the gate gather it as a fact; times are integers in the input.",
                )

    def _unknown_functions(self) -> Iterator[Finding]:
        known = {*_ALWAYS_THERE, *self._module.aliases}.union(*(module.defines for module in self._package))
        for name in sorted(self._module.called):
            dotted = ".".join(name)
            if name and name[0] not in known and dotted not in PORTABLE and dotted not in REFUSED:
                yield self._finding(
                    name,
                    f"{dotted} is neither defined in this package nor a built-in that a policy may use",
                    "Is it misspelt? Import functions of other packages by `import data.gate.…`.",
                )

    def _foreign_documents(self) -> Iterator[Finding]:
        for name in sorted(self._module.mentioned):
            if name[:1] == ("data",) and name[1:2] not in {(own,) for own in _OWN_DOCUMENTS}:
                yield self._finding(
                    name,
                    f"{'.'.join(name)} is not part of the policy",
                    "Only data.gate and data.policy are; name which of them is meant.",
                )

    def _rules_added_by_a_test(self) -> Iterator[Finding]:
        """What was tested must be what is served, and tests are not served."""
        if not _is_test_file(self._module):
            return
        served = {name for module in self._package if not _is_test_file(module) for name in module.defines}
        for name in sorted(served & self._module.defines):
            yield self._finding(
                (name,),
                f"the test adds to rule {name}, which then is not what decides",
                "Rename the rule of the test, or replace the rule with `with` where it is tested.",
            )

    def _tests_that_take_arguments(self) -> Iterator[Finding]:
        for name in sorted(filter(_is_test, self._module.functions)):
            yield self._finding(
                (name,),
                f"{name} takes arguments, so nobody runs it as a test",
                "Give it no arguments, or a name that does not begin with test_.",
            )

    def _finding(self, name: Name, message: str, hint: str) -> Finding:
        return Finding(message=message, path=self._module.path, line=self._line_of(name), hint=hint)

    def _line_of(self, name: Name) -> int:
        """The first line outside of comments that writes the name, for the tree has no lines; 0 if there is none."""
        dotted = ".".join(name)
        if len(dotted) > _LONGEST:
            return 0
        written = re.compile(r"(?<![\w.])" + re.escape(dotted) + r"(?!\w)")
        for number, line in enumerate(self._source.splitlines(), start=1):
            if not line.lstrip().startswith("#") and written.search(line):
                return number
        return 0
