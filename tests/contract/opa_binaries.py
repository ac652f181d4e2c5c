"""The real `opa` executables to test with: GATE_TEST_OPA_BINARIES, or what scripts/install-opa has installed."""

import os
from pathlib import Path

_NAMED = os.environ.get("GATE_TEST_OPA_BINARIES", "")
_TOOLS = Path(__file__).parents[2] / ".tools"

OPA_BINARIES = tuple(Path(name) for name in _NAMED.split(":") if name) or tuple(sorted(_TOOLS.glob("opa-*")))

MISSING = "no opa executable: run scripts/install-opa, or name some in GATE_TEST_OPA_BINARIES (colon separated)"
