"""What every answer is made of. Instants are RFC 3339 text on the wire, and integers inside."""

from pydantic import BaseModel, ConfigDict

from gate.domain.instant import rfc3339


class Wire(BaseModel):
    """An answer: what the gate says, never what it was told to believe."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


def instant(instant_ns: int | None) -> str | None:
    """RFC 3339; None stays None."""
    return None if instant_ns is None else rfc3339(instant_ns)
