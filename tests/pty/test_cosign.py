"""Two desks side by side, a real server between them: asked, signed, refused, withdrawn, gone stale, all understood
from the screens alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui.config import runtime
from agent_tui.domain.commands import OfferNew, ReportEvent, VerifyCaller
from agent_tui.domain.contact import Channel, Verified
from agent_tui.server.customers import NewCustomer
from agent_tui.server.database import Database
from agent_tui.server.seed import QUICK, NewAccount, add_accounts
from bench.terminal import Terminal
from tests.pty.floor import AGENT, LOGIN, PASSWORD, Floor, ready, until
from tests.pty.test_offline import leader

pytestmark = pytest.mark.pty

SIGNER, SIGNER_LOGIN = "a1004", "xu.menglei"


class Two(Floor):
    """A second seat: somebody of level 3."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, [NewCustomer(id="c1", name="张伟", phone="13812345678")])
        db = Database(self.database)
        add_accounts(db, [NewAccount(login=SIGNER_LOGIN, password=PASSWORD, agent_id=SIGNER)], QUICK)
        db.close()

    def serve(self) -> None:
        super().serve()
        seats = tuple(runtime.Seat(mode="desk", login=who, password=PASSWORD) for who in (LOGIN, SIGNER_LOGIN))
        runtime.write_demo(runtime.Demo(url=self.url, seats=seats, pid=os.getpid()))


@pytest.fixture
def floor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Two]:
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path / "home"))
    made = Two(tmp_path / "home")
    made.serve()
    yield made
    made.close()


def talking(floor: Two) -> tuple[Terminal, Terminal]:
    """The maker with a verified customer on the line, and the signer at their desk."""
    maker = floor.desk()
    ready(maker)
    floor.report(
        OfferNew(
            contact_id="k1", channel=Channel.PHONE, caller="13812345678", customer_id="c1", group="cards", text="fee"
        )
    )
    until(maker, "OFFERED TO YOU")
    maker.send("f9")
    established = ReportEvent(contact_id="k1", event="Established", agent_id=AGENT, party="agent")
    until(maker, "talking", again=lambda: floor.report(established))
    assert floor.order(VerifyCaller(contact_id="k1", degree=Verified.FULL, checks=("id", "phone"))) == "applied"
    signer = floor.desk()
    ready(signer)
    return maker, signer


def ask(maker: Terminal, amount: str, reason: str) -> None:
    """Fill the form of a waived fee above one's limit, and ask for the co-sign."""
    leader(maker, "W")
    until(maker, "Amount *")
    maker.send(amount)
    until(maker, "F8 asks them", "1 online")
    maker.send("\t", reason)
    until(maker, reason)
    maker.send("f8")
    until(maker, "will be asked to co-sign", "Could sign now: 1 online")
    maker.send("enter")
    until(maker, "Co-sign asked for", "asked 1")


def open_request(signer: Terminal, reason: str) -> str:
    until(signer, "! to sign 1", "asks you to co-sign")
    signer.send("f8")
    until(signer, "Waits for me")
    signer.send("enter")
    return until(signer, "Asks you to co-sign", reason, "F9 sign", "computed here, the same")


def test_asked_refused_asked_again_signed_and_executed(floor: Two) -> None:
    maker, signer = talking(floor)
    ask(maker, "200", "third complaint")
    page = open_request(signer, "third complaint")
    for told in ("Waive a fee  200.00 CNY", "L2", "Limits", "Digest", "Version", "waits for signatures"):
        assert told in page

    signer.send("f7")
    until(signer, "Why not *")
    signer.send("ask the branch first")
    until(signer, "ask the branch first")
    signer.send("f9")
    until(signer, "Refused: Waive a fee")
    until(maker, "Co-sign refused: Waive a fee", "refused: ask the branch")

    ask(maker, "120", "branch agrees")
    open_request(signer, "branch agrees")
    signer.send("f9")
    until(signer, "You sign exactly the text with digest")
    signer.send("f9")
    until(signer, "Co-signed and executed: Waive a fee")
    until(maker, "Co-signed and executed: Waive a fee", without="asked 1")


def test_a_withdrawn_request_leaves_the_signers_desk(floor: Two) -> None:
    maker, signer = talking(floor)
    ask(maker, "200", "third complaint")
    until(signer, "! to sign 1")
    maker.send("f8")
    until(maker, "I asked")
    maker.send("enter")
    page = until(maker, "Your request", "F7 withdraw", "Could sign")
    assert "F9 sign" not in page
    assert "You may not sign: You asked for this yourself. Somebody else must sign." in page
    maker.send("f9")
    until(maker, "│ You asked for this yourself. Somebody else must sign.")
    maker.send("f7")
    until(maker, "Withdraw the request")
    maker.send("enter")
    until(maker, "Request withdrawn: Waive a fee", without="asked 1")
    until(signer, "No longer waits for your signature", without="to sign 1")


def test_what_changed_meanwhile_is_stale_and_both_are_told(floor: Two) -> None:
    maker, signer = talking(floor)
    ask(maker, "200", "third complaint")
    open_request(signer, "third complaint")
    assert floor.order(VerifyCaller(contact_id="k1", degree=Verified.NONE)) == "applied"
    signer.send("f9")
    until(signer, "You sign exactly the text with digest")
    signer.send("f9")
    until(signer, "Stale, not executed")
    until(maker, "Stale, not executed: Waive a fee", without="asked 1")
