"""How git is run: nothing inherited, nothing unbounded, nothing left running."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gate.adapters.policy_repo.address import Address
from gate.adapters.policy_repo.git import Access, Git, GitError, GitTimedOutError, Limits
from gate.adapters.policy_repo.mirror import Mirror

if TYPE_CHECKING:
    from tests.adapters.policy_repo.conftest import Upstream

NOWHERE = Path("/nonexistent.git")
EXPECTED_VARIABLES = {
    *("PATH", "HOME", "LC_ALL", "GIT_DIR", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL", "GIT_ATTR_NOSYSTEM"),
    *("GIT_TERMINAL_PROMPT", "GIT_NO_REPLACE_OBJECTS", "GIT_NO_LAZY_FETCH", "GIT_LITERAL_PATHSPECS"),
    *("GIT_DEFAULT_REF_FORMAT", "GIT_SSH_VARIANT", "GIT_SSH_COMMAND", "GIT_ALLOW_PROTOCOL", "SSH_ASKPASS_REQUIRE"),
}
SET_BY_THE_SHELL = {"PWD", "OLDPWD", "SHLVL", "_"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def pretender(tmp_path: Path, home: Path) -> Callable[..., Git]:
    """A git that runs this script in place of git."""

    def build(script: str, access: Access | None = None, limits: Limits | None = None) -> Git:
        program = tmp_path / "bin" / "git"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return Git(home, access=access, limits=limits, path=f"{program.parent}:/usr/bin:/bin")

    return build


HOSTILE_ENVIRONMENT = {
    "GIT_DIR": "/elsewhere",
    "GIT_WORK_TREE": "/elsewhere",
    "GIT_INDEX_FILE": "/elsewhere/index",
    "GIT_OBJECT_DIRECTORY": "/elsewhere/objects",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": "/elsewhere/objects",
    "GIT_SSH_COMMAND": "touch /elsewhere",
    "GIT_SSH": "/elsewhere/ssh",
    "GIT_PROXY_COMMAND": "/elsewhere/proxy",
    "GIT_EXEC_PATH": "/elsewhere",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "url./elsewhere.insteadOf",
    "GIT_CONFIG_VALUE_0": "/",
    "GIT_CONFIG_PARAMETERS": "'core.hooksPath=/elsewhere'",
    "GIT_CONFIG_GLOBAL": "/elsewhere/config",
    "GIT_ASKPASS": "/elsewhere/askpass",
    "GIT_TRACE": "/elsewhere/trace",
    "GIT_NAMESPACE": "elsewhere",
    "SSH_AUTH_SOCK": "/elsewhere/agent",
    "XDG_CONFIG_HOME": "/elsewhere",
    "https_proxy": "http://elsewhere.example",
    "LC_ALL": "tlh",
}


def test_no_variable_of_the_gate_s_own_environment_reaches_git(
    monkeypatch: pytest.MonkeyPatch, pretender: Callable[..., Git], home: Path
) -> None:
    for name, value in HOSTILE_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)

    printed = pretender("exec /usr/bin/env").run(NOWHERE, "status").decode()

    seen = dict(line.split("=", 1) for line in printed.splitlines())
    assert seen.keys() - SET_BY_THE_SHELL == EXPECTED_VARIABLES
    assert "elsewhere" not in printed
    assert seen["HOME"] == str(home)
    assert seen["GIT_DIR"] == str(NOWHERE)
    assert seen["GIT_ALLOW_PROTOCOL"] == ""


def test_a_policy_is_fetched_whatever_git_variables_the_gate_inherited(
    monkeypatch: pytest.MonkeyPatch, upstream: "Upstream", mirror_of: Callable[..., Mirror]
) -> None:
    tip = upstream.tip()
    for name, value in HOSTILE_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)

    assert mirror_of(upstream).fetch() == tip


def test_a_command_may_speak_the_protocol_of_its_address_and_no_other(pretender: Callable[..., Git]) -> None:
    printed = pretender("exec /usr/bin/env").run(NOWHERE, "fetch", protocol="ssh").decode()

    assert "GIT_ALLOW_PROTOCOL=ssh\n" in printed


@pytest.mark.parametrize(
    "address", ["ext::sh -c touch%20{}", "fd::17", "git://host.example/x", "http://host.example/x"]
)
def test_an_address_that_runs_a_command_is_refused_by_git_itself_too(home: Path, tmp_path: Path, address: str) -> None:
    marker = tmp_path / "marker"

    with pytest.raises(GitError, match="not allowed"):
        Git(home).run(NOWHERE, "ls-remote", "--end-of-options", address.format(marker), protocol="https")
    assert not marker.exists()


def test_an_agent_is_handed_on_where_one_is_configured(pretender: Callable[..., Git]) -> None:
    printed = pretender("exec /usr/bin/env", Access(ssh_agent=Path("/run/agent"))).run(NOWHERE, "fetch").decode()

    assert "SSH_AUTH_SOCK=/run/agent\n" in printed


def test_the_credentials_file_is_quoted_for_the_shell_that_git_runs(pretender: Callable[..., Git]) -> None:
    access = Access(credentials=Path("/run/my secrets; touch x"))
    arguments = pretender("printf '%s\\n' \"$@\"", access).run(NOWHERE, "fetch").decode().splitlines()

    assert "credential.helper=store --file='/run/my secrets; touch x'" in arguments


def test_every_command_switches_off_hooks_redirects_and_recursion(pretender: Callable[..., Git]) -> None:
    arguments = pretender("printf '%s\\n' \"$@\"").run(NOWHERE, "fetch", "--quiet").decode().splitlines()

    assert arguments[-2:] == ["fetch", "--quiet"]
    assert {
        *("protocol.ext.allow=never", "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.symlinks=false"),
        *("transfer.fsckObjects=true", "fetch.recurseSubmodules=false", "http.followRedirects=false"),
        *("safe.bareRepository=explicit", "transfer.unpackLimit=1"),
    } <= set(arguments)


def test_addresses_and_branches_stand_behind_the_end_of_options(upstream: "Upstream", tmp_path: Path) -> None:
    log = tmp_path / "log"
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "git"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> {log}\nexec /usr/bin/git "$@"\n')
    program.chmod(0o755)
    (tmp_path / "state" / "home").mkdir(parents=True)
    git = Git(tmp_path / "state" / "home", path=f"{program.parent}:/usr/bin:/bin")
    Mirror(Address.local(upstream.folder, branch="main"), tmp_path / "state", git).fetch()

    naming = [line for line in log.read_text().splitlines() if str(upstream.folder) in line]
    assert len(naming) == 2
    for line in naming:
        assert line.index(" --end-of-options ") < line.index(str(upstream.folder)) < line.index("refs/heads/main")


def test_a_hook_in_the_mirror_is_not_run(
    upstream: "Upstream", mirror_of: Callable[..., Mirror], tmp_path: Path
) -> None:
    mirror = mirror_of(upstream)
    mirror.fetch()
    marker = tmp_path / "marker"
    for name in ("reference-transaction", "post-update", "update", "pre-auto-gc", "proc-receive"):
        hook = mirror.folder / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {marker}\n")
        hook.chmod(0o755)
    upstream.commit({"note.txt": "newer"})
    mirror.keep(mirror.fetch())

    assert not marker.exists()


def test_a_command_that_does_not_end_is_stopped(pretender: Callable[..., Git]) -> None:
    git = pretender("echo begun; exec sleep 600", limits=Limits(local_s=0.2))

    with pytest.raises(GitTimedOutError, match=r"git log did not end within 0\.2 s"):
        git.run(NOWHERE, "log")


def test_a_child_that_outlives_git_does_not_hold_the_gate(pretender: Callable[..., Git]) -> None:
    assert pretender("sleep 600 >/dev/null &\necho done").run(NOWHERE, "log") == b"done\n"


def test_an_answer_without_end_is_cut_off(pretender: Callable[..., Git]) -> None:
    git = pretender("exec yes", limits=Limits(output_bytes=100_000))

    with pytest.raises(GitError, match="answers more than 100000 bytes"):
        git.run(NOWHERE, "log")


def test_a_record_without_end_is_cut_off(pretender: Callable[..., Git]) -> None:
    with pytest.raises(GitError, match="names something in more than"):
        list(pretender("exec yes").records(NOWHERE, "ls-tree"))


def test_a_reader_that_stops_listening_ends_the_command(pretender: Callable[..., Git]) -> None:
    records = pretender("while :; do printf 'a\\0'; done").records(NOWHERE, "ls-tree")

    assert next(records) == b"a"
    records.close()


def test_noise_on_stderr_neither_blocks_nor_fills_the_memory(pretender: Callable[..., Git]) -> None:
    git = pretender("yes error | head -c 2000000 >&2; exit 1")

    with pytest.raises(GitError, match=r"git log failed: error$"):
        git.run(NOWHERE, "log")


def test_what_a_remote_says_cannot_steer_a_terminal(pretender: Callable[..., Git]) -> None:
    git = pretender("printf 'fatal: \\033[2Jgone\\n' >&2; exit 128")

    with pytest.raises(GitError) as failure:
        git.run(NOWHERE, "fetch")
    assert failure.value.message == "git fetch failed: fatal:  [2Jgone"


def test_closing_ends_what_runs_and_starts_nothing_more(pretender: Callable[..., Git], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    git = pretender(f"echo started > {pipe}; exec sleep 600")
    records = git.records(NOWHERE, "log")
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(git.run, NOWHERE, "log")
        assert pipe.read_text() == "started\n"
        git.close()
        with pytest.raises(GitError):
            waiting.result(timeout=10)
    with pytest.raises(GitError, match="closed"):
        next(records)
