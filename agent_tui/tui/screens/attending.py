"""A station at which something can be done for one customer: what forms of business actions need to know of it."""

from __future__ import annotations

from typing import ClassVar

from agent_tui.desk.door import Door
from agent_tui.desk.views import ActionRow
from agent_tui.tui.facts import Facts, Wanted
from agent_tui.tui.screens.station import Station
from agent_tui.tui.seat import Seat
from agent_tui.tui.widgets.lines import Painter
from agent_tui.tui.words import Words


class Attending(Station):
    shows_customer: ClassVar[bool] = True
    """One customer is open on the screen; where none ever is, they are looked up for each act."""

    def __init__(self, door: Door, words: Words, painter: Painter) -> None:
        super().__init__(door, words, painter)
        self.seat = Seat(door, words)
        self.action_rows: tuple[ActionRow, ...] = ()
        self.refused_level: int | None = None
        """The level that what was refused last would have needed."""
        self.to_ask: Wanted | None = None
        """What the server refused last for want of level, for the key that asks others to sign it."""

    @property
    def facts(self) -> Facts:
        return self.seat.facts

    def open(self, contact_id: str | None, customer_id: str | None, ticket_id: str | None = None) -> None:
        """Look at a contact or a customer, perhaps through a ticket about them."""
        self.seat.look(contact_id, customer_id, ticket_id)

    def turn_to(self, pane: str) -> None:
        """Show a pane's page and give it the focus."""
