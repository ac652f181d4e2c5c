"""The bundle of a revision: the same bytes for the same content, and what OPA needs to find in it."""

import gzip
import io
import json
import tarfile
from typing import Any

from gate.adapters.opa.bundle import Content
from gate.domain.bundle import Bundle

REVISION = "4f" * 20


def files(archive: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        return {entry.name: content.read() for entry in opened if (content := opened.extractfile(entry))}


def content(**data: Any) -> Content:
    modules = {"rego/b.rego": "package gate.b\n", "rego/a.rego": "package gate\n# é\n"}
    return Content.of_policy(Bundle(REVISION, modules, data))


def test_the_same_content_in_another_order_gives_the_same_bytes() -> None:
    reordered = Content.of_policy(
        Bundle(REVISION, {"rego/a.rego": "package gate\n# é\n", "rego/b.rego": "package gate.b\n"}, {"y": 2, "x": 1})
    )

    assert content(x=1, y=2).archive() == reordered.archive()


def test_no_time_and_no_owner_enters_the_bytes() -> None:
    archive = content().archive()
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(archive))) as opened:
        entries = [(entry.mtime, entry.uid, entry.uname, entry.mode) for entry in opened]

    assert set(entries) == {(0, 0, "", 0o644)}
    assert archive[4:8] == bytes(4)


def test_another_revision_gives_other_bytes() -> None:
    assert content().archive() != Content.of_policy(Bundle("5e" * 20, content().modules, {})).archive()


def test_the_manifest_claims_only_what_a_policy_owns() -> None:
    manifest = json.loads(files(content().archive())[".manifest"])

    assert manifest == {"revision": REVISION, "roots": ["gate", "policy"], "rego_version": 1}


def test_the_documents_of_the_repository_carry_the_revision_which_they_cannot_forge() -> None:
    document = json.loads(files(content(steps=["freeze"], revision="forged").archive())["policy/data.json"])

    assert document == {"steps": ["freeze"], "revision": REVISION}


def test_modules_keep_their_paths_and_their_text() -> None:
    assert files(content().archive())["rego/a.rego"].decode() == "package gate\n# é\n"
