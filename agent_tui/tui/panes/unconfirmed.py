"""What I did and the server has not confirmed yet, as the panes of a customer say it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent_tui.desk.views import Pending
from agent_tui.tui import marks
from agent_tui.tui.words import Words


def said(items: Sequence[Pending], words: Words) -> str:
    """How the latest stands, and how many more there are; empty when all is confirmed."""
    if not items:
        return ""
    first, *others = items
    mark = marks.PENDING.get(first.state, ("~", ""))[0]
    more = f" +{len(others)}" if others else ""
    return f"{mark} {words.labelled(words.of('pending', first.state), words.msg(first.summary))}{more}"


def of_actions(items: Sequence[Pending]) -> Mapping[str, str]:
    """Business action → how the latest of it stands."""
    return {item.action: item.state for item in reversed(items) if item.action}
