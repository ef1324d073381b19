"""When a contact's answer is due."""

from __future__ import annotations

from datetime import datetime, timedelta

from agent_tui.domain.calendar import ALWAYS, due
from agent_tui.domain.centre import Group
from agent_tui.domain.contact import Channel, Contact

PATIENT = frozenset({Channel.EMAIL})
"""Channels whose clock runs in the group's business hours; whoever waits on the line waits by the clock on the wall."""


def due_at(contact: Contact, group: Group) -> datetime | None:
    """When the answer is late: `target_s` after it was queued. None if the group's calendar never opens that long."""
    since = contact.requeued_at or contact.queued_at
    if contact.channel in PATIENT:
        return due(group.hours or ALWAYS, since, group.target_s).at
    return since + timedelta(seconds=group.target_s)
