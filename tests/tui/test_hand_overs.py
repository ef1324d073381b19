"""What was left undone is handed over with its words, and a supervisor sees it, takes it, and who still holds what."""

from __future__ import annotations

import msgspec

from agent_tui.desk.found import TicketOf, TicketView
from agent_tui.desk.views import Pending
from agent_tui.domain.agent import Role
from agent_tui.domain.commands import HandOver, MoveTicket
from agent_tui.domain.hand_over import about
from agent_tui.domain.ticket import Ticket, TicketKind, TicketState
from agent_tui.i18n.message import msg
from tests import eg
from tests.tui.fake import FakeDoor
from tests.tui.stage import stage
from tests.unit.domain.floor import Floor


def test_a_hand_over_belongs_to_its_giver_until_somebody_takes_it() -> None:
    floor = Floor(eg.agent("s1", role=Role.SUPERVISOR, groups=()))
    made = next(
        row for row in floor.do(HandOver(title="减免费用", text="超出额度"), "a1").puts if isinstance(row, Ticket)
    )
    assert (made.kind, made.state, made.owner_id) == (TicketKind.HAND_OVER, TicketState.OPEN, "a1")
    done = floor.do(MoveTicket(ticket_id=made.id, state=TicketState.IN_PROGRESS), "s1")
    taken = next(row for row in done.puts if isinstance(row, Ticket))
    assert (taken.state, taken.owner_id, taken.about) == (TicketState.IN_PROGRESS, "s1", made.about)


async def test_what_was_refused_goes_to_the_supervisor_with_my_words_and_the_shift_may_end() -> None:
    door = FakeDoor()
    reason = {"zh": "超出本级额度", "en": "above your limit", "ja": "限度額超過"}
    summary = msg("desk.summary.AddNote", who="张•")
    refused = Pending(
        id="p1", type="AddNote", target="contact:q1", state="refused", made_at=eg.NOW, summary=summary, text="我写的话",
        reasons=(reason,),
    )  # fmt: skip
    door.pending += [refused, msgspec.structs.replace(refused, id="p2", state="queued")]
    async with stage(door, size=(80, 24)) as at:
        await at.press("f2", "o")
        assert "未办成的 1 项交给班长" in at.text
        await at.press("3")
        given = next(command for command in door.sent if isinstance(command, HandOver))
        assert "超出本级额度" in given.text and "我写的话" in given.text and given.contact_id == "q1"
        assert [item.id for item in door.pending] == ["p2"]


# ---- at a colleague's desk -------------------------------------------------------------------------------------------


class Colleague(FakeDoor):
    """A desk with one hand-over in its queue."""

    def __init__(self, *, mine: bool = False, ours: bool = True, state: TicketState = TicketState.OPEN) -> None:
        super().__init__(rows=0)
        kind, about_ = TicketKind.HAND_OVER, about("a2")
        self.tickets = {
            "t1": eg.ticket("t1", kind=kind, state=state, about=about_, title="减免年费", text="周五前答复")
        }
        self.mine, self.ours = mine, ours

    def _view_TicketOf(self, query: TicketOf) -> TicketView:
        return TicketView(ticket=self.tickets[query.id], group="", notes=(), mine=self.mine, ours=self.ours)


async def test_a_colleague_reads_a_hand_over_in_the_queue_and_takes_it() -> None:
    async with stage(door := Colleague(), size=(80, 24)) as at:
        await at.press("f3", "enter")
        assert "周五前答复" in at.text and "F9 接手" in at.text and "F8 办结" not in at.text
        await at.press("f9")
    assert door.sent == [MoveTicket(ticket_id="t1", state=TicketState.IN_PROGRESS)]


async def test_whoever_took_it_closes_it() -> None:
    async with stage(door := Colleague(mine=True, state=TicketState.IN_PROGRESS), size=(80, 24)) as at:
        await at.press("f3", "enter")
        assert "F8 办结" in at.text and "F9 接手" not in at.text
        await at.press("f8")
    assert door.sent == [MoveTicket(ticket_id="t1", state=TicketState.CLOSED)]


async def test_whose_it_is_not_reads_it_and_is_offered_nothing() -> None:
    async with stage(door := Colleague(ours=False), size=(80, 24)) as at:
        await at.press("f3", "enter")
        assert "周五前答复" in at.text and "F9 接手" not in at.text
        await at.press("f9", "f8")
    assert door.sent == []
