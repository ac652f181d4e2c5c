"""What `gate check` is told of the change on its command line, before it becomes a request."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, Self

import typer

Service = Annotated[str | None, typer.Option(metavar="NAME", help="Service that changes.")]
Environment = Annotated[str | None, typer.Option(metavar="NAME", help="Environment it goes into.")]
Commit = Annotated[
    str | None, typer.Option(metavar="ID", help="Commit id, or what git here calls it.", show_default="HEAD here")
]
Artifact = Annotated[str | None, typer.Option(metavar="DIGEST", help="What is deployed, sha256:…")]
Run = Annotated[
    str | None, typer.Option(metavar="ID", help="Pipeline run; the same is answered once.", show_default="from CI")
]
Kind = Annotated[str | None, typer.Option(metavar="NAME", help="Kind of change, such as deploy or migration.")]
Paths = Annotated[list[str] | None, typer.Option("--path", metavar="PATH", help="Path that it touches; repeatable.")]
PathsFrom = Annotated[
    str | None, typer.Option(metavar="REF", help="Take paths, size and batch from git: what is new since REF.")
]
Lines = Annotated[int | None, typer.Option(metavar="N", min=0, help="How many lines it changes.")]
Evidence = Annotated[
    list[str] | None, typer.Option(metavar="KIND=STATUS[=URL]", help="Such as tests=passed; repeatable.")
]
Author = Annotated[str | None, typer.Option(metavar="NAME", help="Who wrote it.")]
Requester = Annotated[str | None, typer.Option(metavar="NAME", help="Who asks for it.")]
Labels = Annotated[list[str] | None, typer.Option("--label", metavar="NAME=VALUE", help="Repeatable.")]
Incident = Annotated[str | None, typer.Option(metavar="NAME", help="Declared incident that it repairs.")]
PlannedStart = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="When it is to start, such as 2026-11-28T02:00Z."),
]
Duration = Annotated[str | None, typer.Option(metavar="SPAN", help="How long it takes, such as 45m.")]
Implementer = Annotated[str | None, typer.Option(metavar="NAME", help="Who carries it out.")]
DependsOn = Annotated[
    list[str] | None,
    typer.Option("--depends-on", metavar="CHANGE", help="Finished first: an id, or service@commit; repeatable."),
]
Summary = Annotated[str | None, typer.Option(metavar="TEXT", help="What it is, in a sentence.")]
DiffUrl = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Where reviewers can read what it changes.", show_default="from CI"),
]
RequestFile = Annotated[
    str | None, typer.Option(metavar="FILE", help="JSON request, - for standard input; options go first.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOptions:
    """The options that describe the change, as they were given."""

    service: str | None = None
    environment: str | None = None
    commit: str | None = None
    artifact: str | None = None
    run: str | None = None
    kind: str | None = None
    paths: list[str] | None = None
    paths_from: str | None = None
    lines: int | None = None
    evidence: list[str] | None = None
    author: str | None = None
    requester: str | None = None
    labels: list[str] | None = None
    incident: str | None = None
    summary: str | None = None
    diff_url: str | None = None
    planned_start: str | None = None
    duration: str | None = None
    implementer: str | None = None
    depends_on: list[str] | None = None

    @classmethod
    def of(cls, chosen: Mapping[str, Any]) -> Self:
        """From the parameters of the command, which have the same names."""
        return cls(**{one.name: chosen[one.name] for one in fields(cls)})
