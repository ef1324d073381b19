"""Two desks side by side and what is done at them: one asks for a co-sign, another reads the request."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from agent_tui.domain.commands import VerifyCaller
from agent_tui.domain.contact import Verified
from agent_tui.server.customers import NewCustomer
from bench.terminal import Terminal
from tests.pty.floor import AGENT, LOGIN, Floor, Seat, call, leader, ready, until

SIGNER, SIGNER_ID = "xu.menglei", "a1004"
"""Of level 3; who asks is of level 2."""
ABOVE = {"wei.minhua": "a3001", "du.haitao": "a3002"}
"""Supervisors, of level 4."""


def pair_floor(home: Path, settings: Mapping[str, int] = {}) -> Floor:
    """A floor that serves, with seats for all of them and one customer."""
    people = {LOGIN: AGENT, SIGNER: SIGNER_ID, **ABOVE}
    made = Floor(home, [NewCustomer(id="c1", name="张伟", phone="13812345678")], people, settings)
    made.serve()
    return made


def on_the_line(floor: Floor) -> Seat:
    """The desk of who asks, a verified customer on the line."""
    maker = floor.desk()
    ready(maker)
    call(floor, maker)
    assert floor.order(VerifyCaller(contact_id="k1", degree=Verified.FULL, checks=("id", "phone"))) == "applied"
    return maker


def talking(floor: Floor) -> tuple[Seat, Seat]:
    """Who asks, with the customer on the line, and the signer at their desk."""
    maker = on_the_line(floor)
    signer = floor.desk(SIGNER)
    ready(signer)
    return maker, signer


def ask(maker: Terminal, amount: str, reason: str, online: str = "1 online", *, proves: bool = False) -> None:
    """Fill the form of a waived fee above one's limit, and ask for the co-sign. `proves`: a sum so large that whoever
    asks has to authenticate again; the desk knows the password, as in the demo."""
    leader(maker, "W")
    until(maker, "Amount *")
    maker.send(amount)
    until(maker, "F8 asks them", online)
    maker.send("\t", reason)
    until(maker, reason)
    maker.send("f8")
    until(maker, "will be asked to co-sign", f"Could sign now: {online}")
    maker.send("enter")
    if proves:
        until(maker, "Password or one-time code")
        maker.send("f9")
    until(maker, "Co-sign asked for", "asked 1")


def open_request(signer: Terminal, reason: str, *texts: str) -> None:
    """From the news of it to its page."""
    until(signer, "! to sign 1", "asks you to co-sign")
    signer.send("f8")
    until(signer, "Waits for me")
    signer.send("enter")
    until(signer, "Asks you to co-sign", reason, "F9 sign", "computed here, the same", *texts)


def sign(signer: Terminal) -> None:
    """From the page to the signature; the desk knows the password, as in the demo."""
    signer.send("f9")
    until(signer, "You sign exactly the text with digest")
    signer.send("f9")
