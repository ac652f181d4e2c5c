"""What a policy engine loads: the Rego modules of a revision and the small documents they look up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TEST_SUFFIX = "_test.rego"


@dataclass(frozen=True, slots=True)
class Bundle:
    """The Rego of one policy revision (path → source) and its `data.policy`.

    What grows with the organisation (services, windows, bypasses, past changes) is deliberately absent from `data`:
    it reaches Rego only through the facts, already selected, so that a decision costs the same in a large house.
    """

    revision: str
    modules: Mapping[str, str]
    data: Mapping[str, Any]

    def without_tests(self) -> "Bundle":
        """What a serving engine needs."""
        modules = {path: source for path, source in self.modules.items() if not path.endswith(TEST_SUFFIX)}
        return Bundle(self.revision, modules, self.data)
