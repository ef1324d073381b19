"""What an agent saw in a contact is printed again by keys: of the customer in front, and at the monitor."""

from __future__ import annotations

from agent_tui.blueprints.model import dump
from agent_tui.wire.walks import WalkedOnce, WalksOf
from tests.tui.stage import Stage, stage
from tests.tui.test_blueprint import led


async def recorded(at: Stage) -> str:
    """Led two nodes on; the record is at the server. Returns the first sentence said."""
    await led(at)
    run = at.desk.seat.guide.of("q0")
    assert run is not None
    said = at.desk.seat.guide.shown("q0")
    assert said is not None
    await at.press("f9")
    (walk,) = at.desk.seat.guide.walks("q0")
    one = WalkedOnce(agent="员工a1", walk=walk, wording=dump(run.blueprint).decode())
    at.door.walks["q0"] = WalksOf(contact_id="q0", walks=(one,), erased=1)
    return said.text.split("\n")[0]


async def test_the_customers_past_contacts_are_read_word_for_word() -> None:
    async with stage() as at:
        said = await recorded(at)
        await at.press("f2", "Y")
        assert "inquiry_standard" not in at.text or "联络回看" in at.text
        await at.press("enter")
        assert said in at.text and "员工a1" in at.text and "inquiry_standard@" in at.text
        await at.press("escape", "escape")
        assert "联络回看" not in at.text


async def test_without_a_record_or_a_server_it_says_so() -> None:
    async with stage() as at:
        await at.press("f2", "Y")
        assert "没有记录过蓝图" in at.text
        await recorded(at)
        at.door.online = False
        await at.told("connection")
        await at.press("f2", "Y")
        assert "与服务器断开" in at.text
