"""Settings come from the environment alone, have sane defaults, and never show a secret."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gate.settings import Settings

SECRETS = {
    "GATE_DATABASE_URL": "postgresql://gate:hunter2@db/gate",
    "GATE_OPA_TOKEN": "hunter2-hunter2",
    "GATE_HOOK_SECRET": "hunter2-hunter2-hunter2",
}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"GATE_{name.upper()}", raising=False)


def test_without_any_setting_a_gate_keeps_to_itself() -> None:
    settings = Settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.policy_location == str(Path(".state/policy").absolute())
    assert settings.database_location == f"sqlite:///{Path('.state/gate.db').absolute()}"
    assert (settings.max_body_bytes, settings.hook_secret) == (1_000_000, None)


def test_every_setting_comes_from_a_variable_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_MAX_REQUESTS", "7")
    monkeypatch.setenv("MAX_WAITING", "7")
    settings = Settings()
    assert (settings.max_requests, settings.max_waiting) == (7, 2_000)


def test_a_secret_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    settings = Settings()
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump_json()}"
    assert "hunter2" in settings.database_location


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", 65_536),
        ("max_body_bytes", 999),
        ("body_seconds", 0),
        ("max_head_bytes", 0),
        ("head_seconds", 301),
        ("max_requests", 0),
        ("max_waiting", 0),
        ("max_requests_per_caller", 0),
        ("max_waiting_per_caller", 0),
        ("rate_per_second", 0),
        ("rate_burst", 0),
        ("opa_queue", 0),
        ("log_format", "xml"),
        ("log_level", "loud"),
        ("hook_secret", ""),
        ("hook_secret", "too short"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        Settings(**{name: value})


def test_a_secret_that_is_refused_is_not_shown_either() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({"hook_secret": "hunter2"})
    assert "hunter2" not in str(refused.value.errors(include_input=False))


def test_there_is_one_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_OPA_URL", "http://opa:8181")
    monkeypatch.setenv("GATE_OPA_BINARY", "/usr/bin/opa")
    with pytest.raises(ValidationError, match="exclude each other"):
        Settings()


def test_a_postgresql_url_is_as_everybody_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_DATABASE_URL", "postgresql://gate@db/gate")
    assert Settings().database_location == "postgresql+psycopg://gate@db/gate"
