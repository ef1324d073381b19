"""The agent's desk as it is used: what keys and choices in its panes lead to."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding
from textual.widgets import TextArea

from agent_tui.desk.views import ContactView, CustomerCard, MyContacts, QueueRow
from agent_tui.domain.contact import TEXT_CHANNELS
from agent_tui.domain.ticket import TAKEN_UP, TicketKind
from agent_tui.tui.ahead import ahead
from agent_tui.tui.keymap import bindings
from agent_tui.tui.panes.actions import Picked
from agent_tui.tui.panes.blueprint import Answered
from agent_tui.tui.panes.pane import Pane
from agent_tui.tui.screens.desk_view import EVERYTHING, PANES, DeskView
from agent_tui.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from agent_tui.blueprints.conditions import Value
    from agent_tui.blueprints.model import Blueprint
    from agent_tui.tui.drafts import Drafts

DRAFTS_S = 0.5
"""Real seconds between two looks at an author's drafts."""


_READ = frozenset({TicketKind.HAND_OVER, *TAKEN_UP})
"""Kinds of ticket that are read before anything is done about them."""


class DeskScreen(DeskView):
    BINDINGS: ClassVar = [*bindings("desk"), Binding("escape", "back_out", show=False)]

    def on_mount(self) -> None:
        super().on_mount()
        folder: Path | None = getattr(self.app, "drafts", None)
        if folder is not None:
            self._watch_drafts(folder)
        self.run_worker(self._take_up(), group="warm")

    def _watch_drafts(self, folder: Path) -> None:
        """An author's drafts are there before the first run is taken up."""
        from agent_tui.tui.drafts import Drafts

        self.seat.drafts = Drafts(folder)
        self.run_worker(self._look_again(self.seat.drafts), group="drafts")

    async def _look_again(self, drafts: Drafts) -> None:
        """For as long as the desk is open."""
        from agent_tui.tui.deeds.script import look

        while True:
            await look(self, drafts)
            await asyncio.sleep(DRAFTS_S)

    async def _take_up(self) -> None:
        """A desk that was started again: the blueprint of a contact lies open where it lay."""
        mine = self.door.view(MyContacts())
        if any(self.door.draft(f"run:{view.contact.id}") for view in mine):
            await self.seat.guide.shelf.warm()
            self.soon(EVERYTHING)

    # ---- what panes say --------------------------------------------------------------------------------------------

    @on(Rows.Chosen)
    def open_row(self, event: Rows.Chosen) -> None:
        """Enter on a row of the queue. A hand-over is words to be read, and so is what somebody takes up, and a ticket
        without a customer that one may see."""
        event.stop()
        row = event.row
        if not isinstance(row, QueueRow):
            return
        is_contact = row.kind == "contact"
        seen = is_contact or self._may_see(row.customer_id)
        if seen:
            self.open(row.id if is_contact else None, row.customer_id, None if is_contact else row.id)
        if not is_contact and (row.channel in _READ or not seen):
            from agent_tui.tui.deeds.knowledge import read_ticket

            self.run_worker(read_ticket(self, row.id), group="perform")

    def _may_see(self, customer_id: str | None) -> bool:
        """Whether the customer of a ticket opens with it: of one that a colleague may take up only once it is theirs."""
        return bool(customer_id) and self.door.view(CustomerCard(customer_id=customer_id or "")) is not None

    @on(Picked)
    def do_picked(self, event: Picked) -> None:
        event.stop()
        self.action_perform(event.command)

    @on(Answered)
    def take_answer(self, event: Answered) -> None:
        event.stop()
        ahead(self.app).begin()
        self.run_worker(self._answer(event), group="perform")

    async def _answer(self, event: Answered) -> None:
        """What is typed after an answer is for the node that it leads to."""
        from agent_tui.tui.deeds.blueprint import answer

        try:
            await answer(self, event.digit, event.text)
        finally:
            ahead(self.app).end()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Whether something is written changes what the next step is."""
        writing = bool(self.thread.written)
        if writing != self.facts.writing:
            self.tick()

    def on_writing_scrubbed(self) -> None:
        self.say(self.words("said.scrubbed"), "warn")

    def on_descendant_focus(self) -> None:
        self._paint_bars(self.facts)

    # ---- what deeds call -------------------------------------------------------------------------------------------

    def open(self, contact_id: str | None, customer_id: str | None, ticket_id: str | None = None) -> None:
        """Look at a contact or customer; one of mine comes to the front instead."""
        if contact_id and any(view.contact.id == contact_id for view in self.facts.mine):
            self.seat.own_again()
            self.seat.chosen = contact_id
        else:
            self.seat.look(contact_id, customer_id, ticket_id)
        if self.has_class("-pages"):
            self.turn_to("customer")
        self.refresh_view(frozenset({"customer"}))

    @work(group="arrive")
    async def arrive(self, view: ContactView) -> None:
        """A contact was answered: to where it is worked on; its blueprint lies open where the category leaves no
        doubt."""
        self.turn_to("thread" if view.contact.channel in TEXT_CHANNELS else "blueprint")
        guide = self.seat.guide
        await guide.shelf.warm()
        blueprint = guide.shelf.obvious(view) if guide.of(view.contact.id) is None else None
        if blueprint is not None:
            self.begin(view, blueprint)

    def begin(self, view: ContactView, blueprint: Blueprint) -> None:
        """Open a blueprint in the customer's language."""
        me = self.facts.status.me
        more: dict[str, Value] = {"agent.name": me.name, "agent.id": me.login} if me else {}
        self.seat.guide.begin(view, blueprint, view.contact.language, more)
        self.refresh_view(frozenset({"blueprint"}))

    def finished(self) -> None:
        """A contact is closed: back to the queue."""
        self.seat.chosen = None
        self.turn_to("queue")

    def targets(self) -> list[tuple[str, str, str]]:
        own = [
            (
                f"contact:{view.contact.id}",
                view.contact.name or view.contact.caller,
                self.words.of("channel", view.contact.channel),
            )
            for view in self.facts.mine
        ]
        panes = [
            (name, self.words(f"pane.{name}"), self.query_one(f"#pane-{name}", Pane).key)
            for name in PANES
            if name != "thread" or self.text_shown
        ]
        return [*panes, *own]

    def go_to(self, target: str) -> None:
        kind, _, id = target.partition(":")
        if kind == "contact":
            self.open(id, None)
        else:
            self.turn_to(target)

    def action_back_out(self) -> None:
        """Escape: out of the place to write (kept), then back to my own contact, then to the queue."""
        if isinstance(self.focused, TextArea):
            self.thread.query_one("#thread-lines").focus()
            self.say(self.words("said.draft_kept"), "muted")
        elif self.seat.own_again():
            self.refresh_view(EVERYTHING)
        else:
            self.turn_to("queue")
