"""What must not wait in a queue, and the sentence that says so (product rule 5)."""

from __future__ import annotations

from agent_tui.desk.door import NotSubmitted
from agent_tui.domain.commands import (
    AcceptContact,
    Command,
    PerformAction,
    RevealField,
    SendMessage,
    SetAgentState,
    VerifyCaller,
)
from agent_tui.i18n.catalog import LANGUAGES, say
from agent_tui.i18n.message import msg

_CARDS = frozenset({"block_card", "unblock_card"})


def refused_offline(command: Command) -> NotSubmitted:
    """Nothing was kept: why, and what helps meanwhile."""
    key = f"desk.offline.{_kind(command)}"
    return NotSubmitted(why=msg(key), reasons=({language: say(key, language) for language in LANGUAGES},))


def _kind(command: Command) -> str:
    match command:
        case PerformAction():
            return "card" if command.action in _CARDS else "action"
        case RevealField():
            return "reveal"
        case VerifyCaller():
            return "verify"
        case AcceptContact():
            return "accept"
        case SendMessage():
            return "message"
        case SetAgentState():
            return "state"
    return "other"
