"""What a hostile policy repository may try, and what comes of it: a refusal that names the file, or nothing at all."""

import zlib
from collections.abc import Callable, Mapping
from hashlib import sha1
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gate.adapters.policy_repo.source import GitPolicySource
from gate.domain.errors import PolicyRejectedError, RepositoryError
from gate.domain.finding import Finding

if TYPE_CHECKING:
    from tests.adapters.policy_repo.conftest import Upstream

pytestmark = pytest.mark.anyio
SourceOf = Callable[..., GitPolicySource]


async def findings_of(source: GitPolicySource) -> tuple[Finding, ...]:
    """Why the tip of the branch is rejected."""
    with pytest.raises(PolicyRejectedError) as rejected:
        await source.load(await source.fetch())
    assert len(rejected.value.findings) > 0
    return rejected.value.findings


@pytest.mark.parametrize("target", ["/etc/passwd", "../../outside.yaml", "gate.yaml", "services"])
async def test_a_symbolic_link_is_refused_wherever_it_leads(
    upstream: "Upstream", source_of: SourceOf, target: str
) -> None:
    (upstream.folder / "services" / "linked.yaml").symlink_to(target)
    upstream.commit_all()

    [finding] = await findings_of(source_of(upstream))
    assert finding.path == "services/linked.yaml"
    assert finding.message == "is a symbolic link"
    assert finding.hint


async def test_a_symbolic_link_that_is_no_policy_file_is_refused_too(upstream: "Upstream", source_of: SourceOf) -> None:
    (upstream.folder / "notes").symlink_to("/etc")
    upstream.commit_all()

    [finding] = await findings_of(source_of(upstream))
    assert finding.path == "notes"


async def test_a_policy_folder_that_is_a_link_is_refused(upstream: "Upstream", source_of: SourceOf) -> None:
    (upstream.folder / "policies").symlink_to("services")
    upstream.commit_all()

    [finding] = await findings_of(source_of(upstream, folder="policies"))
    assert finding.message == "is a symbolic link"


async def test_a_submodule_is_refused_and_not_followed(upstream: "Upstream", source_of: SourceOf) -> None:
    upstream.git("update-index", "--add", "--cacheinfo", f"160000,{upstream.tip()},vendor")
    upstream.write({".gitmodules": '[submodule "vendor"]\n\tpath = vendor\n\turl = https://elsewhere.example/x\n'})
    upstream.git("add", ".gitmodules")
    upstream.git("commit", "--quiet", "--message=submodule")

    [finding] = await findings_of(source_of(upstream))
    assert finding.path == "vendor"
    assert finding.message == "is a submodule"


async def test_links_outside_the_policy_folder_are_none_of_the_gate_s_business(
    upstream: "Upstream", source_of: SourceOf
) -> None:
    upstream.write({f"policies/{name}": content for name, content in upstream.pack.items()})
    (upstream.folder / "latest").symlink_to("/etc/passwd")
    upstream.commit_all()
    source = source_of(upstream, folder="policies")

    assert (await source.load(await source.fetch())).catalogue.services.keys() == {"payments"}


async def test_a_file_of_50_mb_is_refused_by_its_size_alone(upstream: "Upstream", source_of: SourceOf) -> None:
    upstream.commit({"services/big.yaml": b"\0" * 50_000_000})

    [finding] = await findings_of(source_of(upstream))
    assert finding.path == "services/big.yaml"
    assert "50000000 bytes" in finding.message


ATTRIBUTES = b"* text eol=crlf ident filter=evil diff=evil merge=evil export-subst working-tree-encoding=UTF-16\n"
OBJECTIVE = b"kind: Objective\nname: other\ndescription: $Id$ $Format:%H$\n"
BAD_YAML: Mapping[str, tuple[bytes, str]] = {
    "alias bomb": (b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n", "anchor &a is not allowed"),
    "deep nesting": (b"a: " + b"[" * 30_000, "nested deeper than 32"),
    "duplicate key": (b"kind: Group\nname: x\nname: y\n", "written twice, first on line 2"),
    "invalid UTF-8": (b"kind: Group\nname: \xff\n", "byte 0xff is not UTF-8"),
    "NUL": (b"kind: Group\0\n", "U+0000 is not allowed"),
    "UTF-16": ("kind: Group\n".encode("utf-16"), "is not UTF-8"),
    "code": (b"a: !!python/object/apply:os.system [ls]\n", "python/object/apply:os.system is not allowed"),
}


@pytest.mark.parametrize("case", BAD_YAML)
async def test_yaml_that_is_more_than_plain_values_is_refused(
    upstream: "Upstream", source_of: SourceOf, case: str
) -> None:
    content, message = BAD_YAML[case]
    upstream.commit({"groups.d/bad.yaml": content})

    findings = await findings_of(source_of(upstream))
    assert {finding.path for finding in findings} == {"groups.d/bad.yaml"}
    assert any(message in finding.message for finding in findings)


async def test_every_bad_file_is_reported_at_once(upstream: "Upstream", source_of: SourceOf) -> None:
    upstream.commit(
        {
            "a.yaml": "kind: Nonsense\n",
            "b.yaml": "kind: [\n",
            "rego/c.rego": b"package c\xff\n",
            "services/d.yaml": "kind: Service\nname: d\n",
            "e.rego": "package e\n",
        }
    )

    findings = await findings_of(source_of(upstream))
    assert {f.path for f in findings} == {"a.yaml", "b.yaml", "rego/c.rego", "services/d.yaml", "e.rego"}
    assert [f.path for f in findings] == sorted(f.path for f in findings)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("Services/payments.yaml",), "differs from"),
        (("caf\u00e9.yaml", "cafe\u0301.yaml"), "differs from"),
        (("a\rb.yaml",), "characters that are not allowed"),
        (("a\nb.yaml",), "characters that are not allowed"),
        (("\u202eyaml.x",), "characters that are not allowed"),
        (("a\\b.yaml",), "characters that are not allowed"),
        ((".gitevil/config",), "poses as git's own"),
        (("/".join(["d"] * 20) + ".yaml",), "longer than"),
    ],
)
async def test_a_name_that_means_something_else_elsewhere_is_refused(
    upstream: "Upstream", source_of: SourceOf, names: tuple[str, ...], message: str
) -> None:
    upstream.commit(dict.fromkeys(names, "kind: Group\n"))

    assert any(message in finding.message for finding in await findings_of(source_of(upstream)))


async def test_a_name_that_is_not_utf_8_is_refused(upstream: "Upstream", source_of: SourceOf) -> None:
    blob = upstream.object("blob", b"kind: Group\n")
    tree = upstream.git("mktree", "-z", feed=b"100644 blob " + blob.encode() + b"\tb\xffd.yaml\0")
    upstream.commit_tree(tree)

    findings = await findings_of(source_of(upstream))
    assert any("characters that are not allowed" in finding.message for finding in findings)


@pytest.mark.parametrize("name", [b"..", b".", b".git", b".GIT", b"a/b"])
async def test_a_tree_that_no_git_would_write_does_not_come_in(
    upstream: "Upstream", source_of: SourceOf, name: bytes
) -> None:
    inner = upstream.object("tree", b"100644 gate.yaml\0" + bytes.fromhex(upstream.object("blob", b"kind: Gate\n")))
    upstream.commit_tree(upstream.object("tree", b"40000 " + name + b"\0" + bytes.fromhex(inner)))

    with pytest.raises(RepositoryError, match="git fetch failed"):
        await source_of(upstream).fetch()


@pytest.mark.parametrize("date", ["", "x", "99999999999999999999999 +0000"])
async def test_a_commit_that_no_git_would_write_does_not_come_in(
    upstream: "Upstream", source_of: SourceOf, date: str
) -> None:
    head = f"tree {upstream.git('rev-parse', 'HEAD^{tree}')}\nparent {upstream.tip()}\n"
    commit = upstream.object("commit", f"{head}author A <a@b> 1 +0000\ncommitter A <a@b> {date}\n\nx\n".encode())
    (upstream.folder / ".git/refs/heads/main").write_text(f"{commit}\n")

    with pytest.raises(RepositoryError, match="git fetch failed"):
        await source_of(upstream).fetch()


async def test_a_repository_that_poses_as_a_git_directory_is_only_files(
    upstream: "Upstream", source_of: SourceOf
) -> None:
    upstream.commit(
        {"HEAD": "ref: refs/heads/evil\n", "commondir": "/elsewhere\n", "config": "[core]\n\tbare = true\n"}
    )
    source = source_of(upstream)

    assert (await source.load(await source.fetch())).documents == 6


@pytest.mark.parametrize(
    "content",
    [
        '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c touch%20{marker}\n\tupdate = !touch {marker}\n',
        '[submodule "../../x"]\n\tpath = ../../x\n\turl = --upload-pack=touch {marker}\n',
        "[include]\n\tpath = /etc/passwd\n",
        "[core]\n\tfsmonitor = touch {marker}\n\thooksPath = .\n",
        "this is no configuration\x00\n",
    ],
)
async def test_a_hostile_gitmodules_is_refused_or_without_effect(
    upstream: "Upstream", source_of: SourceOf, tmp_path: Path, content: str
) -> None:
    marker = tmp_path / "marker"
    upstream.commit({".gitmodules": content.format(marker=marker)})
    source = source_of(upstream)

    try:
        assert (await source.load(await source.fetch())).documents == 6
    except RepositoryError as refused:
        assert "git fetch failed" in refused.message  # noqa: PT017 -- git may refuse such a file, or not look at it
    assert not marker.exists()


async def test_gitattributes_change_no_byte_of_what_is_read(upstream: "Upstream", source_of: SourceOf) -> None:
    tree = upstream.git(
        "mktree",
        feed="".join(
            f"{line}\n"
            for line in (
                *upstream.git("ls-tree", "HEAD").splitlines(),
                f"100644 blob {upstream.object('blob', ATTRIBUTES)}\t.gitattributes",
                f"100644 blob {upstream.object('blob', OBJECTIVE)}\tother.yaml",
            )
        ).encode(),
    )
    upstream.commit_tree(tree)
    source = source_of(upstream)

    policy = await source.load(await source.fetch())
    assert policy.catalogue.objectives["other"].description == "$Id$ $Format:%H$"


async def test_files_of_forges_and_editors_are_not_read_as_policy(upstream: "Upstream", source_of: SourceOf) -> None:
    upstream.commit(
        {
            ".github/workflows/check.yml": "on: push\n",
            ".gitlab-ci.yml": "stages: [check]\n",
            ".pre-commit-config.yaml": "repos: []\n",
            ".gitignore": "*.swp\n",
            ".regal/config.yaml": "rules: {}\n",
        }
    )
    source = source_of(upstream)

    assert (await source.load(await source.fetch())).documents == 6


async def test_a_tree_of_ten_thousand_million_files_is_cut_off(upstream: "Upstream", source_of: SourceOf) -> None:
    entries = "".join(f"100644 blob {upstream.object('blob', b'x')}\tf{i}\n" for i in range(10))
    tree = upstream.git("mktree", feed=entries.encode())
    for _ in range(9):
        tree = upstream.git("mktree", feed="".join(f"040000 tree {tree}\td{i}\n" for i in range(10)).encode())
    upstream.commit_tree(tree)

    [finding] = await findings_of(source_of(upstream))
    assert "more than 50000 files" in finding.message


async def test_a_tree_nested_two_thousand_deep_is_refused(upstream: "Upstream", source_of: SourceOf) -> None:
    tree = b"100644 a.yaml\0" + bytes.fromhex(upstream.object("blob", b"kind: Group\n"))
    for _ in range(2_000):
        tree = b"40000 d\0" + bytes.fromhex(_loose(upstream.folder, "tree", tree))
    upstream.commit_tree(_loose(upstream.folder, "tree", tree))

    [finding] = await findings_of(source_of(upstream))
    assert "has a path longer than" in finding.message


async def test_a_revision_that_is_no_commit_id_is_refused_before_git_sees_it(
    upstream: "Upstream", source_of: SourceOf
) -> None:
    source = source_of(upstream)
    await source.fetch()

    for revision in ("main", "refs/gate/incoming", "--output=x", "HEAD~1", "a" * 39, "A" * 40, ""):
        with pytest.raises(RepositoryError, match="not a commit id"):
            await source.load(revision)


async def test_an_unknown_commit_is_an_error_that_says_so(upstream: "Upstream", source_of: SourceOf) -> None:
    source = source_of(upstream)
    await source.fetch()

    with pytest.raises(RepositoryError, match="not in the mirror"):
        await source.load("0" * 40)


async def test_the_id_of_a_tree_or_a_blob_is_no_revision(upstream: "Upstream", source_of: SourceOf) -> None:
    source = source_of(upstream)
    await source.fetch()

    for name in ("HEAD^{tree}", "HEAD:gate.yaml"):
        with pytest.raises(RepositoryError, match="not in the mirror"):
            await source.load(upstream.git("rev-parse", name))


async def test_an_empty_or_wrong_folder_is_rejected_not_an_empty_policy(
    upstream: "Upstream", source_of: SourceOf
) -> None:
    [finding] = await findings_of(source_of(upstream, folder="policies"))

    assert "holds no YAML and no Rego" in finding.message


def _loose(repository: Path, kind: str, content: bytes) -> str:
    """Write an object without starting git for each of thousands."""
    data = f"{kind} {len(content)}\0".encode() + content
    name = sha1(data).hexdigest()  # noqa: S324 -- git's own naming of objects
    path = repository / ".git/objects" / name[:2] / name[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(data, 1))
    return name
