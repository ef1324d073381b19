"""Authority lent for one act or for a time: requests for a co-sign with their signatures, and delegations.

An approval never leaves the table: withdrawn, refused, expired and stale are states like any other.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class ApprovalState(StrEnum):
    """A request is proposed until one of the others ends it; what was executed can still fail in the other system."""

    PROPOSED = "proposed"
    EXECUTED = "executed"
    """In the same transaction as the last signature it needed."""
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    STALE = "stale"
    """What was signed is not what is there any more: it goes back to its maker."""
    FAILED = "failed"
    """Another system refused to carry it out."""


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """One person's decision about exactly one payload and version."""

    signer_id: str
    name: str
    level: int
    """The level it counted with: the signer's own, or that of the delegation."""
    decision: str
    """`sign` or `refuse`."""
    reason: str = ""
    at: datetime
    delegation_id: str | None = None
    payload_hash: str
    target_version: int


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """A request for a co-sign. `id` is the id of the command that asked."""

    id: str
    kind: str = "cosign"
    """`cosign`, or `break_glass`: two people instead of the level that is out of reach, reviewed in every case."""
    maker_id: str
    maker_name: str
    maker_level: int = 0
    action: str
    payload: str
    """Canonical JSON (RFC 8785) of what will be done. Personal values stand masked with a keyed commitment."""
    payload_hash: str
    """`canon.digest` of `payload`: anybody can compute it from what they read."""
    target: str
    """`customer:<id>` or `ticket:<id>`."""
    target_version: int
    """Version of the target when it was proposed; it is executed against this one or not at all."""
    customer_id: str
    customer_name: str = ""
    """Masked."""
    tier: str = "standard"
    sensitivity: str = ""
    verified: str = "none"
    """Degree to which the caller was verified when it was proposed."""
    contact_id: str | None = None
    product_id: str | None = None
    product: str = ""
    """Kind and masked number of the product, `credit_card •••• 1234`."""
    complaint: str = ""
    """Number of the complaint it is about."""
    complaint_level: str = ""
    """Its level when it was proposed."""
    amount_minor: int | None = None
    currency: str = "CNY"
    level: int
    """The lowest level that may sign."""
    people: int = 1
    """How many must sign."""
    state: ApprovalState = ApprovalState.PROPOSED
    signatures: tuple[Signature, ...] = ()
    """In order. After an edit those given before do not count: their `payload_hash` is another."""
    editors: tuple[str, ...] = ()
    """Everybody who changed the request; none of them may sign it."""
    reason: str = ""
    """Why the maker asks; scrubbed."""
    rules: tuple[str, ...] = ()
    """Ids of the policy rules that ask for the co-sign."""
    sentences: tuple[dict[str, str], ...] = ()
    """What those rules say: language → text."""
    revision: str = ""
    """Digest of the policy it was judged by."""
    limit_minor: int | None = None
    """The most its maker may do alone."""
    used_minor: int = 0
    """Used today for this customer and action before this request, reserved included. What is asked for later does not
    change it: it was judged with this one before it."""
    maker_used_minor: int = 0
    """The same of its maker's day, or of the day of who lent them the authority if that is more."""
    team_used_minor: int = 0
    """The same of the day of the maker's team."""
    delegation_id: str | None = None
    """The delegation its maker acts under."""
    lender_name: str = ""
    """Who lent that authority, which a signer may not know; empty for one's own."""
    lent_until: datetime | None = None
    step_up_age_s: int | None = None
    """Seconds since the maker had authenticated again when asking."""
    outcome: str = ""
    """Message key of why it ended otherwise than executed."""
    outcome_args: dict[str, str | int] = {}
    review: bool = False
    """Reviewed in every case: break-glass, a delegated maker or signer."""
    opened_at: datetime
    expires_at: datetime
    """Business time of the server; from then on nobody can sign."""
    closed_at: datetime | None = None
    version: int = 0

    @property
    def open(self) -> bool:
        return self.state is ApprovalState.PROPOSED

    @property
    def signed(self) -> tuple[Signature, ...]:
        """Signatures that count: for the payload as it now is."""
        return tuple(s for s in self.signatures if s.decision == "sign" and s.payload_hash == self.payload_hash)


class Delegation(msgspec.Struct, frozen=True, kw_only=True):
    """Authority of one named person lent to another: for some actions, up to a level and a sum, for a time."""

    id: str
    grantor_id: str
    grantor_name: str
    grantee_id: str
    grantee_name: str
    actions: tuple[str, ...]
    max_level: int
    """The level the grantee acts and signs with; at most the grantor's own."""
    max_minor: int
    """The largest amount at once, in minor units."""
    valid_from: datetime
    valid_to: datetime
    reason: str
    granted_at: datetime
    revoked_at: datetime | None = None
    ended: bool = False
    """Its time is over; set by the server's own clock."""
    version: int = 0

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at `at`."""
        return self.revoked_at is None and self.valid_from <= at < self.valid_to
