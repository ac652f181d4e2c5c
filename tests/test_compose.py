"""compose.yaml, as far as that can be known without a container engine. Its OPA is run in test_compose_opa.

Not known: whether the images can be had, and whether the engine makes networks, volumes and users as it is asked to.
"""

import hashlib
import json
import re
import stat
import subprocess
from pathlib import Path
from typing import Final

import pytest

from gate.interfaces.cli.serve import LAST_ANSWERS_S
from gate.settings import Settings
from tests.acceptance.served import gate
from tests.composition import COMPOSE, CONSOLE, HOW_TO, SECRETS, SERVICES, interpolated, make_secrets, mounted
from tests.image import IMAGE, ROOT, SECRET, SETTINGS, shipped_opa

EVERY_SERVICE: Final = pytest.mark.parametrize("service", SERVICES)


def test_it_is_the_gate_opa_and_postgresql() -> None:
    assert SERVICES.keys() == {"gate", "opa", "postgres"}
    assert SERVICES["opa"]["image"] == f"openpolicyagent/opa:{shipped_opa()}-static"
    assert SERVICES["gate"]["build"] == "."


@EVERY_SERVICE
def test_a_service_can_neither_write_to_its_image_nor_gain_rights(service: str) -> None:
    told = SERVICES[service]

    assert told["read_only"] is True
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in told
    assert "cap_add" not in told


@EVERY_SERVICE
def test_a_service_does_not_run_as_root(service: str) -> None:
    user = SERVICES[service].get("user", IMAGE.last("USER").rest if service == "gate" else "root")

    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)


def test_opa_and_the_database_are_reached_by_the_gate_alone_and_reach_nothing_else() -> None:
    networks = {service: set(told["networks"]) for service, told in SERVICES.items()}

    assert networks["opa"] & networks["postgres"] == set()
    for service in ("opa", "postgres"):
        assert "ports" not in SERVICES[service]
        assert all(COMPOSE["networks"][network]["internal"] for network in networks[service])
        assert networks[service] < networks["gate"]


def test_the_gate_is_published_on_the_loopback_only() -> None:
    (port,) = SERVICES["gate"]["ports"]

    assert port == f"127.0.0.1:8080:{Settings.model_fields['port'].default}"
    assert IMAGE.last("EXPOSE").rest == "8080"


def test_its_variables_are_settings_that_the_gate_accepts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment = {name: interpolated(value, {}) for name, value in SERVICES["gate"]["environment"].items()}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert environment["GATE_SECRETS_DIR"] == "/run/secrets"
    monkeypatch.setenv("GATE_SECRETS_DIR", str(tmp_path))

    assert environment.keys() <= SETTINGS
    assert Settings().host == "0.0.0.0"  # noqa: S104 -- of its own network namespace
    assert Settings().policy_branch == "main"


def test_every_variable_that_its_documents_name_is_a_setting() -> None:
    told = (ROOT / "compose.yaml").read_text() + HOW_TO + (ROOT / "deploy/opa.yaml").read_text()

    # The token is the client's.
    assert set(re.findall(r"\bGATE_[A-Z_]+", told)) - SETTINGS == {"GATE_TOKEN"}


@EVERY_SERVICE
def test_no_secret_is_in_the_environment_of_a_service(service: str) -> None:
    environment = SERVICES[service].get("environment", {})

    # What names a secret names the file that holds it.
    named = {name: value for name, value in environment.items() if SECRET.search(f"{name}={value}")}
    assert set(named.values()) <= {"/run/secrets", *mounted(service, Path())}


@EVERY_SERVICE
def test_what_is_mounted_from_the_host_is_there_and_cannot_be_written(service: str) -> None:
    volumes = [volume.split(":") for volume in SERVICES[service].get("volumes", [])]

    assert [source for source, *_ in volumes if source.startswith(".") and not (ROOT / source).is_file()] == []
    assert [volume for volume in volumes if volume[0].startswith(".") and volume[2:] != ["ro"]] == []
    assert {source for source, *_ in volumes if not source.startswith(".")} <= COMPOSE["volumes"].keys()


def test_the_gate_keeps_its_state_in_a_volume() -> None:
    assert f"GATE_STATE_DIR={SERVICES['gate']['volumes'][0].split(':')[1]}" in IMAGE.last("ENV").rest


def test_the_gate_is_left_the_time_that_it_gives_to_questions_in_flight() -> None:
    assert int(SERVICES["gate"]["stop_grace_period"].removesuffix("s")) > LAST_ANSWERS_S


def test_every_secret_is_used_and_made_by_the_how_to(tmp_path: Path) -> None:
    made = make_secrets(tmp_path)
    used = {path.name for service in SERVICES for path in mounted(service, made).values()}

    assert used == set(SECRETS.values())
    assert {path.name for path in made.iterdir()} == used | {".gitignore"}


def test_other_users_of_the_host_cannot_reach_the_secrets_but_every_container_can_read_its_own(tmp_path: Path) -> None:
    made = make_secrets(tmp_path)

    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert {stat.S_IMODE((made / name).stat().st_mode) for name in SECRETS.values()} == {0o644}


def test_git_ignores_the_secrets(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)  # noqa: S607 -- whichever git tests run with
    seen = ["git", "status", "--porcelain", "--untracked-files=all"]
    untracked = subprocess.run(seen, cwd=tmp_path, check=True, capture_output=True, text=True)  # noqa: S603 -- as above

    assert untracked.stdout.split() == ["??", "deploy/secrets/.gitignore"]


def test_opa_is_told_the_digest_of_the_token_that_the_gate_shows(tmp_path: Path) -> None:
    made = make_secrets(tmp_path)
    token = (made / "opa_token").read_bytes()

    assert re.fullmatch(rb"[0-9a-f]{64}", token)
    assert json.loads((made / "opa_token_sha256.json").read_text()) == hashlib.sha256(token).hexdigest()
    assert "/run/secrets/opa_token" not in mounted("opa", made)


def test_the_gate_finds_its_secrets_where_they_are_mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_secrets(tmp_path)
    monkeypatch.setenv("GATE_SECRETS_DIR", str(laid_out("gate", made, tmp_path / "run")))
    settings = Settings()

    password, token = ((made / name).read_text() for name in ("postgres_password", "opa_token"))
    postgres = SERVICES["postgres"]["environment"]
    address = f"{postgres['POSTGRES_USER']}:{password}@postgres/{postgres['POSTGRES_DB']}"
    assert settings.database_location == f"postgresql+psycopg://{address}"
    assert settings.opa_token is not None
    assert settings.opa_token.get_secret_value() == token


def test_the_gate_does_not_start_without_its_secrets(tmp_path: Path) -> None:
    made = laid_out("gate", make_secrets(tmp_path), tmp_path / "run")
    (made / "gate_opa_token").unlink()
    (made / "gate_opa_token").mkdir()

    said = gate("serve", environment={"GATE_SECRETS_DIR": str(made)})

    assert (said.status, "gate_opa_token" in said.err) == (2, True)


def laid_out(service: str, secrets: Path, folder: Path) -> Path:
    """What a service finds in /run/secrets."""
    folder.mkdir()
    for inside, outside in mounted(service, secrets).items():
        (folder / Path(inside).name).write_bytes(outside.read_bytes())
    return folder


def test_the_commands_of_the_how_to_name_services_and_files_that_exist() -> None:
    run = re.findall(r"docker compose run (?:--?[\w-]+ )*([\w-]+)", "".join(CONSOLE))

    assert set(run) == {"gate"}
    for name in re.findall(r"> deploy/secrets/(\w+)", "".join(CONSOLE)):
        assert name in SECRETS.values()
