"""The image, as far as that can be known without a container engine: what its Dockerfile says, and its build stage run.

Not known: whether the base images and Debian's packages can be had, and whether an engine builds the whole.
"""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Final

import pytest

from gate import __version__
from tests.dockerfile import Stage, parse
from tests.image import BUILD, CONTEXT, IMAGE, OPA, PROJECT, ROOT, SECRET, SETTINGS, shipped_opa, skip_unless_asked
from tests.served_gate import serving

IN_BASE: Final = {"apt-get", "groupadd", "install", "python", "rm", "useradd"}
"""Commands of python:3.11-slim-bookworm that the Dockerfile uses."""
IN_PACKAGES: Final = {"git": "git", "gpg": "gpg", "ssh": "openssh-client", "tini": "tini"}
"""Commands that the gate or the Dockerfile uses, and the Debian packages that bring them."""


def health_check() -> Sequence[str]:
    """The command of HEALTHCHECK."""
    words = IMAGE.last("HEALTHCHECK")
    return parse(f"FROM x\nCMD {words.rest.removeprefix('CMD')}")[0].last("CMD").arguments


def copied(stage: Stage) -> list[str]:
    """What a stage copies from the build context."""
    return [source for copy in stage.all("COPY") if "from" not in copy.flags for source in copy.arguments[:-1]]


def test_everything_that_is_copied_exists_and_is_in_the_build_context() -> None:
    sources = copied(BUILD) + copied(IMAGE)

    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert [source for source in sources if not CONTEXT.sees(source)] == []


def test_the_build_context_holds_what_is_copied_and_nothing_else() -> None:
    wanted = {source.strip("/") for source in copied(BUILD)}

    assert {entry.name for entry in ROOT.iterdir() if CONTEXT.sees(entry.name)} == wanted
    assert not CONTEXT.sees("deploy/secrets/opa_token")
    assert not CONTEXT.sees("gate/domain/__pycache__")


def test_stages_are_copied_from_that_exist() -> None:
    assert {copy.flags["from"] for copy in IMAGE.all("COPY")} == {OPA.name, BUILD.name}


def test_every_command_of_the_dockerfile_is_in_what_is_installed() -> None:
    installed = IN_BASE | set(IN_PACKAGES) | set(PROJECT["scripts"])
    run = [
        command[0] for stage in (BUILD, IMAGE) for instruction in stage.all("RUN") for command in instruction.commands
    ]
    entrypoint = IMAGE.last("ENTRYPOINT").arguments

    assert {name for name in run if not name.startswith("/opt/")} <= installed
    # The environments that `python -m venv` makes hold pip.
    made = {target for command in _words(BUILD) if command[:3] == ["python", "-m", "venv"] for target in command[3:]}
    assert {name for name in run if name.startswith("/opt/")} <= {f"{target}/bin/pip" for target in made}
    assert {entrypoint[0], entrypoint[2], health_check()[0]} <= installed
    assert "/opt/gate/bin" in IMAGE.last("ENV").rest


def test_the_debian_packages_that_bring_the_commands_are_installed() -> None:
    (install,) = [command for command in _words(IMAGE) if command[:2] == ["apt-get", "install"]]

    assert set(IN_PACKAGES.values()) <= set(install)


def test_nobody_runs_as_root_in_it() -> None:
    # By number: an orchestrator cannot see whether a name is root.
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", IMAGE.last("USER").rest)


def test_the_state_folder_belongs_to_its_user() -> None:
    (made,) = [command for command in _words(IMAGE) if command[0] == "install"]
    name = made[made.index("--owner") + 1]
    (added,) = [command for command in _words(IMAGE) if command[0] == "useradd"]

    assert added[-1] == name
    assert added[added.index("--uid") + 1] == IMAGE.last("USER").rest.split(":")[0]
    assert f"GATE_STATE_DIR={made[-1]}" in IMAGE.last("ENV").rest


def test_no_secret_is_in_the_image() -> None:
    said = [setting.rest for stage in (BUILD, IMAGE) for word in ("ARG", "ENV", "LABEL") for setting in stage.all(word)]

    assert [line for line in said if SECRET.search(line)] == []


def test_every_variable_of_the_gate_in_it_is_a_setting() -> None:
    named = set(re.findall(r"\bGATE_[A-Z_]+", (ROOT / "Dockerfile").read_text()))

    assert named
    assert named - SETTINGS == set()


def test_its_opa_is_the_one_that_the_tests_run_against() -> None:
    assert OPA.base == f"openpolicyagent/opa:{shipped_opa()}-static"
    # Older ones take a bundle whose signature was stripped.
    assert tuple(map(int, shipped_opa().split("."))) >= (1, 21, 3)


def test_what_is_built_runs_where_it_is_copied_to() -> None:
    # The same Python, and a C library that is new enough for the embedded engine (2.34; bookworm has 2.36).
    assert BUILD.base == IMAGE.base
    found = re.fullmatch(r"python:3\.(\d+)-slim-bookworm", IMAGE.base)
    assert found is not None
    assert int(found[1]) >= int(PROJECT["requires-python"].removeprefix(">=3."))


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False), (None, False)])
def test_the_health_check_passes_only_while_the_gate_says_that_it_lives(status: int | None, *, healthy: bool) -> None:
    with answering(status) as port:
        assert is_healthy({**os.environ, "GATE_PORT": str(port), "http_proxy": "http://127.0.0.1:9"}) == healthy


@pytest.mark.container
def test_the_build_stage_runs_in_an_empty_folder_and_what_it_makes_serves(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    skip_unless_asked(request)
    environment = built(tmp_path)

    assert run("gate --version", tmp_path, environment) == f"gate {__version__}\n"
    run(f"gate init {tmp_path}/policy", tmp_path, environment)
    told = {**environment, "GATE_STATE_DIR": f"{tmp_path}/state", "GATE_POLICY_REPO": f"{tmp_path}/policy"}
    with serving([f"{tmp_path}/opt/gate/bin/gate", *IMAGE.last("CMD").arguments], tmp_path, told) as gate:
        assert is_healthy({**environment, "GATE_PORT": str(gate.port)})


def built(folder: Path) -> Mapping[str, str]:
    """Run the build stage below a folder, as far as it concerns us: the environment in which its `gate` is found."""
    source = folder / "src"
    (folder / "bin").mkdir()
    (folder / "bin/python").symlink_to(Path(sys.base_prefix, "bin/python3"))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GATE_", "PYTHON"))}
    environment = {**inherited, "PATH": f"{folder}/opt/gate/bin:{folder}/bin:{os.environ['PATH']}"}
    for instruction in BUILD.instructions:
        if instruction.word == "COPY":
            for name in instruction.arguments[:-1]:
                CONTEXT.copy(name, source / instruction.arguments[-1])
        elif instruction.word == "RUN":
            run(instruction.rest.replace("/opt/", f"{folder}/opt/"), source, environment)
        else:
            assert (instruction.word, instruction.rest) == ("WORKDIR", "/src")
            source.mkdir()
    return environment


def run(command: str, folder: Path, environment: Mapping[str, str]) -> str:
    """What a shell command says, which must succeed."""
    done = subprocess.run(["/bin/sh", "-ec", command], cwd=folder, env=environment, capture_output=True, text=True)  # noqa: S603, PLW1510 -- lines of our Dockerfile; the status is told below
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def is_healthy(environment: Mapping[str, str]) -> bool:
    """Whether the image's health check passes in this environment."""
    program, *arguments = health_check()
    assert program == "python"
    done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, check=False)  # noqa: S603 -- our Dockerfile's
    return done.returncode == 0


@contextmanager
def answering(status: int | None) -> Iterator[int]:
    """A port where /healthz has this status, or where nobody listens."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response((status or 500) if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        if status is None:
            server.server_close()
            yield server.server_port
            return
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def _words(stage: Stage) -> list[list[str]]:
    """The commands that a stage runs, with redirections and tests that ours do not use left to the shell."""
    return [list(command) for instruction in stage.all("RUN") for command in instruction.commands]
