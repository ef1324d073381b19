"""How a request ends otherwise than executed, seen at two desks: withdrawn, gone stale, timed out. Nobody has to guess
what became of it, or why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent_tui.domain.commands import VerifyCaller
from agent_tui.domain.contact import Verified
from tests.pty.floor import Floor, until
from tests.pty.pair import ask, open_request, pair_floor, sign, talking

pytestmark = pytest.mark.pty_long
LIFE_S = 30
"""Of a request: the least that a centre may set; a tired signer still gets there in time."""


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Floor]]:
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path / "home"))
    made: list[Floor] = []

    def serve(**settings: int) -> Floor:
        made.append(pair_floor(tmp_path / "home", settings))
        return made[-1]

    yield serve
    for floor in made:
        floor.close()


def test_a_withdrawn_request_leaves_the_signers_desk_and_was_never_its_makers_to_sign(
    opened: Callable[..., Floor],
) -> None:
    maker, signer = talking(opened())
    ask(maker, "200", "third complaint")
    until(signer, "! to sign 1")
    maker.send("f8")
    until(maker, "I asked")
    maker.send("enter")
    own = "You may not sign: You asked for this yourself. Somebody else must sign."
    until(maker, "Your request", "F7 withdraw", "Could sign", own, without="F9 sign")
    maker.send("f9")
    until(maker, "│ You asked for this yourself. Somebody else must sign.")
    maker.send("f7")
    until(maker, "Withdraw the request")
    maker.send("enter")
    until(maker, "Request withdrawn: Waive a fee", without="asked 1")
    until(signer, "No longer waits for your signature", without="to sign 1")


def test_what_changed_meanwhile_is_stale_and_both_are_told(opened: Callable[..., Floor]) -> None:
    floor = opened()
    maker, signer = talking(floor)
    ask(maker, "200", "third complaint")
    open_request(signer, "third complaint")
    assert floor.order(VerifyCaller(contact_id="k1", degree=Verified.NONE)) == "applied"
    sign(signer)
    until(signer, "Stale, not executed")
    until(maker, "Stale, not executed: Waive a fee", without="asked 1")


def test_a_request_nobody_signs_in_time_ends_before_the_eyes_of_both(opened: Callable[..., Floor]) -> None:
    maker, signer = talking(opened(approval_on_line_s=LIFE_S))
    ask(maker, "200", "third complaint")
    open_request(signer, "third complaint", "0:", "left")
    until(signer, "timed out", without="F9 sign")
    until(maker, "Not signed in time, not executed: Waive a fee", without="asked 1")
    signer.send("f9")
    until(signer, "was not signed in time")
    signer.send("escape")
    until(signer, without="to sign 1")
