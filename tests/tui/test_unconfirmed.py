"""What the server has not confirmed carries its mark on every pane that shows the customer, until it has."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from agent_tui import ids
from agent_tui.desk import views
from agent_tui.desk.build import open_desk
from agent_tui.domain.commands import AddNote, Command, MoveTicket, PerformAction, RequestApproval, SetAgentState
from agent_tui.i18n.catalog import LANGUAGES
from agent_tui.i18n.message import msg
from agent_tui.store import write
from agent_tui.store.journal import NewItem
from agent_tui.tui.panes.unconfirmed import of_actions, said
from agent_tui.tui.words import Words
from tests import eg
from tests.flow.seed import profile
from tests.tui.stage import Stage, stage

WAIVED = views.Pending(
    id="p1", type="PerformAction", target="customer:c1", state="sending", made_at=eg.NOW, action="waive_fee",
    summary=msg("desk.summary.action.waive_fee", who="王*", amount_minor=5000),
)  # fmt: skip
NOTED = msgspec.structs.replace(
    WAIVED, id="p0", type="AddNote", action="", summary=msg("desk.summary.AddNote", who="")
)


async def with_customer(at: Stage) -> None:
    await at.offer()
    await at.press("f9")
    await at.told("contact")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_panes_carry_the_mark_until_the_server_has_confirmed(size: tuple[int, int]) -> None:
    async with stage(size=size) as at:
        await with_customer(at)
        mark = said((WAIVED,), at.desk.words)
        assert mark.startswith("~ ") and "减免费用" in mark
        at.door.unconfirmed["c1"] = (WAIVED, NOTED)
        await at.told("journal")
        await at.press("f4")
        assert f"{mark} +1" in at.text
        await at.press("f6")
        await at.pilot.pause(0.2)
        (line,) = [line for line in at.text.splitlines() if " W ~ " in line]
        assert at.desk.words.of("pending", "sending") in line
        at.door.unconfirmed["c1"] = (msgspec.structs.replace(WAIVED, state="unknown"),)
        at.desk.tick()
        await at.pilot.pause(0.2)
        assert " W ? " in at.text, "by itself, with the time that passes"
        at.door.unconfirmed.clear()
        await at.told("journal")
        await at.pilot.pause(0.2)
        assert " W ? " not in at.text
        await at.press("f4")
        assert at.desk.words.of("pending", "unknown") not in at.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_latest_is_named_and_the_others_counted(language: str) -> None:
    words = Words(language)
    assert said((), words) == ""
    assert said((NOTED, WAIVED), words).endswith("+1") and said((NOTED,), words)[-2:] != "+0"
    assert of_actions((WAIVED, msgspec.structs.replace(WAIVED, state="queued"), NOTED)) == {"waive_fee": "sending"}


def test_a_customers_are_those_about_them_their_contacts_and_their_tickets(tmp_path: Path) -> None:
    desk = open_desk(profile(tmp_path))
    try:
        rows = (
            eg.contact("k1", customer_id="c1"),
            eg.contact("k2", customer_id="c2"),
            eg.ticket("t1", customer_id="c1"),
        )
        write.put_rows(desk.sight.cache, rows)
        waive = PerformAction(action="waive_fee", customer_id="c1", contact_id="k2", amount_minor=1, reason="x")
        commands: tuple[Command, ...] = (
            SetAgentState(state="ready"),
            AddNote(contact_id="k1", text="x"),
            AddNote(contact_id="k2", text="x"),
            MoveTicket(ticket_id="t1", state="closed", text="x"),
            waive,
            RequestApproval(command=waive, reason="x"),
        )
        for command in commands:
            new = NewItem(
                id=ids.uuid7(), agent_id="a1", command=command, if_match=None, offline=False, made_at=eg.NOW
            )
            desk.journal.add(new)
        found = desk.view(views.Unconfirmed(customer_id="c1"))
        assert [(item.type, item.action) for item in found] == [
            ("RequestApproval", "waive_fee"),
            ("PerformAction", "waive_fee"),
            ("MoveTicket", ""),
            ("AddNote", ""),
        ]
        desk.journal.set_state(found[0].id, "refused").result(5)
        assert len(desk.view(views.Unconfirmed(customer_id="c1"))) == 3, "refused is no longer unconfirmed"
    finally:
        desk.journal.close()
        desk.sight.cache.close()
        desk._lock.release()
