"""The conversation of a text channel: the thread above, the place to write below. Drafts are journalled."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult

from agent_tui.desk.door import Door
from agent_tui.domain.contact import Message
from agent_tui.tui.dialogs.fields import Kept, Writing
from agent_tui.tui.line import piece
from agent_tui.tui.panes.pane import Pane, ScrolledLines
from agent_tui.tui.panes.thread_lines import thread_lines
from agent_tui.tui.text import clean
from agent_tui.tui.widgets.lines import Painter
from agent_tui.tui.words import Words


class ThreadPane(Pane):
    name_key, key = "thread", "Ctrl+T"

    def __init__(self, words: Words, painter: Painter, door: Door) -> None:
        super().__init__(words, painter)
        self._door = door
        self._contact: str | None = None

    def body(self) -> ComposeResult:
        yield ScrolledLines(self.painter, id="thread-lines")
        yield Writing(id="compose", hint=self.words("pane.compose"))

    @property
    def compose_area(self) -> Writing:
        return self.query_one("#compose", Writing)

    @property
    def written(self) -> str:
        """What is written and not sent."""
        return clean(self.compose_area.text).strip()

    def open(self, contact_id: str | None) -> None:
        """Another contact's conversation: put this draft down, take up that one."""
        if contact_id == self._contact:
            return
        area = self.compose_area
        if area.kept is not None:
            area.kept.now()
        self._contact, area.kept = contact_id, None
        area.load_text(self._door.draft(f"message:{contact_id}") if contact_id else "")
        area.move_cursor(area.document.end)
        if contact_id:
            area.kept = Kept(self._door.keep_draft, f"message:{contact_id}", self.set_timer)

    def show(self, messages: Sequence[Message], info: str, right: str) -> None:
        """Paint the thread, its end in sight."""
        self.compose_area.placeholder = self.words("pane.compose")
        shown = self.query_one("#thread-lines", ScrolledLines)
        at_end = shown.scroll_offset.y + shown.size.height >= len(shown.lines)
        lines = thread_lines(messages, self.words, max(shown.size.width, 20))
        shown.show(lines or [((" ", "text"), piece(self.words("empty.thread"), "muted"))])
        if at_end:
            shown.scroll_to(y=max(0, len(lines) - shown.size.height), animate=False, force=True)
        self.title(info, right)

    def insert(self, text: str) -> None:
        """Put a sentence where the cursor stands."""
        area = self.compose_area
        area.insert(text if not area.text or area.text.endswith((" ", "\n")) else " " + text)
        area.focus()

    def sent(self) -> None:
        """What was written is on its way: empty the place and its draft."""
        area = self.compose_area
        if area.kept is not None:
            area.kept.forget()
            self._door.drop_draft(area.kept.key)
        kept, area.kept = area.kept, None
        area.load_text("")
        area.kept = kept

    def enter(self) -> None:
        self.compose_area.focus(scroll_visible=False)
