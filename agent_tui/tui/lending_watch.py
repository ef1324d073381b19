"""Tells the person, once and at once, that authority was lent to them, was taken back, or has run out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent_tui.desk.views import Delegations, StatusOf
from agent_tui.tui.keymap import shown

if TYPE_CHECKING:
    from agent_tui.domain.approval import Delegation
    from agent_tui.tui.screens.station import Station


class LendingWatch:
    """What is there when the desk starts is not told: the list has it."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._seen: dict[str, Delegation] | None = None

    def changed(self, entities: frozenset[str]) -> None:
        """Rows changed; called by the door."""
        if entities & {"delegation", "connection", "*"} and self._station.is_mounted:
            self.look()

    def look(self) -> None:
        """Compare with what was there before, and tell the difference."""
        found = self._station.door.view(Delegations())
        before, self._seen = self._seen, {one.id: one for one in found}
        me = self._station.door.view(StatusOf()).me
        if before is None or me is None:
            return
        for one in found:
            self._tell(before.get(one.id), one, me.id)

    def _tell(self, before: Delegation | None, now: Delegation, me: str) -> None:
        mine = now.grantor_id == me
        other = now.grantee_name if mine else now.grantor_name
        if before is None:
            if not mine and now.revoked_at is None and not now.ended:
                self._say("lent", now, other)
        elif now.revoked_at is not None and before.revoked_at is None:
            self._say("given_back" if mine else "taken_back", now, other)
        elif now.ended and not before.ended:
            self._say("lent_over", now, other)

    def _say(self, key: str, lent: Delegation, name: str) -> None:
        # Not needed before the first time.
        from agent_tui.tui.panes.approval_lines import own

        words = self._station.words
        actions = words("comma").join(words.label(f"action.{action}") for action in lent.actions)
        until, f2 = words.day(lent.valid_to), shown("cosign.lend")
        said = own(words, f"told.{key}", name=name, until=until, actions=actions, key=f2)
        self._station.say(said, "warn")
        self._station.app.bell()
