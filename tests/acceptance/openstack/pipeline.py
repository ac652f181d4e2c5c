"""A release request asked for as a pipeline does it: `gate check` in a process of its own, HTTP to a served gate."""

import json
from dataclasses import dataclass
from typing import Any

from tests.acceptance.openstack.asking import change_request
from tests.acceptance.openstack.data import Request
from tests.acceptance.served import ServedGate


@dataclass(frozen=True, slots=True)
class Checked:
    """The exit status that the pipeline goes by, and the decision that came with it."""

    request: Request
    exit_status: int
    decision: dict[str, Any]

    @property
    def freezes(self) -> frozenset[str]:
        """The names of the freezes that it was told of."""
        return frozenset(window["name"] for window in self.decision["windows"] if window["kind"] == "freeze")


def check(gate: ServedGate, request: Request) -> Checked:
    """Ask, and do not wait."""
    asked = change_request(request).model_dump_json(exclude_defaults=True)
    ended = gate.gate("check", "--request", "-", "--output", "json", given=asked)
    return Checked(request, ended.status, json.loads(ended.out)["decision"])
