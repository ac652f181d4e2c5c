"""What may show who granted a bypass."""

from typing import Literal

from gate.domain.model import Model

Proof = Literal["forge", "signature", "committer"]
"""A review on the forge, a signed commit, or the committer of a merge on bare git."""


class Shown(Model):
    """Whom a proof shows, of the people of the catalogue; or why it shows nobody."""

    by: tuple[str, ...] = ()
    lacks: str = ""
