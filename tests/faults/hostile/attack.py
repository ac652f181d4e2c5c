"""What an attack on a gate by way of its policy repository is: how it is laid, and what must be said about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from tests.adapters.policy_repo.conftest import Upstream
from tests.faults.hostile.gate_under_attack import Aftermath
from tests.faults.hostile.surroundings import Surroundings

Lay = Callable[[Upstream, Surroundings], object]
"""Makes the followed branch of a repository hostile."""
Files = Mapping[str, str | bytes | None]


@dataclass(frozen=True, slots=True)
class Attack:
    """One hostile repository. `says` must stand in a finding at `path`, `line` and `field`, as far as these are given;
    or, where no verdict on the revision can be reached, in the gate's trouble."""

    name: str
    lay: Lay
    says: str
    path: str = ""
    line: int = 0
    field: str = ""
    readable: bool = True

    @classmethod
    def by_files(
        cls, name: str, files: Files, says: str, path: str | None = None, line: int = 0, field: str = ""
    ) -> Self:
        """An attack by what stands in ordinary files; the finding is about the first unless another is named."""

        def lay(upstream: Upstream, _: Surroundings) -> None:
            upstream.commit(files)

        return cls(name, lay, says, next(iter(files)) if path is None else path, line, field)

    @classmethod
    def unreadable(cls, name: str, lay: Lay, says: str) -> Self:
        """An attack after which git gives nothing away: no verdict on the revision, and the last one stays."""
        return cls(name, lay, says, readable=False)

    def without_verdict(self) -> Self:
        """The same, where the gate cannot tell whether the policy is at fault or the machine: it tries again later."""
        return replace(self, path="", line=0, field="", readable=False)

    def is_answered_by(self, aftermath: Aftermath) -> bool:
        """Whether what is said is what must be said."""
        if not self.readable:
            return self.says in aftermath.trouble
        return any(
            self.says in finding.message
            and self.path in {"", finding.path}
            and self.line in {0, finding.line}
            and self.field in {"", finding.field}
            for finding in aftermath.findings
        )
