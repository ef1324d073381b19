"""What customers and colleagues write, in the real program on a real terminal: shown as text, in every pane, and nothing
of it acts on the terminal or on the program."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from agent_tui.domain.commands import AddNote, OfferNew, RaiseWorkOrder, ReceiveMessage, ReportEvent
from agent_tui.domain.contact import Channel
from agent_tui.domain.customer import Product
from agent_tui.server.customers import NewCustomer
from bench.terminal import Terminal, lines
from tests.pty.floor import AGENT, Floor, ready, until

pytestmark = pytest.mark.pty_long
TITLE, CLEAR, COLOUR, CLICK = "\x1b]0;pwned\x07", "\x1b[2J\x1b[H", "\x9b31m", "[@click=app.quit]x[/]"
HIDDEN = "\u202e\u200f\u2066\u200b\u200d\ufeff"
BOMB = f"[/x]{TITLE}{CLEAR}{COLOUR}{CLICK}{HIDDEN}e\u0301\x07end"
KEPT = f"{BOMB}\x00"
"""As an old ledger may hold it: what comes in with the character that ends strings is refused."""
LONG = "[/x]王" * 2500
"""10,000 characters."""


@pytest.fixture
def floor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Floor]:
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path / "home"))
    terminal = Product(id="t1", kind="terminal", number=KEPT, facts={"site": KEPT})
    people = [
        NewCustomer(id=id, name=name, kind="merchant", address=KEPT, sensitivity=KEPT, products=(terminal,))
        for id, name in (("c1", KEPT), ("c2", LONG))
    ]
    made = Floor(tmp_path / "home", people)
    made.serve()
    yield made
    made.close()


def unharmed(desk: Terminal) -> None:
    """The screen is whole: bars where they belong, every line as wide as the terminal, nothing hidden in it."""
    desk.feed()
    screen = lines(desk.screen)
    assert desk.screen.title == "" or "pwned" not in desk.screen.title
    assert screen[-1].startswith(" F9"), "\n".join(screen)
    assert "陈晓" in screen[-2], "\n".join(screen)
    assert "Something went wrong" not in desk.text()
    shown = "".join(screen)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs")]


def nothing_acted(desk: Terminal) -> None:
    """No sequence of theirs was among the bytes that reached the terminal."""
    sent = b"".join(data for _, data in desk.chunks)
    for part in (TITLE, CLEAR, "\x9b", *HIDDEN):
        assert part.encode() not in sent, part
    assert b"\x1b]0;" not in sent
    assert b"pwned\x07" not in sent


def test_hostile_text_is_text_in_every_pane(floor: Floor) -> None:
    desk = floor.desk(columns=120, rows=40)
    ready(desk)
    offer = OfferNew(contact_id="k1", channel=Channel.CHAT, caller=BOMB, customer_id="c1", group="cards", text=BOMB)
    assert floor.report(msgspec.structs.replace(offer, text=KEPT)) == "refused"
    assert floor.report(offer) == "applied"
    until(desk, "OFFERED TO YOU", "[/x]")
    unharmed(desk)
    desk.send("f9")
    established = ReportEvent(contact_id="k1", event="Established", agent_id=AGENT, party="agent")
    until(desk, "* talking", again=lambda: floor.report(established))
    for text in (BOMB, LONG):
        assert floor.report(ReceiveMessage(contact_id="k1", text=text)) == "applied"
        floor.order(AddNote(contact_id="k1", customer_id="c1", text=text))
        floor.order(RaiseWorkOrder(group="cards", title=text, text=text, contact_id="k1", customer_id="c1"))
        for number in range(3):
            waiting = OfferNew(
                contact_id=f"{number}{len(text)}",
                channel=Channel.EMAIL,
                caller=text,
                customer_id="c2",
                group="cards",
                text=text,
            )
            floor.report(waiting)
    until(desk, CLICK)
    for key in ("f3", "down", "enter", "f4", "down", "f5", "f6", "down", "\x14", "escape", "f3"):
        desk.send(key)
        desk.settle(quiet=0.15, most=0.6)
        unharmed(desk)
    nothing_acted(desk)
