"""From the command line to the request document that the gate is asked with. Whether it is valid, the gate says."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

from gate.domain.errors import CallerError
from gate.interfaces.cli.change_options import ChangeOptions
from gate.interfaces.cli.ci_run import diff_url_of, run_of
from gate.interfaces.cli.git import COMMIT_ID, Difference
from gate.interfaces.cli.span import seconds_of

Document = dict[str, Any]
_DEMANDED: Final = ("service", "environment", "commit")


class WorkingTree(Protocol):
    """The caller's checkout."""

    def commit_id(self, name: str) -> str:
        """The commit id of a name. CallerError."""

    def difference(self, base: str, commit: str) -> Difference:
        """What a commit brings on top of its merge base with another. CallerError."""


def request_document(
    options: ChangeOptions, given: Mapping[str, Any], tree: WorkingTree, environment: Mapping[str, str]
) -> Document:
    """The request: what was given as JSON, with the options on top. CallerError names the option to mend."""
    document: Document = {**given, **_plain(options)}
    document["commit"] = _commit(options.commit or document.get("commit"), tree)
    document.setdefault("run", run_of(environment))
    if (diff_url := diff_url_of(environment, document["commit"])) is not None:
        document.setdefault("diff_url", diff_url)
    if options.paths_from is not None:
        document |= _from_git(tree.difference(options.paths_from, document["commit"]), options.paths or ())
    if options.lines is not None:
        document["size"] = {"files": len(document.get("paths", ())), **document.get("size", {}), "lines": options.lines}
    _demand(document)
    return document


def read_given(text: str, source: str) -> Document:
    """The document of `--request`. CallerError."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CallerError(f"{source} is not JSON: {error}", hint="See /docs of the gate for the schema.") from error
    if not isinstance(given, dict):
        raise CallerError(f"{source} holds no JSON object", hint="See /docs of the gate for the schema.")
    return given


def _plain(options: ChangeOptions) -> Document:
    """What needs no more than the options themselves; what was not given stays away."""
    document: Document = {
        "service": options.service,
        "environment": options.environment,
        "artifact": options.artifact,
        "run": options.run,
        "kind": options.kind,
        "paths": options.paths,
        "evidence": [_evidence(text) for text in options.evidence or ()],
        "author": options.author,
        "requester": options.requester,
        "labels": dict(label(text) for text in options.labels or ()),
        "incident": options.incident,
        "summary": options.summary,
        "diff_url": options.diff_url,
        "planned_start": options.planned_start,
        "duration": options.duration and f"PT{seconds_of(options.duration)}S",
        "implementer": options.implementer,
        "depends_on": options.depends_on,
    }
    return {field: value for field, value in document.items() if value}


def _commit(named: str | None, tree: WorkingTree) -> str:
    if named and COMMIT_ID.fullmatch(named):
        return named
    return tree.commit_id(named or "HEAD")


def _from_git(difference: Difference, more: Iterable[str]) -> Document:
    return {
        "paths": list(dict.fromkeys([*difference.paths, *more])),
        "size": {"files": len(difference.paths), "lines": difference.lines},
        "batch": {"commits": difference.commits, "oldest_commit_at": difference.oldest_commit_at},
    }


def _evidence(text: str) -> Document:
    kind, said = _pair(text, "--evidence", "KIND=STATUS or KIND=STATUS=URL, such as tests=passed")
    status, _, url = said.partition("=")
    return {"kind": kind, "status": status, **({"url": url} if url else {})}


def label(text: str) -> tuple[str, str]:
    """Name and value of `--label`. CallerError."""
    return _pair(text, "--label", "NAME=VALUE")


def _pair(text: str, option: str, form: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise CallerError(f"{option} {text!r} is not of the form {form}", field=option)
    return name, value


def _demand(document: Document) -> None:
    missing = [field for field in _DEMANDED if not document.get(field)]
    if missing:
        options = ", ".join(f"--{field}" for field in missing)
        raise CallerError(f"the change is not named: {options} missing", hint="See `gate check --help`.")
