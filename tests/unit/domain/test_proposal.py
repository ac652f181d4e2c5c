"""What is proposed to the policy repository. That it reads as a freeze is shown with the adapter's tests."""

import json

from gate.domain.bypass import Bypass
from gate.domain.proposal import bypass_proposal_of, proposal_of
from gate.domain.red_button import Thaw
from tests.builders import AT_NS, HOUR, a_change, a_glass, a_pressed_freeze

FREEZE = a_pressed_freeze(
    id="frz_1", scope={"environments": ["production"]}, reason='"Fire" in the hall: #1', incident="INC-1"
)


def test_a_freeze_is_proposed_as_one_file_on_a_branch_of_its_own() -> None:
    proposal = proposal_of(FREEZE)
    assert (proposal.branch, proposal.path) == ("gate/freeze-frz_1", "calendar/pressed-frz_1.yaml")
    assert proposal.text == (
        "# Pressed by ruth; thawing it in the gate does not undo this file."
        " It has no known end: it holds until this file is deleted.\n"
        'kind: "Freeze"\n'
        'name: "frz_1"\n'
        'description: "\\"Fire\\" in the hall: #1"\n'
        'incident: "INC-1"\n'
        'scope: {"environments": ["production"]}\n'
        'start: "2026-11-02T10:00:00"\n'
        'overrun: "finish"\n'
    )


def test_the_commit_says_who_pressed_when_and_why() -> None:
    message = proposal_of(FREEZE).message
    assert message.startswith('Freeze frz_1: "Fire" in the hall: #1\n\n')
    assert "Pressed by ruth at 2026-11-02T10:00:00Z for INC-1" in message


def test_a_known_end_is_written_and_never_too_early() -> None:
    text = proposal_of(FREEZE.model_copy(update={"until_ns": AT_NS + HOUR + 1})).text
    assert 'end: "2026-11-02T11:00:01"' in text
    assert "no known end" not in text


def test_what_became_of_the_freeze_changes_nothing_about_it() -> None:
    later = FREEZE.model_copy(update={"thaw": Thaw(by="ruth", at_ns=AT_NS, reason="it is out"), "filed_at_ns": AT_NS})
    assert proposal_of(later) == proposal_of(FREEZE)


def test_a_broken_glass_is_proposed_as_the_bypass_that_it_was_and_reads_as_one() -> None:
    glass = a_glass(a_change(), id="glass_1", expires_ns=AT_NS + 4 * HOUR + 1)
    proposal = bypass_proposal_of(glass, ("freeze",))
    assert (proposal.branch, proposal.path) == ("gate/break-glass-glass_1", "bypasses/break-glass-glass_1.yaml")
    said = dict(line.split(": ", 1) for line in proposal.text.splitlines()[1:])
    bypass = Bypass.model_validate({name: json.loads(value) for name, value in said.items()})
    assert (bypass.id, bypass.skip, bypass.change.commit) == ("glass_1", ("freeze",), glass.commit)
    assert (bypass.uses, bypass.requested_by, bypass.ticket) == (1, "ruth", "INC-7")
    assert bypass.expires_ns == AT_NS + 4 * HOUR, "never longer than it held"
    assert "Broken by ruth at 2026-11-02T10:01:00Z for INC-7" in proposal.message


def test_a_glass_that_lifted_nothing_is_proposed_with_what_it_might_have() -> None:
    glass = a_glass(a_change())
    assert 'skip: ["freeze", "peer_review"]' in bypass_proposal_of(glass, ()).text
