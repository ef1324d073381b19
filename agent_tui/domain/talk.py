"""Talk, hold and waiting time of a contact, in seconds of business time."""

from __future__ import annotations

from datetime import datetime

import msgspec

from agent_tui.domain.contact import Contact


def waited(contact: Contact, now: datetime) -> float:
    """Seconds in queue up to `now`; after a transfer those of the second queue alone."""
    return max(0.0, (now - (contact.requeued_at or contact.queued_at)).total_seconds())


def paused(contact: Contact, now: datetime) -> Contact:
    """The stretch of talk or hold that was going on ends at `now` and is counted."""
    talk = (now - contact.talk_since).total_seconds() if contact.talk_since else 0.0
    hold = (now - contact.hold_since).total_seconds() if contact.hold_since else 0.0
    return msgspec.structs.replace(
        contact,
        talk_s=contact.talk_s + max(0.0, talk),
        hold_s=contact.hold_s + max(0.0, hold),
        talk_since=None,
        hold_since=None,
    )
