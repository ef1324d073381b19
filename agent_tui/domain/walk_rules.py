"""The record of a walk through a blueprint: whose it may be, what of it is kept, and the fact that statistics count.

What was said stays with the command, sealed, and under the customer's own key in the audit; the event carries only
nodes and seconds.
"""

from __future__ import annotations

import msgspec

from agent_tui.domain.case import Case, refuse
from agent_tui.domain.commands import RecordWalk
from agent_tui.domain.contact import Contact
from agent_tui.domain.effects import Effects, Event
from agent_tui.domain.walk import MOST_SEEN, MOVES, Seen, Walk

MOST_WALKS = 20
"""Blueprints of one contact that are recorded."""
LONGEST = 4_000
"""Characters of anything said in one node."""
LEFT = ("advance", "back", "jump", "deviate")
"""Moves that leave a node; the others change what stands in it."""


def record_walk(command: RecordWalk, case: Case) -> Effects:
    """By somebody who has or had the contact. Its first walk pins the contact to the version."""
    contact = case.contact(command.contact_id)
    if case.actor.id not in (contact.agent_id, contact.owner_id, *contact.answered_by):
        refuse("not_your_contact")
    pinned = contact.blueprint or pins((command.walk,))
    puts = (msgspec.structs.replace(contact, blueprint=pinned),) if pinned != contact.blueprint else ()
    return Effects(puts=puts, events=walked((command.walk,), contact, case))


def pins(walks: tuple[Walk, ...]) -> str | None:
    """The version a contact is pinned to: that of its first walk that was no draft."""
    return next((walk.blueprint for walk in walks if not walk.draft), None)


def walked(walks: tuple[Walk, ...], contact: Contact, case: Case) -> tuple[Event, ...]:
    """The facts of walks, after a look at their size."""
    if len(walks) > MOST_WALKS:
        refuse("walk_length", count=len(walks), most=MOST_WALKS)
    for walk in walks:
        _check(walk)
    return tuple(case.event("BlueprintWalked", contact, case.actor.id, **facts(walk)) for walk in walks)


def _check(walk: Walk) -> None:
    if not walk.seen or len(walk.seen) > MOST_SEEN:
        refuse("walk_length", count=len(walk.seen), most=MOST_SEEN)
    if any(sight.move not in MOVES for sight in walk.seen):
        refuse("walk_unknown_move")
    longest = max(len(text) for sight in walk.seen for text in _texts(sight))
    if longest > LONGEST:
        refuse("text_too_long", length=longest, most=LONGEST)


def _texts(sight: Seen) -> tuple[str, ...]:
    return (
        sight.node,
        sight.answer,
        sight.deviation,
        *sight.said.values(),
        *sight.noted.values(),
        *sight.found.values(),
    )


def facts(walk: Walk) -> dict[str, str | int | float | bool]:
    """What statistics need: `nodes` is `node/seconds/how it was left` for each stay, in order."""
    blueprint, _, number = walk.blueprint.partition("@")
    return {
        "blueprint": blueprint,
        "number": int(number) if number.isdecimal() else 0,
        "language": walk.seen[-1].language,
        "seconds": round(walk.lasted_ms / 1000, 1),
        "ended": walk.ended,
        "draft": walk.draft,
        "deviations": sum(bool(sight.deviation) for sight in walk.seen),
        "missed": " ".join(walk.missed),
        "nodes": " ".join(stays(walk)),
    }


def stays(walk: Walk) -> list[str]:
    """Each stay at a node; the last is left by its end (`ended`) or by the contact going elsewhere (`stopped`)."""
    began = [n for n, sight in enumerate(walk.seen) if n == 0 or sight.move in LEFT]
    found = []
    for here, following in zip(began, [*began[1:], None], strict=True):
        sight = walk.seen[here]
        until = walk.lasted_ms if following is None else walk.seen[following].at_ms
        left = ("ended" if walk.ended else "stopped") if following is None else walk.seen[following].move
        found.append(f"{sight.node}/{max(0, until - sight.at_ms) / 1000:.0f}/{left}")
    return found
