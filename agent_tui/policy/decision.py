"""What the policy may answer, and what it is asked about. Anything but a clean Allow is a deny."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that decided, with its sentence in each language and what would help."""

    rule: str
    """The rule's `@id`; `no_rule` when nothing permits it."""
    basis: str = ""
    """Clause of the bank's regulations."""
    sentences: dict[str, str] = {}
    """Language → sentence, placeholders filled."""
    needs_level: int | None = None
    """The lowest level that could do or approve it."""
    outcome: str = "deny"
    """What the rule asks for: `deny` (nothing helps here), `reason`, `step_up` or `cosign`."""


class Allow(msgspec.Struct, frozen=True, kw_only=True, tag="allow"):
    rules: tuple[str, ...] = ()
    limit_minor: int | None = None
    """The most this person may do at once, if the action carries an amount."""
    revision: str = ""


class AllowWithReason(msgspec.Struct, frozen=True, kw_only=True, tag="reason"):
    """Allowed once a reason is written."""

    rules: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    limit_minor: int | None = None
    revision: str = ""


class StepUp(msgspec.Struct, frozen=True, kw_only=True, tag="step_up"):
    """Allowed once the person has authenticated again within the last 5 minutes."""

    reasons: tuple[Reason, ...] = ()
    limit_minor: int | None = None
    revision: str = ""


class NeedsCosign(msgspec.Struct, frozen=True, kw_only=True, tag="cosign"):
    """Allowed once `people` others of at least `level` have signed."""

    level: int
    people: int = 1
    reasons: tuple[Reason, ...] = ()
    limit_minor: int | None = None
    revision: str = ""


class Deny(msgspec.Struct, frozen=True, kw_only=True, tag="deny"):
    reasons: tuple[Reason, ...] = ()
    limit_minor: int | None = None
    revision: str = ""


Decision: TypeAlias = Allow | AllowWithReason | StepUp | NeedsCosign | Deny


class ActorFacts(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    level: int
    role: str
    groups: tuple[str, ...] = ()
    certifications: tuple[str, ...] = ()
    """Certifications in date now."""
    active: bool = True
    step_up_age_s: int | None = None
    """Seconds since the last step-up in this session; None for never."""


class SubjectFacts(msgspec.Struct, frozen=True, kw_only=True):
    customer_id: str = ""
    tier: str = "standard"
    sensitivity: str = ""
    frozen: bool = False
    verified: str = "none"
    """Degree to which the caller is verified in the contact."""
    own_contact: bool = False
    own_group: bool = False
    owner: bool = False
    """Whether the actor owns the ticket or complaint."""
    product_kind: str = ""
    product_status: str = ""
    complaint_level: str = ""
    """`general`, `serious` or `crisis`; empty counts as a crisis."""


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    amount_minor: int = 0
    agent_day_minor: int = 0
    """Already used by this person today for this action, reserved included."""
    customer_day_minor: int = 0
    """Already used today for this customer and action by anybody, reserved included."""
    team_day_minor: int = 0
    """Already used today by this person's team for this action, reserved included."""
    online: bool = True
    reason_given: bool = False
    approved_by_level: int = 0
    """The lowest level among those who signed; 0 for nobody."""
    approvals: int = 0
    field: str = ""
    """The field to reveal."""
    minute: int = 0
    """Minutes after midnight in the centre's zone, 0 to 1439. Not known is midnight, when least is allowed."""
    weekday: int = 7
    """1 is Monday, 7 is Sunday, in the centre's zone."""
    business_hours: bool = False
    """Whether the group it belongs to is open by its calendar."""


Decide: TypeAlias = Callable[[ActorFacts, str, SubjectFacts, Circumstances], Decision]
"""The policy in force: (actor, action, subject, circumstances) → decision."""
