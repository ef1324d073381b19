"""A shift does not end over work that would be lost sight of; drafts are listed, and only the person discards one."""

from __future__ import annotations

import ast
from pathlib import Path

import msgspec
import pytest

from agent_tui.desk.views import Pending
from agent_tui.domain.commands import SetAgentState
from agent_tui.domain.contact import Channel
from agent_tui.i18n.catalog import say
from agent_tui.i18n.message import msg
from agent_tui.tui.dialogs.form import Form
from agent_tui.tui.screens.desk import DeskScreen
from tests import eg
from tests.tui.fake import FakeDoor
from tests.tui.stage import Stage, stage

TUI = Path("agent_tui/tui")
UNKEPT = {"password"}
"""Kinds of fields that are never written down."""
CHOSEN = {"choice", "choices", "several"}
"""Kinds of fields into which nothing is typed."""


def waiting(state: str = "queued") -> Pending:
    summary = msg("desk.summary.AddNote")
    return Pending(id="p1", type="AddNote", target="contact:q1", state=state, made_at=eg.NOW, summary=summary)


def signed_off(at: Stage) -> bool:
    return isinstance(at.last, SetAgentState) and at.last.state == "logged_off"


# ---- signing off -----------------------------------------------------------------------------------------------------


async def test_with_nothing_held_one_signs_off_as_ever() -> None:
    async with stage() as at:
        await at.press("f2", "o", "enter")
        assert signed_off(at)


@pytest.mark.parametrize("state", ["queued", "sending", "unknown", "refused", "conflict", "expired"])
async def test_unsent_and_refused_work_keeps_a_shift_open(state: str) -> None:
    door = FakeDoor()
    door.pending.append(waiting(state))
    async with stage(door, language="en") as at:
        await at.press("f2", "o")
        assert "Before you sign off" in at.text
        assert "Sign off now" not in at.text
        await at.press("escape")
        assert not signed_off(at)


async def test_a_contact_in_hand_keeps_a_shift_open_and_is_one_key_away() -> None:
    async with stage(language="en") as at:
        await at.offer(channel=Channel.CHAT)
        await at.press("f9", "f2", "o")
        assert "Finish it first" in at.text
        await at.press("1")
        assert isinstance(at.pilot.app.screen, DeskScreen)
        assert not signed_off(at)


async def test_drafts_are_named_and_kept_and_do_not_hold_anybody() -> None:
    door = FakeDoor()
    door.drafts["note:q1"] = "half a sentence"
    async with stage(door, language="en") as at:
        await at.press("f2", "o")
        assert "Unsent drafts: 1" in at.text
        await at.press("2", "enter")
        assert signed_off(at)
        assert door.drafts == {"note:q1": "half a sentence"}


async def test_whoever_leaves_the_program_is_told_what_stays() -> None:
    door = FakeDoor()
    door.drafts["note:q1"] = "half a sentence"
    door.pending.append(waiting())
    async with stage(door, language="en", size=(80, 24)) as at:
        await at.press("f2", "q")
        assert "Drafts not sent: 1" in at.text
        assert "Not sent, not answered or refused: 1" in at.text


# ---- the list --------------------------------------------------------------------------------------------------------


async def test_the_list_names_what_and_whose_and_shows_the_beginning() -> None:
    door = FakeDoor()
    door.drafts |= {
        "note:q1": "客户要求书面答复",
        "form:waive_fee:c1": "老客户",
        "form:waive_fee:c1:amount": "30",
        "run:q1": "{}",
    }
    async with stage(door) as at:
        await at.press("f2", "5")
        assert say("vault.drafts.title", "zh", count=2) in at.text
        assert "客户要求书面答复" in at.text
        assert "老客户 30" in at.text


async def test_only_a_confirmed_discard_discards() -> None:
    door = FakeDoor()
    door.drafts["note:q1"] = "客户要求书面答复"
    async with stage(door) as at:
        await at.press("f2", "5", "enter", "escape", "escape")
        assert door.drafts
        await at.press("f2", "5", "enter", "3", "escape", "escape", "escape")
        assert door.drafts
        await at.press("f2", "5", "enter", "3", "enter")
        assert not door.drafts


async def test_going_on_opens_the_form_with_the_text() -> None:
    door = FakeDoor()
    door.drafts["note:q1"] = "客户要求书面答复"
    async with stage(door) as at:
        await at.press("f2", "5", "enter", "1")
        form = at.pilot.app.screen
        assert isinstance(form, Form)
        assert form.values["note"] == "客户要求书面答复"


# ---- no field without a draft ----------------------------------------------------------------------------------------


def unkept(text: str) -> list[int]:
    """Lines that make a field to type into without the key of a draft, or a form that does not journal its fields."""
    lines = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in ("Field", "Form"):
            continue
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        if node.func.id == "Form":  # type: ignore[attr-defined]
            continue
        kind = given.get("kind")
        name = kind.value if isinstance(kind, ast.Constant) else "text"
        if name not in UNKEPT | CHOSEN and "draft" not in given:
            lines.append(node.lineno)
    return lines


def test_every_field_that_is_typed_into_has_a_draft() -> None:
    found = {str(path): lines for path in sorted(TUI.rglob("*.py")) if (lines := unkept(path.read_text("utf-8")))}
    assert not found, found


def test_a_field_without_a_draft_is_found() -> None:
    assert unkept('Field(name="a", label="b")') == [1]
    assert unkept('Field(name="a", kind="area", label="b")') == [1]
    assert not unkept('Field(name="a", label="b", draft="k")')
    assert not unkept('Field(name="a", kind="password", label="b")')


def widgets(text: str) -> list[str]:
    """Text widgets that a module makes."""
    made = [getattr(node.func, "id", "") for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return [name for name in made if name in ("Input", "TextArea", "Line1", "Writing", "Filter")]


PLACES = {
    "dialogs/form.py": "fields of forms, by the test above",
    "dialogs/pick.py": "narrows a list; sends nothing",
    "dialogs/search.py": "narrows what was found; sends nothing",
    "panes/thread.py": "`message:` drafts",
    "panes/blueprint.py": "`answer:` drafts",
    "screens/lock.py": "a password",
    "screens/sign_in.py": "a password",
}
"""Modules that make text widgets, and what becomes of what is typed there."""


def test_text_is_typed_nowhere_else() -> None:
    found = {str(path.relative_to(TUI)) for path in TUI.rglob("*.py") if widgets(path.read_text("utf-8"))}
    assert found <= set(PLACES), found - set(PLACES)


# ---- refused and conflicting -----------------------------------------------------------------------------------------


async def test_a_conflict_shows_why_how_it_stands_now_by_whom_and_my_words() -> None:
    door = FakeDoor()
    work = waiting("conflict")
    reason = {"zh": "已由他人结案", "en": "Closed by somebody else", "ja": "他の人が終了"}
    door.contacts["q1"] = msgspec.structs.replace(door.contacts["q1"], agent_id="a3", version=7)
    door.pending.append(msgspec.structs.replace(work, text="my own words", reasons=(reason,)))
    async with stage(door, language="en", size=(80, 24)) as at:
        await at.press("f2", "u", "1", "1")
        for said in ("Closed by somebody else", "王芳", "version 7", "my own words"):
            assert said in at.text, said


async def test_words_of_a_refused_note_become_a_draft_again_beside_what_stands_there() -> None:
    door = FakeDoor()
    door.drafts["note:q1"] = "begun since"
    door.pending.append(msgspec.structs.replace(waiting("refused"), text="my own words"))
    async with stage(door, language="en") as at:
        await at.press("f2", "u", "1", "2")
        assert door.drafts["note:q1"] == "begun since\nmy own words"
        assert not door.pending
