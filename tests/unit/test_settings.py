"""Settings come from the environment alone, have sane defaults, and never show a secret."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsError

from gate.settings import Settings

SECRETS = {
    "GATE_DATABASE_URL": "postgresql://gate:hunter2@db/gate",
    "GATE_OPA_TOKEN": "hunter2-hunter2",
    "GATE_HOOK_SECRET": "hunter2-hunter2-hunter2",
    "GATE_SIGN_IN_CLIENT_SECRET": "hunter2-hunter2-hunter2",
    "GATE_SESSION_KEY": "hunter2-hunter2-hunter2-hunter2-hunter2",
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
        ("session_key", "too short for a key of sessions"),
        ("session_minutes", 0),
        ("session_minutes", 1_441),
        ("sign_in_account_claim", ""),
        ("public_url", "gate.example.com"),
        ("public_url", "ftp://gate.example.com"),
        ("public_url", "https://somebody@gate.example.com"),
        ("public_url", "https://gate.example.com?a=b"),
        ("public_url", "https://gate.example.com:x"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        Settings(**{name: value})


def test_a_secret_that_is_refused_is_not_shown_either() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({"hook_secret": "hunter2"})
    assert "hunter2" not in str(refused.value.errors(include_input=False))


@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_secrets_may_be_files(case: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, secret in SECRETS.items():
        (tmp_path / case(name)).write_text(f"{secret}\n")
    (tmp_path / "of_somebody_else").write_bytes(b"\xff")
    monkeypatch.setenv("GATE_SECRETS_DIR", str(tmp_path))
    settings = Settings()
    assert settings.opa_token is not None
    assert settings.opa_token.get_secret_value() == "hunter2-hunter2"
    assert settings.database_location == "postgresql+psycopg://gate:hunter2@db/gate"
    assert "hunter2" not in f"{settings!r} {settings.model_dump_json()}"


def test_a_variable_wins_over_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "gate_port").write_text("1")
    monkeypatch.setenv("GATE_SECRETS_DIR", str(tmp_path))
    assert Settings().port == 1
    monkeypatch.setenv("GATE_PORT", "2")
    assert Settings().port == 2


def test_files_that_are_links_as_orchestrators_mount_them_are_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "..2026_11_26").mkdir()
    (tmp_path / "..2026_11_26" / "gate_port").write_text("1")
    (tmp_path / "..data").symlink_to("..2026_11_26")
    (tmp_path / "gate_port").symlink_to("..data/gate_port")
    monkeypatch.setenv("GATE_SECRETS_DIR", str(tmp_path))
    assert Settings().port == 1


def test_a_secret_that_is_there_and_cannot_be_read_is_not_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GATE_SECRETS_DIR", str(tmp_path))
    (tmp_path / "gate_database_url").mkdir()
    with pytest.raises(SettingsError, match=r"GATE_SECRETS_DIR: .*gate_database_url"):
        Settings()
    (tmp_path / "gate_database_url").rmdir()
    (tmp_path / "gate_opa_token").write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="GATE_SECRETS_DIR: "):
        Settings()


def test_a_folder_of_secrets_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GATE_SECRETS_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(ValidationError, match="secrets_dir"):
        Settings()


def test_there_is_one_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_OPA_URL", "http://opa:8181")
    monkeypatch.setenv("GATE_OPA_BINARY", "/usr/bin/opa")
    with pytest.raises(ValidationError, match="exclude each other"):
        Settings()


def test_a_postgresql_url_is_as_everybody_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_DATABASE_URL", "postgresql://gate@db/gate")
    assert Settings().database_location == "postgresql+psycopg://gate@db/gate"


def test_issuers_are_named_in_one_variable_and_need_an_audience_of_the_gates_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GATE_OIDC_ISSUERS", "https://token.actions.githubusercontent.com, http://127.0.0.1:9/a\n")
    with pytest.raises(ValidationError, match="GATE_OIDC_ISSUERS needs GATE_OIDC_AUDIENCE"):
        Settings()
    monkeypatch.setenv("GATE_OIDC_AUDIENCE", "https://gate.house.test")
    assert Settings().oidc_issuers == ("https://token.actions.githubusercontent.com", "http://127.0.0.1:9/a")


@pytest.mark.parametrize(
    "issuer",
    [
        "http://gitlab.house.test",
        "https://user:secret@gitlab.house.test",
        "https://gitlab.house.test?x",
        "https://gitlab.house.test#x",
        "https://[",
        "https://",
        "gitlab.house.test",
        "ftp://127.0.0.1",
        "http://127.0.0.1.evil.test",
    ],
)
def test_an_issuer_that_could_be_spoken_for_is_not_trusted(issuer: str) -> None:
    with pytest.raises(ValidationError, match="an issuer is written like"):
        Settings(oidc_issuers=(issuer,), oidc_audience="x")


@pytest.mark.parametrize("seconds", [-1, 61])
def test_clocks_may_differ_by_a_minute_at_most(seconds: int) -> None:
    with pytest.raises(ValidationError):
        Settings(oidc_leeway_seconds=seconds)


SIGN_IN: dict[str, Any] = {
    "sign_in_issuer": "https://id.house.test",
    "sign_in_client_id": "gate",
    "public_url": "https://gate.test",
}


def test_sign_in_is_set_up_whole() -> None:
    settings = Settings(**SIGN_IN)
    assert (settings.sign_in_scopes, settings.session_minutes) == (("openid", "email", "profile"), 60)
    for missing in ("sign_in_client_id", "public_url"):
        with pytest.raises(ValidationError, match="GATE_SIGN_IN_ISSUER needs"):
            Settings(**{name: value for name, value in SIGN_IN.items() if name != missing})


@pytest.mark.parametrize("address", ["http://gate.test", "https://gate.test/deep/inside"])
def test_people_come_back_over_https_and_to_the_root(address: str) -> None:
    with pytest.raises(ValidationError, match="GATE_SIGN_IN_ISSUER needs a GATE_PUBLIC_URL"):
        Settings(**SIGN_IN | {"public_url": address})


def test_on_this_machine_people_may_come_back_without_https() -> None:
    assert Settings(**SIGN_IN | {"public_url": "http://localhost:8080/"}).public_url == "http://localhost:8080"


@pytest.mark.parametrize("issuer", ["http://id.house.test", "id.house.test", "https://id.house.test?x=y"])
def test_a_provider_is_written_as_an_issuer(issuer: str) -> None:
    with pytest.raises(ValidationError, match="an issuer is written like"):
        Settings(**SIGN_IN | {"sign_in_issuer": issuer})


def test_a_demonstration_has_no_provider_and_no_address_out_there() -> None:
    assert Settings(demo=True, public_url="http://localhost:8080").demo
    with pytest.raises(ValidationError, match="exclude each other"):
        Settings(demo=True, **SIGN_IN)
    with pytest.raises(ValidationError, match="must be on this machine"):
        Settings(demo=True, public_url="https://gate.test")


def test_scopes_are_written_apart_by_white_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_SIGN_IN_SCOPES", "openid groups")
    assert Settings().sign_in_scopes == ("openid", "groups")
