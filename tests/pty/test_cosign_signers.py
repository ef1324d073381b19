"""Who signs: a person who proves who they are, and two of them above the top tier, one at a desk and one at a monitor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pty.floor import PASSWORD, Floor, ready, until
from tests.pty.pair import ABOVE, SIGNER, ask, on_the_line, open_request, pair_floor, sign

pytestmark = pytest.mark.pty_long
FIRST, SECOND = ABOVE


@pytest.fixture
def floor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Floor]:
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path / "home"))
    made = pair_floor(tmp_path / "home")
    yield made
    made.close()


def test_a_signature_takes_the_right_password(floor: Floor) -> None:
    maker = on_the_line(floor)
    signer = floor.signed_in(SIGNER)
    ready(signer)
    ask(maker, "200", "third complaint")
    open_request(signer, "third complaint")
    signer.send("f9")
    until(signer, "You sign exactly the text with digest", "Password *", "F9 sign")
    signer.send("wrong", "f9")
    until(signer, "Wrong password or code; nothing was done.", "You sign exactly the text with digest")
    until(maker, "asked 1")
    signer.send(PASSWORD, "f9")
    until(signer, "Co-signed and executed: Waive a fee")
    until(maker, "Co-signed and executed: Waive a fee", without="asked 1")


def test_above_the_top_tier_two_sign_one_at_a_desk_and_one_at_a_monitor(floor: Floor) -> None:
    maker = on_the_line(floor)
    first = floor.desk(FIRST)
    second = floor.desk(SECOND, mode="monitor")
    until(first, "+ live")
    until(second, "+ live")
    ask(maker, "2500", "settled out of court", online="2 online", proves=True)
    open_request(first, "settled out of court", "L4 or above x2; 0 signed")
    sign(first)
    until(first, "Signed, 1 more needed: Waive a fee 2,500.00 CNY", without="to sign 1")
    until(maker, "signed, 1 more needed: Waive a fee 2,500.00 CNY")

    first.send("f8")
    until(first, "Waits for others")
    first.send("enter")
    until(first, "L4 or above x2; 1 signed", "You have signed this request", "魏敏华 L4  signed")
    first.send("f9")
    until(first, "You have signed this request")
    first.send("escape")

    open_request(second, "settled out of court", "1 signed")
    sign(second)
    until(second, "Co-signed and executed: Waive a fee 2,500.00 CNY")
    until(maker, "Co-signed and executed: Waive a fee 2,500.00 CNY", without="asked 1")
