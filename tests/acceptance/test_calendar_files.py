"""`gate calendar import` and `export`: files in, files out, and an exit status that tells if something was lost."""

import json
from pathlib import Path
from typing import Final

import pytest
import yaml
from typer.testing import CliRunner

from gate import wiring
from gate.domain.errors import GateError
from gate.interfaces.cli import main
from gate.interfaces.cli.exit_status import of_error
from gate.interfaces.cli.failure import told
from tests.acceptance.served import PROJECT, Ended, gate

PACK: Final = str(PROJECT / "policies")
EVENT: Final = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Year end\r\n"
    "DTSTART;TZID=Europe/Amsterdam:20261218T180000\r\nDTEND;TZID=Europe/Amsterdam:20270104T080000\r\nEND:VEVENT\r\n"
    "{more}END:VCALENDAR\r\n"
)
POINT: Final = "BEGIN:VEVENT\r\nUID:2\r\nSUMMARY:Thaw\r\nDTSTART:20270104T080000Z\r\nEND:VEVENT\r\n"


def calendar(*arguments: str, given: str | None = None) -> Ended:
    """`gate calendar`, in this process: there are many calls, and each process takes a second to start."""
    done = CliRunner().invoke(main.app, ["calendar", *arguments], obj=lambda: wiring, prog_name="gate", input=given)
    if isinstance(done.exception, GateError):
        return Ended(of_error(done.exception), done.stdout, "\n".join(line.text for line in told(done.exception)))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return Ended(done.exit_code, done.stdout, done.stderr)


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A calendar of which everything can be expressed."""
    file = tmp_path / "year.ics"
    file.write_text(EVENT.format(more=""), newline="")
    return file


@pytest.fixture
def partial(tmp_path: Path) -> Path:
    """One of which something cannot."""
    file = tmp_path / "marks.ics"
    file.write_text(EVENT.format(more=POINT), newline="")
    return file


def test_windows_go_to_standard_output_and_the_report_beside_it(whole: Path) -> None:
    done = calendar("import", str(whole), "--from", "ics", "--environment", "production")
    assert (done.status, done.err) == (0, "1 window\n")
    assert done.out.startswith("# Made by `gate calendar import --from ics` from year.ics; import it again")
    assert "scope: {environments: [production]}\nstart: 2026-12-18T18:00\nend: 2027-01-04T08:00\n" in done.out


def test_what_was_imported_is_policy(whole: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy"
    assert gate("init", str(policy)).status == 0
    target = policy / "calendar" / "imported.yaml"
    done = calendar(
        "import", str(whole), "--from", "ics", "--service", "payments", "--prefix", "hq-", "--out", str(target)
    )
    assert (done.status, done.out) == (0, "")
    assert gate("policy", "check", str(policy)).status == 0
    assert "hq-year-end" in gate("policy", "show", str(policy)).out


def test_where_something_is_lost_nothing_is_written(partial: Path, tmp_path: Path) -> None:
    out = tmp_path / "imported.yaml"
    done = calendar("import", str(partial), "--from", "ics", "--out", str(out))
    assert (done.status, done.out, out.exists()) == (1, "", False)
    lost, total, advice = done.err.splitlines()
    assert lost.startswith("lost: marks.ics:10: Thaw: it has no length; the event is left out (If it marks a beginning")
    assert total == "1 window, 1 lost"
    assert advice.endswith("Mend the original, or write what is left with --allow-loss.")


def test_a_loss_that_is_allowed_stands_in_the_file(partial: Path) -> None:
    done = calendar("import", str(partial), "--from", "ics", "--allow-loss")
    assert done.status == 0
    assert done.out.splitlines()[1].startswith("# Not taken over: marks.ics:10: Thaw: it has no length")


def test_two_marks_are_paired(partial: Path) -> None:
    done = calendar("import", str(partial), "--from", "ics", "--pair", "year* = thaw")
    assert (done.status, done.err) == (0, "1 window\n")
    assert "end: 2027-01-04T09:00\n" in done.out


def test_an_import_is_made_again_but_nothing_that_somebody_wrote_is_overwritten(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "imported.yaml"
    for _ in range(2):
        assert calendar("import", str(whole), "--from", "ics", "--out", str(out)).status == 0
    out.write_text("kind: Freeze\n")
    done = calendar("import", str(whole), "--from", "ics", "--out", str(out))
    assert (done.status, out.read_text()) == (2, "kind: Freeze\n")
    assert "no import made it" in done.err


def test_a_calendar_may_come_from_standard_input(whole: Path) -> None:
    done = calendar("import", "-", "--from", "ics", given=whole.read_text())
    assert done.status == 0
    assert "from standard input" in done.out


def test_argo_cd_and_gitlab_are_read_too(tmp_path: Path) -> None:
    project = tmp_path / "project.yaml"
    project.write_text(
        "spec:\n  syncWindows:\n  - {kind: allow, schedule: '0 9-17 * * *', duration: 8h, namespaces: [production]}\n"
    )
    coordinate = ("--as", "namespaces=environments")
    done = calendar("import", str(project), "--from", "argocd", *coordinate, "--since", "2026-01-01")
    assert (done.status, "start: 2026-01-01T09:00\nend: 2026-01-02T01:00" in done.out) == (0, True)
    assert "project.yaml:3: warning: syncWindows[0].schedule: it begins 9 times a day" in done.err
    freezes = tmp_path / "freezes.json"
    freezes.write_text('[{"freeze_start": "0 23 * * 5", "freeze_end": "0 8 * * 1"}]')
    done = calendar("import", str(freezes), "--from", "gitlab", "--kind", "Advisory")
    assert (done.status, "kind: Advisory" in done.out) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "ics", "--timezone", "Europe/Amsterdan"], "did you mean Europe/Amsterdam"),
        (["--from", "argocd", "--kind", "Freeze"], "--kind says nothing to a calendar of the form argocd"),
        (["--from", "ics", "--as", "clusters=services"], "--as says nothing to a calendar of the form ics"),
        (["--from", "gitlab", "--since", "soon"], "--since 'soon' is no date"),
        (["--from", "argocd", "--as", "x"], "says no coordinate"),
        (["--from", "ics", "--pair", "thaw"], "is no pair"),
        (["--from", "gitlab"], "is no JSON"),
    ],
)
def test_what_is_asked_wrongly_is_told(whole: Path, arguments: list[str], said: str) -> None:
    done = calendar("import", str(whole), *arguments)
    assert (done.status, done.out) == (2, "")
    assert said in done.err


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "latin.ics").write_bytes(b"\xe9")
    (tmp_path / "large.ics").write_bytes(b"x" * (1024 * 1024 + 1))
    for name, said in (("no.ics", "No such file"), ("latin.ics", "utf-8"), ("large.ics", "larger than 1024 KiB")):
        done = calendar("import", str(tmp_path / name), "--from", "ics")
        assert (done.status, said in done.err) == (2, True), done.err


def test_nothing_found_is_no_success(whole: Path) -> None:
    done = calendar("import", str(whole), "--from", "ics", "--only", "party")
    assert (done.status, done.out) == (1, "")


# Out


def test_the_pack_goes_out_as_icalendar_and_comes_back(tmp_path: Path) -> None:
    file = tmp_path / "calendar.ics"
    assert calendar("export", PACK, "--to", "ics", "--out", str(file)).status == 0
    assert b"\r\nBEGIN:VTIMEZONE\r\n" in file.read_bytes()
    done = calendar("import", str(file), "--from", "ics")
    assert done.status == 0
    assert {document["name"] for document in yaml.load_all(done.out, yaml.BaseLoader)} == {
        "black-friday",
        "year-end",
        "payday",
        "core-banking-nights",
        "core-banking-sundays",
    }


def test_what_argo_cd_cannot_have_is_left_out_only_if_that_is_allowed(tmp_path: Path) -> None:
    done = calendar("export", PACK, "--to", "argocd")
    assert (done.status, done.out) == (1, "")
    assert "lost: Freeze black-friday: Argo CD cannot have it" in done.err
    maintenance = calendar("export", PACK, "--to", "argocd", "--kind", "Maintenance")
    assert maintenance.status == 0
    made = yaml.safe_load(maintenance.out)["spec"]["syncWindows"]
    assert [(window["kind"], window["schedule"]) for window in made] == [
        ("allow", "0 22 * * 2,4"),
        ("allow", "0 6 * * 0"),
    ]
    allowed = calendar("export", PACK, "--to", "argocd", "--allow-loss", "--out", str(tmp_path / "x.yaml"))
    assert (allowed.status, allowed.out) == (0, "")
    assert len(yaml.safe_load((tmp_path / "x.yaml").read_text())["spec"]["syncWindows"]) == 2


def test_gitlab_gets_what_is_about_one_project(tmp_path: Path) -> None:
    policy = tmp_path / "policy"
    assert gate("init", str(policy)).status == 0
    (policy / "calendar" / "weekends.yaml").write_text(
        "kind: Freeze\nname: weekends\nscope: {environments: [production]}\n"
        "start: 2026-01-02T23:00\nend: 2026-01-05T08:00\nrecurrence: FREQ=WEEKLY\n"
        "---\nkind: Freeze\nname: migrations\nscope: {kinds: [migration]}\n"
        "start: 2026-01-02T23:00\nend: 2026-01-05T08:00\nrecurrence: FREQ=WEEKLY\n"
    )
    project = ("--service", "help-centre", "--environment", "production", "--kind", "Freeze")
    done = calendar("export", str(policy), "--to", "gitlab", *project, "--allow-loss")
    assert "lost: Freeze migrations: GitLab cannot have it: it is about some changes of the service only" in done.err
    assert json.loads(done.out) == [{"freeze_start": "0 23 * * 5", "freeze_end": "0 8 * * 1", "cron_timezone": "UTC"}]


def test_a_revision_is_exported_as_it_was(tmp_path: Path) -> None:
    policy = tmp_path / "policy"
    assert gate("init", str(policy)).status == 0
    (policy / "calendar" / "freezes.yaml").unlink()
    done = calendar("export", str(policy), "--to", "ics", "--revision", "HEAD")
    assert "black-friday" in done.out
    assert "DTSTAMP:1970" not in done.out


def test_a_service_that_nobody_knows_is_told() -> None:
    done = calendar("export", PACK, "--to", "ics", "--service", "payment")
    assert (done.status, "did you mean payments" in done.err) == (2, True)
