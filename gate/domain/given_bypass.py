"""A bypass of a case: the file as it would lie in `bypasses/`, and how it would have come onto the branch."""

from datetime import timedelta
from typing import Literal

from gate.domain.bypass import Bypass, Origin
from gate.domain.catalogue import Positive
from gate.domain.instant import duration_ns
from gate.domain.model import Model
from gate.domain.naming import Name
from gate.domain.proof import Shown

_A_MERGE = 2
_NO_COMMIT = "0" * 40


class GivenGrant(Model):
    """The commit that brought the file onto the branch."""

    by: str
    """E-mail address of the committer."""
    author: str
    """E-mail address of whoever wrote the file."""
    ago: Positive = timedelta(hours=1)
    """How long before the judgement."""
    merged: bool = True
    """Whether it was a merge; what somebody pushed by themselves is none."""
    signed_by: Name | None = None
    """The person with whose key the commit is signed; it is not signed, if nothing is said."""
    approved_by: tuple[Name, ...] = ()
    """Who approved on the forge what was merged."""

    def shown(self) -> dict[Literal["forge", "signature"], Shown]:
        """What a look into the signature and at the forge would have shown."""
        signed = (self.signed_by,) if self.signed_by else ()
        return {
            "signature": Shown(by=signed, lacks="" if signed else "the commit is not signed"),
            "forge": Shown(by=self.approved_by, lacks="" if self.approved_by else "nobody approved what was merged"),
        }


class GivenBypass(Bypass):
    """A bypass file with its grant; without one, nothing shows who let it in."""

    kind: Literal["Bypass"] = "Bypass"
    granted: GivenGrant | None = None

    def file(self) -> Bypass:
        """The file alone, as a repository would hold it."""
        return Bypass.model_validate({name: getattr(self, name) for name in Bypass.model_fields})

    def origin(self, at_ns: int) -> Origin | None:
        """Where it would come from, seen from an instant."""
        if self.granted is None:
            return None
        return Origin(
            commit=_NO_COMMIT,
            author=self.granted.author,
            committer=self.granted.by,
            at_ns=at_ns - duration_ns(self.granted.ago),
            parents=_A_MERGE if self.granted.merged else 1,
            shown=self.granted.shown(),
        )
