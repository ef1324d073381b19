"""Post-hoc supervision (事后监督): acts under authority that others look at afterwards, and what comes of it.

open ──► done (error, serious) ──► followed ──► closed
  └────► closed (nothing found)       └─►─┘
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from math import sqrt

import msgspec

from agent_tui.domain.agent import Role

REVIEWERS = frozenset({Role.SUPERVISOR, Role.REVIEWER})
Z_95 = 1.959963984540054
"""Standard normal quantile of a two-sided 95 % interval."""


class ReviewState(StrEnum):
    OPEN = "open"
    DONE = "done"
    """A finding stands, and nobody has followed it up yet."""
    FOLLOWED = "followed"
    CLOSED = "closed"


REVIEW_MOVES: dict[ReviewState, frozenset[ReviewState]] = {
    ReviewState.OPEN: frozenset({ReviewState.DONE, ReviewState.CLOSED}),
    ReviewState.DONE: frozenset({ReviewState.FOLLOWED}),
    ReviewState.FOLLOWED: frozenset({ReviewState.FOLLOWED, ReviewState.CLOSED}),
    ReviewState.CLOSED: frozenset(),
}


class Finding(StrEnum):
    NONE = "none"
    ERROR = "error"
    SERIOUS = "serious"


class Remedy(StrEnum):
    """What a finding leads to."""

    CORRECTION = "correction"
    COACHING = "coaching"
    LEVEL_CHANGE = "level_change"


class Stratum(StrEnum):
    """Why an act is looked at. The risky ones are looked at in full, in this order of precedence."""

    BREAK_GLASS = "break_glass"
    TOP_TIER = "top_tier"
    """An amount that only the highest levels, or two people, may allow."""
    DELEGATED = "delegated"
    QUICK_APPROVAL = "quick_approval"
    """Signed within five seconds."""
    OFFLINE = "offline"
    REVEAL_ALONE = "reveal_alone"
    """A field shown in the clear, and nothing done for the customer after it."""
    RANDOM = "random"
    SECOND = "second"
    """Not an act but a review of one, looked at again by another reviewer."""


IN_FULL = tuple(stratum for stratum in Stratum if stratum not in (Stratum.RANDOM, Stratum.SECOND))
"""The risky strata."""


class FollowUp(msgspec.Struct, frozen=True, kw_only=True):
    by: str
    at: datetime
    text: str


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """One act that was drawn. `id` is derived from the act's command."""

    id: str
    sample_id: str = ""
    """The draw it belongs to; empty while a risky act waits for the day to close."""
    command_id: str
    """The command that did it."""
    audit_seq: int
    """Its row in the audit, where everything else about it stands."""
    action: str
    """Id of the business action; the kind of the command for acts that are none."""
    maker_id: str
    maker_name: str = ""
    checkers: tuple[str, ...] = ()
    """Who signed."""
    team: str = ""
    level: int = 0
    """The maker's level at the time."""
    customer_id: str | None = None
    amount_minor: int | None = None
    currency: str = "CNY"
    contact_id: str | None = None
    product: str = ""
    """Kind and masked number of the product."""
    reason: str = ""
    """Why the maker did it, in their words; scrubbed."""
    args: tuple[tuple[str, str], ...] = ()
    """Further arguments of the act, name and value; what says something about a person stands masked."""
    verdict: str = ""
    """What the policy said: `allow`, `allow_with_reason`, or what the signers' names were needed for."""
    rules: tuple[str, ...] = ()
    """Ids of the policy rules that decided."""
    revision: str = ""
    """Digest of the policy it was judged by."""
    limit_minor: int | None = None
    """The most the maker could do alone at that moment."""
    day_minor: tuple[int | None, int | None, int | None] = (None, None, None)
    """Used that day before it, of this action: by the maker, for the customer, by the maker's team; None is not known."""
    approved_in_s: float | None = None
    """Business seconds between the request and the last signature; None for what needed none."""
    acted_at: datetime
    stratum: Stratum
    strata: tuple[Stratum, ...] = ()
    """Every reason why it is looked at, the first of them being `stratum`."""
    day: str
    """The centre's day on which it was done, `2026-03-02`."""
    state: ReviewState = ReviewState.OPEN
    opened_at: datetime
    due_at: datetime | None = None
    reviewer_id: str | None = None
    done_at: datetime | None = None
    finding: Finding | None = None
    kind: Remedy | None = None
    """What the finding leads to; None while there is none."""
    text: str = ""
    """What was found; scrubbed."""
    answered_at: datetime | None = None
    """When the maker acknowledged the finding."""
    answer: str = ""
    """What the maker said to it; scrubbed."""
    follow_ups: tuple[FollowUp, ...] = ()
    closed_at: datetime | None = None
    again_of: str | None = None
    """The review that is looked at again."""
    first_reviewer: str | None = None
    """Who judged it the first time."""
    version: int = 0

    @property
    def told(self) -> bool:
        """Whether there is a finding that its maker is to know of."""
        return self.finding not in (None, Finding.NONE)


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How far one stratum of a sample is."""

    population: int = 0
    drawn: int = 0
    reviewed: int = 0
    errors: int = 0
    """Findings other than `none`; of the second looks, those that found something else than the first."""

    @property
    def coverage(self) -> float | None:
        """Reviewed of those drawn, 0 to 1; None when nothing was drawn."""
        return self.reviewed / self.drawn if self.drawn else None

    @property
    def error_rate(self) -> float | None:
        """Errors of those reviewed, 0 to 1; None when nothing was reviewed."""
        return self.errors / self.reviewed if self.reviewed else None

    @property
    def interval(self) -> tuple[float, float]:
        """The error rate's 95 % interval."""
        return wilson(self.errors, self.reviewed)


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One draw: from which acts, by which seed, and how far its review is."""

    id: str
    day: str
    drawn_at: datetime
    checkpoint: int
    """Number of the checkpoint whose signature gave the seed."""
    seed: str
    after: int
    """The acts stand in the rows of the audit behind this one …"""
    size: int
    """… up to this one."""
    confidence: str = ""
    error_rate: str = ""
    """Terms of the random part, as decimal text."""
    tallies: dict[str, Tally] = {}
    """By stratum. Only `random` says something about the acts that nobody looked at."""
    version: int = 0

    @property
    def whole(self) -> Tally:
        """All acts together: coverage counts every stratum of them."""
        tallies = [tally for name, tally in self.tallies.items() if name != Stratum.SECOND]
        return Tally(
            population=sum(one.population for one in tallies),
            drawn=sum(one.drawn for one in tallies),
            reviewed=sum(one.reviewed for one in tallies),
            errors=sum(one.errors for one in tallies),
        )


def wilson(hits: int, of: int, z: float = Z_95) -> tuple[float, float]:
    """The score interval of a share (E. B. Wilson, JASA 22, 1927), 0 to 1; (0, 1) when nothing was counted."""
    if of == 0:
        return 0.0, 1.0
    share, square = hits / of, z * z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = z / (1 + square / of) * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return 0.0 if hits == 0 else middle - half, 1.0 if hits == of else middle + half
