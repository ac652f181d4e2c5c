"""The policy revision that decisions are judged at, and how fresh it is. Bringing in a new one is `activation`."""

from dataclasses import dataclass

from gate.domain.errors import NoPolicyError, PolicyRejectedError, StalePolicyError
from gate.domain.instant import NANOSECOND_PER_SECOND, duration_ns, to_the_second
from gate.domain.policy_set import PolicySet


@dataclass(slots=True)
class ActivePolicy:
    """One reference that is swapped whole, so that every decision sees one revision from beginning to end."""

    policy: PolicySet | None = None
    confirmed_at_ns: int | None = None
    """When the repository last answered, whatever it said."""
    rejected: PolicyRejectedError | None = None
    """The newest revision, if it was refused."""
    trouble: str = ""
    """Why the repository could not be asked last time."""

    def pinned(self, environment: str, at_ns: int) -> PolicySet:
        """The revision to judge at. NoPolicyError; StalePolicyError where the environment refuses an old one."""
        policy = self.policy
        if policy is None:
            raise NoPolicyError(
                "no policy revision is active yet", hint=self.trouble or "Ask again once /readyz answers 200."
            )
        if policy.catalogue.environment(environment).when_stale == "refuse" and self.is_stale(at_ns):
            raise StalePolicyError(
                f"the policy was last confirmed {self._confirmed()}; {environment} refuses to be judged by it",
                hint=f"Let the gate reach the policy repository again. {self.trouble}".strip(),
            )
        return policy

    def is_stale(self, at_ns: int) -> bool:
        """Whether the repository has not answered for longer than `staleness` of gate.yaml."""
        if self.policy is None or self.confirmed_at_ns is None:
            return True
        # An answer from the future: the clock was set back since, and how long ago it came nobody knows.
        return abs(at_ns - self.confirmed_at_ns) > duration_ns(self.policy.settings.staleness)

    def age_seconds(self, at_ns: int) -> float:
        """Seconds since the repository last answered; -1 if it never did."""
        if self.confirmed_at_ns is None:
            return -1.0
        return max(0, at_ns - self.confirmed_at_ns) / NANOSECOND_PER_SECOND

    def _confirmed(self) -> str:
        return "never" if self.confirmed_at_ns is None else f"at {to_the_second(self.confirmed_at_ns)}"
