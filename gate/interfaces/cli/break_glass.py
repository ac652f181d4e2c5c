"""`gate break-glass`: a person goes around the process at once, by name and on record."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from gate.interfaces.break_glass_wire import BrokenAnswer
from gate.interfaces.cli import answering, render_text, terminal
from gate.interfaces.cli.check_result import Answered
from gate.interfaces.cli.gate_client import DEFAULT_URL, GateClient, Url
from gate.interfaces.cli.lines import Line, line
from gate.interfaces.cli.whole_seconds import cut


def break_glass(
    change_id: answering.ChangeId,
    *,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why nothing else is fast enough; everybody reads it.")],
    incident: Annotated[str, typer.Option(metavar="NAME", help="The incident that it is for.")],
    commit: answering.Commit = None,
    by: answering.By = None,
    url: Url = DEFAULT_URL,
) -> None:
    """Break the glass for a change, when even a bypass by pull request takes too long.

    What policy allows is lifted at once and judged all the same; everybody whose step is skipped is told, a bypass file
    is proposed to the policy repository, and a review is owed. Again changes nothing.

    Exit status: 0 it is on record, 2 you may not or there is nothing to break it for, 20 no answer.
    """
    with GateClient.at(url) as client:
        seen = client.look(change_id).said
        # Bound to what was just shown: if the change is another by the time this arrives, nothing is broken.
        document: dict[str, Any] = {"commit": commit or seen.commit, "artifact": seen.artifact}
        document |= {"reason": reason, "incident": incident} | ({} if by is None else {"by": by})
        reply = client.break_glass(change_id, document)
        result = Answered(reply.said, reply.body, client.url)
    terminal.show([*_lines(reply.said), *render_text.lines(result, render_text.marks())])


def _lines(said: BrokenAnswer) -> Iterator[Line]:
    glass = said.break_glass
    yield line(f"GLASS BROKEN by {glass.by} for {glass.incident}, change {said.id}: {glass.reason}", "red")
    lifted = ", ".join(glass.lifts) or "nothing"
    yield line(f"lifts {lifted}; the change may start on it until {cut(glass.until)}", indent=1)
    proposal = glass.proposal
    told = {
        "filed": f"proposed to the policy repository as branch {proposal.branch}",
        "by_hand": f"the gate may not push; commit this by hand, as {proposal.file}:",
    }
    pending = f"will be proposed to the policy repository as branch {proposal.branch}; {proposal.trouble}"
    yield line(told.get(proposal.state, pending).rstrip("; "), indent=1)
    if proposal.state == "by_hand":
        yield from (line(text, "dim", indent=2) for text in proposal.text.splitlines())
    yield line("a review is owed once it has started: gate pir list", indent=1)
