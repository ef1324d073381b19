"""Led through a blueprint by keys: say, ask, check, do; back and jump; kept when the desk is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_tui.blueprints.model import Blueprint, End
from agent_tui.blueprints.parse import parse
from agent_tui.blueprints.run import Shown
from agent_tui.config.data import files
from agent_tui.domain import commands as c
from agent_tui.domain.contact import ContactState, Verified
from agent_tui.tui.deeds.script import look
from agent_tui.tui.drafts import Drafts
from agent_tui.tui.panes.blueprint import Node
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


async def test_going_back_shows_what_was_answered_and_forward_keeps_it() -> None:
    async with stage() as at:
        await led(at)
        await at.press("f9", "1")
        after = shown(at)
        await at.press("left")
        now = at.desk.seat.guide.shown("q0")
        assert now is not None
        assert f"先前回答：{now.choices[0][1]}" in at.text
        await at.press("f9")
        assert shown(at) == after


async def test_left_goes_back_from_an_empty_field_and_enter_keeps_what_was_answered() -> None:
    async with stage() as at:
        await led(at, "pos_terminal")
        await at.press("f9", "1", "1", "f9", "1", "2", "3", "enter", "left")
        assert shown(at) == "paper_count"
        assert at.desk.blueprint.answer.has_focus
        await at.press("enter")
        assert shown(at) == "paper_order"
        await at.press("left", "left")
        assert shown(at) == "paper_stock"
        await at.press("2", "5", "left", "3")
        assert (shown(at), at.desk.blueprint.answer.value) == ("paper_count", "35")


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


# ---- beside the script -------------------------------------------------------------------------------------------


async def open_one(at: Stage, word: str) -> None:
    """Choose a blueprint by key; those of the shelf are proposed."""
    await at.press("f2", "p")
    await at.type(word)
    await at.press("enter")


async def test_a_deviation_asks_for_its_reason_and_is_recorded() -> None:
    async with stage() as at:
        await led(at)
        await at.press("f9", "f2", "E")
        await at.press("f9")
        assert at.desk.app.screen is not at.desk, "no reason, no deviation"
        await at.type("customer asked about fees first")
        await at.press("f9")
        guide = at.desk.seat.guide
        run = guide.of("q0")
        assert run is not None
        (strayed,) = run.deviations
        assert (strayed.reason, strayed.to) == ("customer asked about fees first", "")
        assert guide.walks("q0")[0].seen[-1].deviation == strayed.reason


async def test_a_deviation_may_go_to_any_node_chosen_by_its_words() -> None:
    async with stage() as at:
        await led(at)
        run = at.desk.seat.guide.of("q0")
        assert run is not None
        goal = next(node.id for node in run.blueprint.nodes if node.kind == "end")
        await at.press("f2", "E")
        await at.type("hangs up")
        await at.press("tab", "enter")
        await at.type(goal)
        await at.press("enter", "f9")
        assert shown(at) == goal
        walk = at.desk.seat.guide.walks("q0")[0]
        assert [seen.move for seen in walk.seen] == ["start", "deviate"] and walk.seen[0].deviation == "hangs up"


async def test_two_questions_two_blueprints_and_each_is_left_where_it_was() -> None:
    async with stage() as at:
        await led(at)
        await at.press("f9")
        first = shown(at)
        await open_one(at, "pos_terminal")
        await at.press("f9")
        second = shown(at)
        await at.press("f2", "J")
        assert shown(at) == first
        await at.press("f2", "J")
        assert shown(at) == second
        await open_one(at, "inquiry_standard")
        assert shown(at) == first
        await at.press("f2", "p")
        assert "已打开" in at.text


async def test_two_open_blueprints_survive_a_kill_and_both_are_recorded_in_the_wrap_up() -> None:
    door = FakeDoor()
    async with stage(door) as at:
        await led(at)
        await at.press("f9")
        await open_one(at, "pos_terminal")
        where = shown(at)
    async with stage(door) as again:
        await again.told("contact")
        assert shown(again) == where
        walks = again.desk.seat.guide.walks("q0")
        assert [walk.blueprint.partition("@")[0] for walk in walks] == ["inquiry_standard", "pos_terminal"]
        again.door._put("q0", state=ContactState.WRAP_UP)
        await again.told("contact")
        await again.press("f9", "1", "tab", "1", "f9")
        assert isinstance(again.last, c.WrapUpContact)
        assert [walk.blueprint for walk in again.last.walks] == [walk.blueprint for walk in walks]


async def test_what_was_seen_is_recorded_when_the_contact_goes_elsewhere() -> None:
    async with stage() as at:
        await led(at)
        await at.press("f9")
        at.door._put("q0", agent_id="a3")
        await at.told("contact")
        assert isinstance(at.last, c.RecordWalk) and at.last.contact_id == "q0"
        assert len(at.last.walk.seen) == 2 and not at.last.walk.ended
        assert at.desk.seat.guide.of("q0") is None


async def test_an_end_says_what_it_proposes_and_which_blueprint_is_not_finished() -> None:
    async with stage() as at:
        await led(at)
        guide = at.desk.seat.guide
        run = guide.of("q0")
        assert run is not None
        goal = next(node for node in run.blueprint.nodes if isinstance(node, End))
        guide.deviate("q0", "hangs up", goal.id)
        await at.told("journal")
        assert f"小结：{goal.category} · " in pane(at) and "未走完" not in pane(at)
        await open_one(at, "pos_terminal")
        guide.deviate("q0", "says it all", next(n.id for n in other(at).nodes if isinstance(n, End)))
        await at.told("journal")
        assert "未走完" not in pane(at), "the first one came to its end too"
        guide.back("q0")
        await at.press("f2", "J")
        await at.told("journal")
        assert "还有一份蓝图未走完：POS机服务蓝图（F2 J）" in pane(at)


@pytest.mark.parametrize("typed", ["jfwlt", "jifuwu", "fwl"])
async def test_a_blueprint_is_chosen_by_how_its_title_sounds(typed: str) -> None:
    async with stage() as at:
        await led(at)
        await open_one(at, typed)
        assert other(at).id == "pos_terminal"


def pane(at: Stage) -> str:
    """What stands in the blueprint pane."""
    return "\n".join("".join(text for text, _ in line) for line in at.desk.blueprint.query_one("#node", Node).lines)


def other(at: Stage) -> Blueprint:
    """The blueprint in front."""
    run = at.desk.seat.guide.of("q0")
    assert run is not None
    return run.blueprint


# ---- an author's drafts ------------------------------------------------------------------------------------------


def draft_of(text: str = "您好，这是草稿") -> str:
    source = next(file for file in files("scripts/blueprints", "*.yaml") if file.stem == "callback_promise")
    words = source.read_text("utf-8")
    first = parse(words, "x.yaml")
    said = next(node for node in first.nodes if node.id == first.start).texts["zh"].split("\n")[0]
    assert said in words
    return words.replace(said, text, 1)


async def test_an_author_sees_a_saved_draft_and_a_broken_save_keeps_the_last_good_one(tmp_path: Path) -> None:
    file = tmp_path / "callback_promise.yaml"
    file.write_text(draft_of(), "utf-8")
    async with stage() as at:
        drafts = at.desk.seat.drafts = Drafts(tmp_path)
        await look(at.desk, drafts)
        await at.offer()
        await at.press("f9")
        await at.told("contact")
        await open_one(at, "callback")
        assert "[草稿]" in at.text and "您好，这是草稿" in at.text
        file.write_text(draft_of("您好，又改了一次"), "utf-8")
        await look(at.desk, drafts)
        await at.told("journal")
        assert "您好，又改了一次" in at.text
        file.write_text(draft_of("您好，坏了").replace("next:", "nxet:", 1), "utf-8")
        await look(at.desk, drafts)
        await at.settle()
        assert "callback_promise.yaml:" in at.line("said") and "nxet" in at.line("said")
        await at.told("journal")
        assert "您好，又改了一次" in at.text
        assert "草稿有误，沿用上一次的内容" in pane(at), "it stands there when the line below has gone"
        assert at.desk.seat.guide.walks("q0")[0].draft
        file.write_text(draft_of("您好，好了"), "utf-8")
        await look(at.desk, drafts)
        await at.told("journal")
        assert "您好，好了" in pane(at) and "草稿有误" not in pane(at)


async def test_a_draft_is_offered_at_the_desk_of_its_author_only() -> None:
    async with stage() as at:
        await led(at)
        await at.press("f2", "p")
        assert "[草稿]" not in at.text


async def test_a_draft_open_when_the_desk_was_killed_lies_open_again(tmp_path: Path) -> None:
    """The desk looks for what lay open before the folder of drafts was read; that must not lose it."""
    (tmp_path / "callback_promise.yaml").write_text(draft_of(), "utf-8")
    door = FakeDoor()
    async with stage(door, drafts=tmp_path) as at:
        await led(at, "callback")
        await at.press("f9")
        where = shown(at)
    async with stage(door, drafts=tmp_path) as again:
        await again.told("contact")
        run = again.desk.seat.guide.of("q0")
        assert run is not None and again.desk.seat.guide.shelf.is_draft(run.blueprint)
        assert shown(again) == where and "[草稿]" in again.text
