"""What of a command stands readable in its audit row; the rest is kept there as a commitment, since it may be personal."""

from __future__ import annotations

from typing import Any

from agent_tui.domain.commands import Command, ReadBulletin, RecordWalk, WrapUpContact, act_in
from agent_tui.domain.walk import Walk
from agent_tui.domain.walk_rules import LEFT

_FIELDS = (
    "action",
    "amount_minor",
    "currency",
    "field",
    "product_id",
    "approval_id",
    "decision",
    "payload_hash",
    "target_version",
    "delegation_id",
    "grantee_id",
    "assignee_id",
    "handler_id",
    "actions",
    "max_level",
    "max_minor",
    "outcome",
)


def argument(command: Command, name: str) -> Any:
    """A field of the command, or of the act it asks for; None where there is no such field."""
    act = act_in(command)
    return getattr(command, name, None) or (None if act is command else getattr(act, name, None))


def readable(command: Command) -> dict[str, Any]:
    """Facts for the audit. Ids and words only: `plain_words` has let nothing else stand in their fields."""
    found = {name: argument(command, name) for name in _FIELDS}
    facts = {
        name: str(value) if isinstance(value, str) else value for name, value in found.items() if value is not None
    }
    match command:
        case ReadBulletin():
            facts["acknowledge"] = command.acknowledge
        case WrapUpContact() if command.walks:
            facts["walks"] = [path(walk) for walk in command.walks]
        case RecordWalk():
            facts["walks"] = [path(command.walk)]
    return facts


def path(walk: Walk) -> dict[str, Any]:
    """The way through a blueprint, node by node; what was said stands in the sealed record of the walk."""
    nodes = [sight.node for n, sight in enumerate(walk.seen) if n == 0 or sight.move in LEFT]
    return {
        "blueprint": walk.blueprint,
        "draft": walk.draft,
        "nodes": nodes,
        "ended": walk.ended,
        "deviations": sum(bool(sight.deviation) for sight in walk.seen),
        "missed": list(walk.missed),
    }
