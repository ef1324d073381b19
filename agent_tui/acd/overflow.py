"""M3: after how many seconds in queue a contact is opened to further groups, by tier."""

from __future__ import annotations

from datetime import datetime

from agent_tui.acd.skill import waiting
from agent_tui.domain.centre import Group, Overflow
from agent_tui.domain.contact import Contact


def _applies(rule: Overflow, contact: Contact) -> bool:
    return not rule.tiers or contact.tier in rule.tiers


def _missing(rule: Overflow, contact: Contact) -> list[str]:
    return [group for group in rule.to if group != contact.group and group not in contact.overflow_groups]


def _since(contact: Contact) -> datetime:
    return contact.requeued_at or contact.queued_at


def due(contact: Contact, group: Group, now: datetime) -> tuple[str, ...]:
    """Groups to which the contact is to be opened at `now` and is not yet, in the order of the rules."""
    if not waiting(contact):
        return ()
    waited_s = (now - _since(contact)).total_seconds()
    rules = (rule for rule in group.overflow if _applies(rule, contact) and waited_s >= rule.after_s)
    return tuple(dict.fromkeys(name for rule in rules for name in _missing(rule, contact)))
