"""The actions pane: what I may do for this customer. A letter or Enter does it; a greyed one answers with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message

from agent_tui.desk.commands import ACTION_LETTERS
from agent_tui.desk.door import Door
from agent_tui.desk.views import ActionRow, Pending, Signers
from agent_tui.policy.decision import NeedsCosign
from agent_tui.tui.keymap import half_width
from agent_tui.tui.line import Line, folded
from agent_tui.tui.panes.action_lines import ActionText
from agent_tui.tui.panes.pane import Pane, ScrolledLines
from agent_tui.tui.panes.unconfirmed import of_actions, said

_BY_LETTER = {letter.lower(): action for action, letter in ACTION_LETTERS.items()}


def signers_here(rows: Sequence[ActionRow], door: Door) -> dict[int, int]:
    """Level → how many who could sign at it are at their desks, for the levels that these actions ask for."""
    levels = {row.decision.level for row in rows if isinstance(row.decision, NeedsCosign)}
    return {level: sum(agent.here for agent in door.view(Signers(level=level))) for level in levels}


class Picked(Message):
    """A command of the registry was chosen in a pane."""

    def __init__(self, command: str) -> None:
        super().__init__()
        self.command = command


class ActionList(ScrolledLines):
    """Actions with a cursor."""

    BINDINGS: ClassVar = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("enter", "choose", show=False),
    ]

    rows: tuple[ActionRow, ...] = ()

    def action_move(self, by: int) -> None:
        if self.rows:
            at = max(0, min((self.cursor or 0) + by, len(self.rows) - 1))
            self.show(self.lines, at)
            self.reveal(at)

    def action_choose(self) -> None:
        if self.rows and self.cursor is not None:
            self.post_message(Picked(f"action.{self.rows[self.cursor].action}"))

    def on_key(self, event: events.Key) -> None:
        action = _BY_LETTER.get(half_width(event.character).lower())
        if action and any(row.action == action for row in self.rows):
            event.stop()
            self.post_message(Picked(f"action.{action}"))

    def on_focus(self) -> None:
        self.show(self.lines, 0 if self.cursor is None and self.rows else self.cursor)
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()


class ActionsPane(Pane):
    name_key, key = "actions", "F6"

    def body(self) -> ComposeResult:
        yield ActionList(self.painter, id="action-lines")

    @property
    def list(self) -> ActionList:
        return self.query_one("#action-lines", ActionList)

    def show(
        self,
        rows: tuple[ActionRow, ...],
        empty: str,
        right: str,
        here: Mapping[int, int] = {},
        unconfirmed: Sequence[Pending] = (),
    ) -> None:
        """Paint what may be done; `empty` says why there is nothing. `here`: level → signers at their desks.
        `unconfirmed`: what was done and the server has not confirmed."""
        shown = self.list
        shown.rows = rows
        width = max(shown.size.width, 20)
        lines: list[Line] = ActionText(self.words, here, of_actions(unconfirmed)).lines(rows, width)
        cursor = min(shown.cursor or 0, len(rows) - 1) if rows else None
        shown.show(lines or folded(empty, width, "muted", ((" ", "text"),)), cursor)
        self.title(said([item for item in unconfirmed if item.action], self.words), right)
