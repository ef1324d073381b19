"""Read models of post-hoc supervision: what is to be reviewed, one act with what is known of it, findings about me.

Like `desk.views`: frozen, already masked, free of widgets; user text stands in them as it was typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from agent_tui.desk.query import Query

if TYPE_CHECKING:  # the models are made, never decoded: what they hold need not be loaded with them
    from datetime import datetime

    from agent_tui.domain.approval import Approval
    from agent_tui.domain.contact import Contact
    from agent_tui.domain.customer import Customer
    from agent_tui.domain.review import Review, Sample, Tally
    from agent_tui.i18n.message import Msg


class Reviews(Query["ReviewBoard"], frozen=True):
    """What is to be reviewed, mine first, and how far the centre is with it."""


class ReviewCase(Query["CaseView | None"], frozen=True, kw_only=True):
    """One act with everything that is known of it here."""

    id: str


class Findings(Query["tuple[Review, ...]"], frozen=True):
    """Findings about acts of mine, those that wait for my answer first."""


class ReviewView(msgspec.Struct, frozen=True, kw_only=True):
    """One act that is looked at afterwards, as this person may act on it."""

    review: Review
    part: str
    """`judge` (waits for me), `follow` (a finding to follow up), `others` (waits, and not for me) or `closed`."""
    left_s: float | None
    """Seconds of business time until it is due, less than 0 when it is late; None once it was judged."""
    customer: str = ""
    """Masked."""
    cannot: Msg | None = None
    """Why it is not for me."""

    @property
    def id(self) -> str:
        return self.review.id


class ReviewBoard(msgspec.Struct, frozen=True, kw_only=True):
    """What the reviews' pane shows."""

    rows: tuple[ReviewView, ...]
    judge: int
    """How many wait for me …"""
    late: int
    """… of them after their time."""
    follow: int
    waiting: int
    """Risky acts opened since the last draw; they are counted in the next one."""
    tallies: dict[str, Tally]
    """By stratum, over all draws this desk knows."""
    whole: Tally
    """All acts of them."""
    sample: Sample | None
    """The latest draw."""


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to the same customer after an act."""

    at: datetime
    kind: str
    """`note`, `ticket`, `closed` (the contact's wrap-up) or `act`."""
    who: str
    text: str = ""
    """What somebody wrote, or the id of what was done."""
    amount_minor: int | None = None


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """One act that is looked at afterwards, with everything that is known of it here."""

    view: ReviewView
    customer: Customer | None
    contact: Contact | None
    approval: Approval | None
    payload: tuple[tuple[str, str], ...]
    """What was signed, name and value; empty for what needed no signature."""
    names: dict[str, str]
    """Id → name of everybody who is mentioned."""
    after: tuple[Followed, ...]
    """In the order it happened, at most 12."""
    sample: Sample | None
