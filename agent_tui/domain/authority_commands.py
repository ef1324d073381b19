"""Commands under authority: acting for a customer, asking others to sign, lending one's own authority."""

from __future__ import annotations

import msgspec

from agent_tui.domain.customer import Secret


class Base(msgspec.Struct, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    """The tag is the class name."""


class RevealField(Base, frozen=True, kw_only=True):
    """One field, one purpose, 60 s. The value comes in the answer to this command and is stored nowhere."""

    customer_id: str
    field: Secret
    purpose: str
    contact_id: str | None = None


class PerformAction(Base, frozen=True, kw_only=True):
    """Any other business action of `domain.actions`."""

    action: str
    customer_id: str
    contact_id: str | None = None
    product_id: str | None = None
    ticket_id: str | None = None
    amount_minor: int | None = None
    currency: str = "CNY"
    reason: str = ""
    args: dict[str, str] = {}
    """Further typed arguments of the action, as text: `mobile`, `transaction`, `points`…"""
    delegation_id: str | None = None
    """The delegation it is done under; None for one's own authority."""


class RequestApproval(Base, frozen=True, kw_only=True):
    """Ask others to co-sign an action that was refused for want of level. Its outcome is `awaiting_approval`; the
    approval has the id of this command."""

    command: PerformAction
    reason: str


class DecideApproval(Base, frozen=True, kw_only=True):
    """Sign or refuse exactly what was seen."""

    approval_id: str
    decision: str
    """`sign` or `refuse`; a refusal needs a reason."""
    payload_hash: str
    target_version: int
    reason: str = ""
    delegation_id: str | None = None


class AmendApproval(Base, frozen=True, kw_only=True):
    """Lower the amount of a request. Whoever does it may not sign it; signatures given before do not count."""

    approval_id: str
    amount_minor: int
    payload_hash: str
    """The payload as it was seen before the change."""
    reason: str


class WithdrawApproval(Base, frozen=True, kw_only=True):
    """The maker takes the request back."""

    approval_id: str
    reason: str = ""


class BreakGlass(Base, frozen=True, kw_only=True):
    """Ask for an action whose co-signers are out of reach. A second person of the break-glass level signs with
    `DecideApproval`; it is reviewed in every case. Only levels and people are set aside, nothing that is denied."""

    command: PerformAction
    reason: str


class GrantDelegation(Base, frozen=True, kw_only=True):
    """Lend one's own authority to a named person for a time."""

    grantee_id: str
    actions: tuple[str, ...]
    max_level: int
    max_minor: int = 0
    valid_from: str | None = None
    """RFC 3339; None for now."""
    valid_to: str
    """RFC 3339."""
    reason: str


class RevokeDelegation(Base, frozen=True, kw_only=True):
    """Ends at once. By the grantor, the grantee, or a supervisor of at least the grantor's level."""

    delegation_id: str
    reason: str = ""


class ResolveEffect(Base, frozen=True, kw_only=True):
    """What a person found out about an effect whose outcome was unknown; never the one who caused it."""

    ticket_id: str
    outcome: str
    """`done` or `not_done`."""
    reason: str
