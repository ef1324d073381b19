"""Led through a blueprint by keys: say, ask, check, do; back and jump; kept when the desk is killed."""

from __future__ import annotations

from agent_tui.blueprints.run import Shown
from agent_tui.domain import commands as c
from agent_tui.domain.contact import Verified
from tests.tui.fake import FakeDoor
from tests.tui.stage import Stage, stage


async def led(at: Stage, blueprint: str = "inquiry_standard") -> None:
    """In a call, with a blueprint open."""
    await at.offer()
    await at.press("f9")
    await at.told("contact")
    await at.press("f9")
    await at.type(blueprint)
    await at.press("enter")


def shown(at: Stage) -> str:
    """Id of the node on the screen."""
    now = at.desk.seat.guide.shown("q0")
    assert now is not None
    return now.node


async def test_one_key_says_the_next_sentence_and_left_goes_back() -> None:
    async with stage() as at:
        await led(at)
        first = shown(at)
        await at.press("f9")
        second = shown(at)
        assert second != first
        await at.press("left")
        assert shown(at) == first
        await at.press("enter")
        assert shown(at) == second


async def test_answers_are_digits_also_in_full_width() -> None:
    async with stage() as at:
        await led(at)
        await at.press("f9")
        asked = at.desk.seat.guide.shown("q0")
        assert asked is not None
        assert asked.choices
        await at.press("１")
        assert shown(at) != asked.node


async def test_an_identity_check_counts_what_was_right_and_records_it() -> None:
    async with stage() as at:
        await led(at)
        now = await until(at, "check")
        await at.press("f9")
        assert not isinstance(at.last, c.VerifyCaller)
        digits = [str(n) for n in range(1, now.need + 1)]
        await at.press(*digits, "f9")
        assert at.last == c.VerifyCaller(
            contact_id="q0", degree=Verified(now.degree), checks=tuple(id for id, _ in now.checks[: now.need])
        )
        assert shown(at) != now.node


async def until(at: Stage, kind: str) -> Shown:
    """Go on, answering with the second choice, until a node of that kind."""
    for _ in range(12):
        now = at.desk.seat.guide.shown("q0")
        assert now is not None
        if now.kind == kind:
            return now
        await at.press("2" if now.choices and now.kind == "ask" else "f9")
    raise AssertionError(f"no {kind} on the way")


async def test_a_wrong_answer_is_said_and_nothing_moves() -> None:
    async with stage() as at:
        await led(at)
        await at.press("f9")
        before = shown(at)
        await at.press("9")
        assert shown(at) == before


async def test_the_run_is_taken_up_where_it_was_after_a_kill() -> None:
    door = FakeDoor()
    async with stage(door) as at:
        await led(at)
        await at.press("f9")
        where = shown(at)
    async with stage(door) as again:
        await again.told("contact")
        assert shown(again) == where


async def test_jump_goes_to_a_step_already_visited_only() -> None:
    async with stage() as at:
        await led(at)
        first = shown(at)
        await at.press("f9", "f2", "j", "1")
        assert shown(at) == first


async def test_the_language_of_the_blueprint_is_the_customers_and_can_be_changed() -> None:
    async with stage() as at:
        await led(at)
        chinese = at.desk.seat.guide.shown("q0")
        await at.press("f2", "l")
        await at.type("en")
        await at.press("enter")
        english = at.desk.seat.guide.shown("q0")
        assert chinese is not None
        assert english is not None
        assert chinese.node == english.node
        assert chinese.text != english.text


async def test_the_category_opens_its_blueprint_by_itself() -> None:
    async with stage() as at:
        at.door._put("q0", category="terminal_fault")
        await at.offer()
        await at.press("f9")
        await at.told("contact")
        run = at.desk.seat.guide.of("q0")
        assert run is not None
        assert "terminal_fault" in run.blueprint.categories


async def test_what_is_not_on_the_screen_is_not_gone_on_from() -> None:
    async with stage(size=(80, 24)) as at:
        await led(at)
        before = shown(at)
        await at.press("f4")
        assert "F9 看蓝图" in at.text
        await at.press("f9")
        assert shown(at) == before
        assert at.desk.page == "blueprint"
