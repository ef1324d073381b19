"""The form of a business action: what the policy says while typing, F9 to do it, F8 to ask others to co-sign it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from agent_tui.tui.dialogs.confirm import AGAIN_S
from agent_tui.tui.dialogs.fields import Field
from agent_tui.tui.dialogs.form import Form
from agent_tui.tui.line import Line
from agent_tui.tui.panes.approval_lines import own

if TYPE_CHECKING:
    from agent_tui.tui.deeds.deal import Deal
    from agent_tui.tui.screens.attending import Attending


class DealForm(Form):
    """Leaves with the values; `deal.needs(values)` says whether they are for others to sign."""

    BINDINGS: ClassVar = [Binding("f8", "ask", show=False, priority=True)]

    def __init__(self, desk: Attending, deal: Deal, title: str, fields: Sequence[Field]) -> None:
        super().__init__(
            desk.words, desk.painter, title, fields, go="check",
            check=deal.check, live=deal.live, effect=deal.effect, heading=deal.heading, keep=desk.door.keep_draft,
        )  # fmt: skip
        self._deal = deal
        self._complaint, self._plain = "", self._keys

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(AGAIN_S, self._look_again)

    def show_live(self, complaint: str = "") -> None:
        self._complaint = complaint
        super().show_live(complaint)
        self._count_below()

    def keys_line(self, width: int) -> Line:
        """With the key that asks others, where their signature would help."""
        asks = self.is_mounted and self._deal.needs(self.values) is not None
        self._keys = f"{own(self.words, 'ask.key')}    {self._plain}" if asks else self._plain
        return super().keys_line(width)

    def _look_again(self) -> None:
        """Who could sign comes and goes while the form is filled; a complaint stays until something is typed."""
        if not self._complaint:
            self.show_live()

    def action_ask(self) -> None:
        """Ask for a co-sign; what is within one's own authority is not asked for."""
        if self._deal.needs(self.values) is None and self._deal.check(self.values) is None:
            lent = self._deal.under(self.values) is not None
            self.show_live(own(self.words, "lend.enough" if lent else "own_authority"))
            self.app.bell()
            return
        self.action_submit()
