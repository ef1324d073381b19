"""The ten commonest tasks, done by keys and counted; docs/keystrokes.md prints what is counted here.

Text that is typed (an amount, a reason, a search word) is the agent's own and counted as one; every other key counts.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from agent_tui.domain import commands as c
from agent_tui.domain.contact import ContactState
from tests.tui.stage import Stage, stage

PAGE = Path(__file__).parents[2] / "docs" / "keystrokes.md"
TEXT = "…"
"""Stands for text that is typed."""


async def ringing(at: Stage) -> None:
    await at.offer()


async def known_trouble(at: Stage) -> None:
    """A call whose category leaves no doubt about its blueprint."""
    at.door._put("q0", category="terminal_fault")
    await at.offer()


async def at_the_end(at: Stage) -> None:
    """In the wrap-up, the blueprint walked to its end."""
    await at.in_a_call()
    await at.press("f9")
    await at.type("pos_terminal")
    await at.press("enter")
    guide = at.desk.seat.guide
    run = guide.of("q0")
    assert run is not None
    goal = next(node.id for node in run.blueprint.nodes if node.kind == "end")
    guide.deviate("q0", "to the end", goal)
    at.door._put("q0", state=ContactState.WRAP_UP)
    await at.told("contact")


def first_sentence(at: Stage) -> bool:
    now = at.desk.seat.guide.shown("q0")
    return now is not None and now.number == 1 and now.text.split("\n")[0][:10] in at.text.replace("\n", "")


def sent(kind: type[c.Command], **fields: object) -> Callable[[Stage], bool]:
    """Whether a command of that kind and these fields was sent."""

    def check(at: Stage) -> bool:
        return any(
            isinstance(one, kind) and all(getattr(one, name) == value for name, value in fields.items())
            for one in at.door.sent
        )

    return check


class Task(msgspec.Struct, frozen=True):
    name: str
    """As the page says it."""
    keys: tuple[str, ...]
    """`…` followed by the text typed."""
    done: Callable[[Stage], bool]
    before: Callable[[Stage], Awaitable[None]]

    @property
    def printed(self) -> str:
        return " ".join(TEXT if key.startswith(TEXT) else printed(key) for key in self.keys)


def printed(key: str) -> str:
    return {"tab": "Tab", "enter": "Enter"}.get(key, key.upper() if re.fullmatch(r"f\d+", key) else key)


TASKS = (
    Task("Answer; the category is known: first sentence on the screen", ("f9",), first_sentence, known_trouble),
    Task(
        "Answer; choose the first blueprint proposed: first sentence", ("f9", "f9", "enter"), first_sentence, ringing
    ),
    Task("Hold", ("f7",), sent(c.HoldContact), Stage.in_a_call),
    Task(
        "Transfer to a group by its first letters",
        ("f2", "t", f"{TEXT}merch", "enter"),
        sent(c.TransferContact, to_id="merchant"),
        Stage.in_a_call,
    ),
    Task(
        "Block a lost card",
        ("f2", "B", "1", "f9", "enter"),
        sent(c.PerformAction, action="block_card", product_id="p1"),
        Stage.in_a_call,
    ),
    Task(
        "Waive a fee within one's limit",
        ("f2", "W", f"{TEXT}30", "tab", f"{TEXT}first time", "f9", "enter"),
        sent(c.PerformAction, action="waive_fee", amount_minor=3_000),
        Stage.in_a_call,
    ),
    Task(
        "Reveal a phone number for 60 s",
        ("f2", "R", "2", "tab", "1", "f9"),
        sent(c.RevealField),
        Stage.in_a_call,
    ),
    Task(
        "Send a work order to a department",
        ("f2", "O", f"{TEXT}fraud", "tab", f"{TEXT}please check", "f9"),
        sent(c.RaiseWorkOrder, group="risk_dept"),
        Stage.in_a_call,
    ),
    Task("Write a note", ("f2", "n", f"{TEXT}call back late", "f9"), sent(c.AddNote), Stage.in_a_call),
    Task("Wrap up as the blueprint proposes", ("f9", "f9"), sent(c.WrapUpContact), at_the_end),
    Task("Take a break for a meal", ("f2", "b", "2"), sent(c.SetAgentState, reason="meal"), ringing),
)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
async def test_the_keys_do_what_the_page_says(task: Task) -> None:
    async with stage() as at:
        await task.before(at)
        assert not task.done(at)
        for key in task.keys:
            if key.startswith(TEXT):
                await at.type(key.removeprefix(TEXT))
            else:
                await at.press(key)
        await at.told("contact")
        assert task.done(at)


def test_three_keys_to_the_first_sentence() -> None:
    assert max(len(task.keys) for task in TASKS if task.done is first_sentence) <= 3


def test_the_page_prints_what_is_counted() -> None:
    page = PAGE.read_text("utf-8")
    rows = [f"| {task.name} | {task.printed} | {len(task.keys)} |" for task in TASKS]
    assert [line for line in page.split("\n") if line.startswith("| ") and "---" not in line][1:] == rows
