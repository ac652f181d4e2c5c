"""What `gate policy check` and `gate policy test` came to: one value, rendered as text, JSON or annotations."""

from dataclasses import dataclass

from gate.application.policy_check import PolicyReport
from gate.domain.errors import PolicyRejectedError
from gate.domain.finding import Finding
from gate.domain.policy_set import PolicySet
from gate.interfaces.cli.exit_status import OK, ExitStatus
from gate.interfaces.cli.new_bypass import NewBypass
from gate.interfaces.cli.policy_place import PolicyPlace


@dataclass(frozen=True, slots=True)
class PolicyResult:
    """A revision with what was found, and what of its tests and cases was run."""

    place: PolicyPlace
    revision: str
    documents: int
    modules: int
    report: PolicyReport
    seconds: float
    bypasses: tuple[NewBypass, ...] = ()
    """Those that it brings, with what each would come to."""

    @classmethod
    def of(cls, place: PolicyPlace, policy: PolicySet, report: PolicyReport, seconds: float) -> "PolicyResult":
        """Of a policy that could be read."""
        return cls(place, policy.revision, policy.documents, len(policy.modules), report, seconds)

    @classmethod
    def of_rejected(cls, place: PolicyPlace, rejected: PolicyRejectedError, seconds: float) -> "PolicyResult":
        """Of one that could not."""
        return cls(place, rejected.revision, 0, 0, PolicyReport(rejected.findings), seconds)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong, failed tests and cases included."""
        return self.report.all_findings()

    @property
    def exit_status(self) -> ExitStatus:
        """Whether a gate would take the revision, as far as was looked."""
        return OK if self.report.passed else ExitStatus.FINDINGS
