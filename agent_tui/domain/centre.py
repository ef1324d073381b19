"""The centre: groups, departments, calendars, targets; and what is published to every desk."""

from __future__ import annotations

from datetime import datetime

import msgspec

from agent_tui.domain.calendar import Calendar
from agent_tui.domain.complaint import ComplaintClocks


class Names(msgspec.Struct, frozen=True):
    """A name in the three languages of the interface."""

    zh: str
    en: str
    ja: str

    def say(self, language: str) -> str:
        """The name in `language`, English for any other."""
        return {"zh": self.zh, "ja": self.ja}.get(language, self.en)


class Overflow(msgspec.Struct, frozen=True, kw_only=True):
    """M3: who else may take a contact of this group after `after_s` seconds in queue."""

    after_s: int
    to: tuple[str, ...]
    tiers: tuple[str, ...] = ()
    """Only for these tiers; empty means for all."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A skill group or a department that receives work orders."""

    id: str
    names: Names
    kind: str = "skill"
    """`skill` or `department`."""
    languages: tuple[str, ...] = ("zh",)
    tiers: tuple[str, ...] = ()
    """M3: customers of these tiers come here first, whatever it is about."""
    calendar: str = "always"
    target_s: int = 20
    """Answer within this many seconds."""
    target_share: float = 0.80
    """Of the contacts, 0 to 1. In `groups.toml` either target may be left out: then the centre's in `settings.toml` holds."""
    overflow: tuple[Overflow, ...] = ()
    handle_s: int = 28_800
    """A work order is due after this many business seconds."""
    contact_person: str = ""
    """Important departments' contact person (重要部门联系人): name and extension."""
    hours: Calendar | None = None
    """The calendar named by `calendar`, so that whoever has the group can compute its clocks; None is always open."""
    complaint: ComplaintClocks = ComplaintClocks()
    """The centre's own, as `hours` are: the same for every group that a complaint may go to."""
    open_now: bool = True
    """By its calendar; kept up to date by the server."""
    version: int = 0


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """A reason of contact (业务小结), with the group that owns it."""

    id: str
    names: Names
    group: str
    blueprint: str | None = None
    words: tuple[str, ...] = ()
    """Words that point to it in a customer's first words."""
    serves: str = ""
    """Kind of customer it is about, `person` or `merchant`; empty for both. From the other kind its words say half as much."""
    results: tuple[str, ...] = ("answered", "ticket", "callback", "transferred", "no_answer")
    version: int = 0


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator for one scope and interval, with its definition; wallboard = report = export."""

    id: str
    """`metric:scope`, e.g. `service_level:centre`, `abandonment:g:cards`."""
    metric: str
    scope: str
    value: float | None
    """Share, seconds or count; None when nothing was counted yet."""
    numerator: float
    denominator: float
    rule: str
    """Id and version of the rule, e.g. `service_level/default@1`."""
    unit: str
    """`share`, `s`, `count`, `per_hour`."""
    target: float | None = None
    level: str = "ok"
    """`ok`, `warn` or `bad` against its target."""
    since: datetime | None = None
    until: datetime | None = None
    curve: tuple[float | None, ...] = ()
    """Values by half-hour of the centre's day, where the metric has a curve."""
    parameters: dict[str, float] = {}
    """Thresholds the rule was applied with, e.g. `{"answer_within_s": 20, "short_abandon_s": 5}`."""
    provisional: bool = False
    """True while what comes later may still change it (a repeat within seven days, a contact still waiting)."""
    version: int = 0


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A call to people: called back from break, a bulletin's headline, an alarm of the floor."""

    id: str
    kind: str
    """`recall`, `alarm`, `bulletin`, `message`."""
    key: str
    """Message key; `args` fills it."""
    args: dict[str, str | int] = {}
    to: tuple[str, ...] = ()
    """Scopes it is for; empty means all staff."""
    at: datetime
    until: datetime | None = None
    by: str | None = None
    version: int = 0


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """Policy or blueprints as signed text that travels through the feed."""

    id: str
    """`policy` or `blueprint:<id>@<version>`."""
    kind: str
    """`policy`, or of a blueprint one of `release_rules`: `proposal`, `blueprint`, `retired`."""
    revision: str
    """Digest of the text."""
    text: str
    signature: str = ""
    effective_from: datetime | None = None
    effective_to: datetime | None = None
    """The first moment when it holds no more."""
    version: int = 0


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """One change of a row: who made it, and when."""

    version: int
    """The version it led to."""
    at: datetime
    by: str
    """Id of the person; `centre` where no person did it."""
    type: str = ""
    """The command they sent."""


class CommandRow(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a command, in the scope of its maker only."""

    id: str
    maker_id: str
    type: str
    outcome: str
    """`applied`, `refused`, `awaiting_approval`, `conflict`, `expired`."""
    reasons: tuple[dict[str, str], ...] = ()
    """Refusal sentences: language → text."""
    problem: str | None = None
    target: str | None = None
    """`entity:id` it was about."""
    edits: tuple[Edit, ...] = ()
    """With `conflict`: what was done to it by others since its maker saw it, the latest first."""
    audit_seq: int = 0
    audit_hash: str = ""
    at: datetime
    version: int = 0
