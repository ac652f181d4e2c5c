"""What is counted and timed can be read by Prometheus, and tells nothing about who asked for what."""

from math import isnan

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gate.adapters.telemetry import PrometheusMeter
from gate.ports import EngineStatus
from tests.builders import a_change, a_decision


def value(meter: PrometheusMeter, name: str, **labels: str) -> float | None:
    """Of one sample, None if there is none."""
    families = text_string_to_metric_families(meter.exposition().decode())
    samples = [sample for family in families for sample in family.samples if sample.name == name]
    found = [sample.value for sample in samples if sample.labels == labels]
    return found[0] if found else None


def test_decisions_are_counted_by_outcome_class_and_environment() -> None:
    meter = PrometheusMeter()
    for outcome in ("approved", "approved", "refused"):
        meter.decided(a_decision(a_change(), outcome=outcome), "production")
    counted = {"change_class": "normal", "environment": "production"}
    assert value(meter, "gate_decisions_total", outcome="approved", **counted) == 2
    assert value(meter, "gate_decisions_total", outcome="refused", **counted) == 1


def test_a_stage_is_timed_however_it_ends() -> None:
    meter = PrometheusMeter()
    with meter.stage("judge"):
        pass
    with pytest.raises(ZeroDivisionError), meter.stage("judge"):
        raise ZeroDivisionError
    assert value(meter, "gate_stage_seconds_count", stage="judge") == 2
    assert value(meter, "gate_stage_seconds_count", stage="record") == 0


def test_age_and_restarts_are_read_when_somebody_looks() -> None:
    meter, age, status = PrometheusMeter(), [-1.0], [EngineStatus("embedded", "1.20.2", None)]
    meter.watch(lambda: age[0], lambda: status[0])
    assert (value(meter, "gate_policy_age_seconds"), value(meter, "gate_engine_restarts")) == (-1, 0)
    age[0], status[0] = 12.5, EngineStatus("embedded", "1.20.2", "r1", restarts=3)
    assert (value(meter, "gate_policy_age_seconds"), value(meter, "gate_engine_restarts")) == (12.5, 3)


def test_rejected_revisions_are_counted_from_none() -> None:
    meter = PrometheusMeter()
    assert value(meter, "gate_policy_revisions_rejected_total") == 0
    meter.revision_rejected()
    assert value(meter, "gate_policy_revisions_rejected_total") == 1


def test_nobody_knows_how_many_freezes_hold_before_somebody_has_looked() -> None:
    meter = PrometheusMeter()
    assert isnan(value(meter, "gate_freezes_holding") or 0)
    meter.freezes_holding(2)
    assert value(meter, "gate_freezes_holding") == 2
    meter.freezes_holding(None)
    assert isnan(value(meter, "gate_freezes_holding") or 0)


def test_two_gates_in_one_process_do_not_mix() -> None:
    one, other = PrometheusMeter(), PrometheusMeter()
    one.revision_rejected()
    assert value(other, "gate_policy_revisions_rejected_total") == 0


def test_no_label_names_a_change_a_commit_or_a_caller() -> None:
    meter = PrometheusMeter()
    meter.decided(a_decision(a_change(id="chg_secret", requester="maria")), "production")
    families = list(text_string_to_metric_families(meter.exposition().decode()))
    labels = {label for family in families for sample in family.samples for label in sample.labels}
    assert labels <= {"outcome", "change_class", "environment", "stage", "le"}
    assert "chg_secret" not in meter.exposition().decode()
