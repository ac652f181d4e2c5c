"""Where the default pack lies: inside an installed package, or beside the package in a checkout of the source."""

from pathlib import Path
from typing import Final

import gate
from gate.domain.errors import WorldError

_PACKAGE: Final = Path(gate.__file__).parent
_PLACES: Final = (_PACKAGE / "default_pack", _PACKAGE.parent / "policies")
_SIGN: Final = "gate.yaml"


def default_pack() -> Path:
    """Its folder. WorldError if this installation has none."""
    for place in _PLACES:
        if (place / _SIGN).is_file():
            return place
    raise WorldError(
        f"this installation has no default pack; looked in {' and '.join(map(str, _PLACES))}",
        hint="Install the package change-gate anew.",
    )
