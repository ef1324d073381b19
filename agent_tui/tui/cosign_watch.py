"""Tells the person, once and at once, what became of requests: one came for them to sign, one of theirs was signed,
refused, executed, expired or went stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent_tui.desk.views import Approvals, ApprovalView, StatusOf
from agent_tui.tui.keymap import shown
from agent_tui.tui.line import crop, length, piece

if TYPE_CHECKING:
    from agent_tui.tui.screens.station import Station

EDGES = 3
"""Cells of the line that are left free at its ends."""
_ROLES = {"executed": "ok", "withdrawn": "muted"}


class CosignWatch:
    """Remembers what was told; the requests that are there when the desk starts are told as a count in the status
    line only, those that wait for me excepted."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._seen: dict[str, ApprovalView] | None = None

    def changed(self, entities: frozenset[str]) -> None:
        """Rows changed; called by the door."""
        if entities & {"approval", "connection", "*"} and self._station.is_mounted:
            self.look()

    def look(self) -> None:
        """Compare with what was there before, and tell the difference."""
        found = self._station.door.view(Approvals())
        now = {view.id: view for view in found}
        before, self._seen = self._seen or {}, now
        for view in now.values():
            self._tell(before.get(view.id), view)
        for id, view in before.items():
            if view.part == "sign" and id not in now:
                self._say("gone", view, "muted")

    def _tell(self, before: ApprovalView | None, view: ApprovalView) -> None:
        if view.part == "sign" and (before is None or before.part != "sign"):
            self._say("arrived", view, "warn", ring=True)
        elif before is not None and before.approval.amount_minor != view.approval.amount_minor:
            self._lowered(view)
        elif before is not None and (view.mine or self._decided_by_me(view) == "sign"):
            self._of_mine(before, view)
        elif self._decided_by_me(view):
            return  # refused here, and said so by whoever pressed the key
        elif before is not None and before.part == "sign" and view.part != "sign":
            self._say("gone", view, "muted")

    def _of_mine(self, before: ApprovalView, view: ApprovalView) -> None:
        was, state = before.approval, view.approval.state.value
        if state != was.state.value:
            self._say(state, view, _ROLES.get(state, "bad"), ring=view.mine and state != "withdrawn")
        elif view.mine and len(view.approval.signed) > len(was.signed):
            self._say("signed", view, "ok")

    def _lowered(self, view: ApprovalView) -> None:
        """Whoever did it was told when they pressed the key."""
        by_maker = view.approval.editors[-1:] == (view.approval.maker_id,)
        if view.part == "sign" or (view.mine and not by_maker):
            self._say("lowered", view, "warn")

    def _decided_by_me(self, view: ApprovalView) -> str:
        """`sign` or `refuse` when I did; empty when I did neither."""
        me = self._station.door.view(StatusOf()).me
        given = (s.decision for s in view.approval.signatures if me is not None and s.signer_id == me.id)
        return next(given, "")

    def _say(self, key: str, view: ApprovalView, role: str, *, ring: bool = False) -> None:
        self._station.say(news(self._station, key, view), role)
        if ring:
            self._station.app.bell()


def tell_end(station: Station, view: ApprovalView) -> None:
    """Say what became of a closed request."""
    state = view.approval.state.value
    station.say(news(station, state, view), _ROLES.get(state, "bad"))


def news(station: Station, key: str, view: ApprovalView) -> str:
    """The sentence `cosign.told.<key>` about a request, in a line."""
    # Not needed before the first request comes.
    from agent_tui.tui.panes.approval_lines import own, what, why

    words, approval = station.words, view.approval
    text = own(
        words,
        f"told.{key}",
        what=what(words, approval),
        maker=approval.maker_name,
        name=_who(key, view),
        count=approval.people - len(approval.signed),
        why=why(words, approval),
        state=own(words, f"state.{approval.state.value}"),
        key=_f8(station),
    )
    return fitting(station, text.strip())


def _who(key: str, view: ApprovalView) -> str:
    """Who did it: the last to change it or to decide."""
    if key == "lowered":
        return view.editors[-1] if view.editors else ""
    return view.approval.signatures[-1].name if view.approval.signatures else ""


def fitting(station: Station, text: str) -> str:
    """`text` in a line; where it has to be cut, the key that shows all of it stands at its end."""
    from agent_tui.tui.panes.approval_lines import own

    look, width = own(station.words, "told.look", key=_f8(station)), station.app.size.width
    line, tail = (piece(text, ""),), (piece(f" {look}", ""),)
    room = width - EDGES
    if length(line) <= room:
        return text
    return "".join(part for part, _ in (*crop(line, room - length(tail)), *tail))


def _f8(station: Station) -> str:
    """The key of the list of requests, as printed."""
    return shown("cosign.watch" if station.mode == "monitor" else "cosign.open")
