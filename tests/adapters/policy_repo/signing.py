"""People who sign: real keys of ssh-keygen and gpg, each in a place of its own, and commits made with them."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

needs_ssh: Final = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
needs_gpg: Final = pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is not installed")


def _run(*command: str, **environment: str) -> str:
    done = subprocess.run(  # noqa: S603 -- fixed commands of these tests
        command,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass(frozen=True)
class Key:
    """What git needs to sign with it, and what `gate.yaml` says of it."""

    kind: str
    public: str
    settings: tuple[str, ...]
    environment: dict[str, str]

    def options(self) -> list[str]:
        """For git, before its command."""
        return [part for setting in self.settings for part in ("-c", setting)]

    def yaml(self, person: str, **more: str) -> str:
        """One of `signers`."""
        text = "".join(f"      {line}\n" for line in self.public.strip().splitlines())
        said = "".join(f"    {name}: {value}\n" for name, value in more.items())
        return f"  - person: {person}\n{said}    {self.kind}: |\n{text}"


def ssh_key(folder: Path, name: str, kind: str = "ed25519") -> Key:
    """A new SSH key."""
    file = folder / name
    _run("ssh-keygen", "-q", "-t", kind, "-N", "", "-C", f"{name}@example.org", "-f", str(file))
    settings = ("gpg.format=ssh", f"user.signingKey={file}", "gpg.ssh.program=ssh-keygen")
    return Key("ssh", file.with_suffix(".pub").read_text(), settings, {})


class GnuPG:
    """One person's gpg. Its folder is short, since the path of a socket may not be long."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def run(self, *arguments: str) -> str:
        """What gpg answers."""
        return _run("gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", "", *arguments, **self.environment)

    @property
    def environment(self) -> dict[str, str]:
        """Where it keeps its keys."""
        return {"GNUPGHOME": str(self.home), "HOME": str(self.home)}

    def key(self, name: str, *, expires: str = "never") -> Key:
        """A new key."""
        self.run("--quick-generate-key", f"{name} <{name}@example.org>", "ed25519", "sign", expires)
        return self.exported(name)

    def exported(self, name: str) -> Key:
        """A key as it stands."""
        public = self.run("--armor", "--export", f"{name}@example.org")
        settings = ("gpg.format=openpgp", f"user.signingKey={name}@example.org", "gpg.program=gpg")
        return Key("openpgp", public, settings, self.environment)

    def revoke(self) -> None:
        """Revoke the only key there is."""
        (file,) = (self.home / "openpgp-revocs.d").glob("*.rev")
        file.write_text(file.read_text().replace(":-----BEGIN", "-----BEGIN"))
        self.run("--import", str(file))

    @contextmanager
    def copied(self) -> "Iterator[GnuPG]":
        """Another who has the same keys."""
        with gnupg() as other:
            shutil.copytree(self.home, other.home, ignore=shutil.ignore_patterns("S.*"), dirs_exist_ok=True)
            yield other

    def pretend(self, time: str) -> None:
        """From now on it takes the time for this."""
        (self.home / "gpg.conf").write_text(f"faked-system-time {time}\n")


@contextmanager
def gnupg() -> Iterator[GnuPG]:
    """A gpg of its own; its agent ends with it."""
    with tempfile.TemporaryDirectory(prefix="gpg") as home:
        person = GnuPG(Path(home))
        try:
            yield person
        finally:
            _run("gpgconf", "--kill", "all", **person.environment)
