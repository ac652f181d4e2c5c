"""A small policy in which changes collide in every way there is, judged by the default pack's own rule."""

from pathlib import Path
from typing import Final

from tests.faults import small_policy

_PACK: Final = Path(__file__).parents[2] / "policies" / "rego"
_FROM_THE_PACK: Final = ("steps/conflict.rego", "lib/moments.rego", "lib/words.rego")
_CLASS: Final = """package gate.class

default name := "normal"

name := "emergency" if is_string(input.change.incident)
"""


def make(folder: Path, houses: int) -> Path:
    """The repository. Each house has a shop that depends on a stock, and shares a database with the books."""
    small_policy.make(folder)
    for name in _FROM_THE_PACK:
        (folder / "rego" / name).parent.mkdir(exist_ok=True)
        (folder / "rego" / name).write_text((_PACK / name).read_text())
    (folder / "rego/class.rego").write_text(_CLASS)
    (folder / "services/houses.yaml").write_text("---\n".join(_house(number) for number in range(houses)))
    process, assessment = folder / "process.yaml", folder / "rego/assessment.rego"
    process.write_text(
        "kind: Process\nclasses: {standard: [conflict], normal: [conflict], emergency: [conflict]}\n"
        "conflicts: {same_service: wait, exclusive: wait, same_implementer: wait, depends_on: wait, dependent: wait}\n"
    )
    assessment.write_text(
        assessment.read_text()
        .replace('"class": "normal"', '"class": data.gate.class.name')
        .replace('["evidence"]', '["conflict"]')
        .replace('"evidence": data.gate.steps.evidence', '"conflict": data.gate.steps.conflict')
    )
    small_policy.commit(folder, "Changes collide")
    return folder


def _house(number: int) -> str:
    usual = "owners: team-payments\ntier: 1\nobjective: revenue\n"
    shared = f"exclusive: [database-{number}]\n"
    return "---\n".join(
        (
            f"kind: Service\nname: shop-{number}\n{usual}depends_on: [stock-{number}]\n{shared}",
            f"kind: Service\nname: stock-{number}\n{usual}",
            f"kind: Service\nname: books-{number}\n{usual}{shared}",
        )
    )
