"""The order of service (M3, M4): priority first, then waiting time. The same order as the queue that people see."""

from __future__ import annotations

from datetime import datetime

from agent_tui.domain.contact import Contact
from agent_tui.domain.offer_rules import priority_of

Key = tuple[int, datetime, str]


def order(contact: Contact) -> Key:
    """Sort key, the next first: the rank of its priority or of its tier if that is worth more, since when, id."""
    return (priority_of(contact.tier, contact.priority).rank, contact.queued_at, contact.id)
