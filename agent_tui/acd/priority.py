"""The order of service (M3, M4): priority first, then waiting time. The same order as the queue that people see."""

from __future__ import annotations

from agent_tui.domain.contact import Contact
from agent_tui.domain.offer_rules import priority_of
from agent_tui.domain.rows import stamp

Key = tuple[int, str, str]


def order(contact: Contact) -> Key:
    """Sort key, the next first: the rank of its priority or of its tier if that is worth more, since when, id."""
    return (priority_of(contact.tier, contact.priority).rank, stamp(contact.queued_at), contact.id)
