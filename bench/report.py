"""How a benchmark tells: a table for people, JSON for machines, and the memory of a process with its children."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

OUT = Path(__file__).resolve().parent / "out"


def table(title: str, rows: Iterable[tuple[str, str, str]]) -> None:
    """What was measured, the figure, and what it should be."""
    print(f"\n{title}")
    for what, figure, wanted in rows:
        print(f"  {what:<48} {figure:>12}   {wanted}")


def save(name: str, figures: dict[str, Any]) -> None:
    """Write bench/out/NAME.json."""
    OUT.mkdir(exist_ok=True)
    (OUT / f"{name}.json").write_text(json.dumps(figures, indent=2) + "\n")


def megabytes(pid: int) -> float:
    """Resident memory of a process and everything below it, in MB."""
    own = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(own.split()[1]) / 1000 + sum(megabytes(int(child)) for child in children)
