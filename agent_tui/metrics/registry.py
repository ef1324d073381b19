"""The register of indicators: unit, target, rules, where each makes sense. `docs/howto/check-the-figures.md` explains.

Texts live in `metrics.toml`: `metrics.name.<id>`, `metrics.note.<id>`, `metrics.rule.<id>.<rule>` and
`metrics.term.<term>`; `metrics.words` puts the formula together from the terms of the rule itself.
"""

from __future__ import annotations

import msgspec

from agent_tui.metrics.rules import ABANDONMENT, SERVICE_LEVEL, Rule, only


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted of a value."""

    kind: str
    """`at_least`, `at_most`, or `band` (from `low` to `target`, bad above `limit`)."""
    target: float
    low: float = 0.0
    limit: float = 0.0
    near: float = 0.2
    """The last fifth of the way to a missed target is a warning."""

    def level(self, value: float | None, target: float | None = None) -> str:
        """`ok`, `warn` or `bad`; a value that is not there is no alarm. `target` replaces the default one."""
        wanted = self.target if target is None else target
        if value is None:
            return "ok"
        if self.kind == "band":
            return self._band(value, wanted)
        if self.kind == "at_most":
            return "bad" if value > wanted else "warn" if value > wanted * (1 - self.near) else "ok"
        return "bad" if value < wanted else "warn" if value < wanted + (1 - wanted) * self.near else "ok"

    def _band(self, value: float, top: float) -> str:
        if value > self.limit:
            return "bad"
        return "ok" if self.low <= value <= top else "warn"


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator. The first rule is the default."""

    id: str
    unit: str
    """`share`, `s`, `count` or `per_hour`."""
    rules: tuple[Rule, ...]
    about: str
    """Whose it is: `queue` (centre, group, channel), `handling` (these and agents), `agents` (time of people),
    `tickets`."""
    goal: Goal | None = None
    curve: bool = False
    parameters: tuple[str, ...] = ()
    """Thresholds of `metrics.measure.Rules` that its terms depend on."""

    @property
    def name_key(self) -> str:
        return f"metrics.name.{self.id}"

    @property
    def note_key(self) -> str:
        return f"metrics.note.{self.id}"

    def rule_key(self, rule: Rule) -> str:
        """Message key of what the rule is called and where it was published."""
        return f"metrics.rule.{self.id}.{rule.name}"

    def rule(self, name: str = "default") -> Rule:
        """The rule of that name that holds now. KeyError if there is none."""
        for rule in self.rules:
            if rule.name == name and rule.effective_to is None:
                return rule
        raise KeyError(name)


def _at_least(share: float, near: float = 0.2) -> Goal:
    return Goal(kind="at_least", target=share, near=near)


_QUEUE_TIMES = ("answer_within_s", "short_abandon_s")

_ALL = (
    Metric(id="offered", unit="count", rules=only("offered"), about="queue", curve=True),
    Metric(id="answered", unit="count", rules=only("answered"), about="handling", curve=True),
    Metric(id="abandoned", unit="count", rules=only("abandoned"), about="queue", curve=True),
    Metric(id="handled", unit="count", rules=only("handled"), about="handling"),
    Metric(
        id="service_level",
        unit="share",
        rules=SERVICE_LEVEL,
        about="queue",
        goal=_at_least(0.80),
        curve=True,
        parameters=_QUEUE_TIMES,
    ),
    Metric(
        id="abandonment",
        unit="share",
        rules=ABANDONMENT,
        about="queue",
        goal=Goal(kind="at_most", target=0.05),
        curve=True,
        parameters=("short_abandon_s",),
    ),
    Metric(
        id="asa",
        unit="s",
        rules=only("wait_answered_s", "answered"),
        about="handling",
        goal=Goal(kind="at_most", target=180.0),
        curve=True,
    ),
    Metric(id="asa_p90", unit="s", rules=only("wait_answered_s", "answered", 0.9), about="handling"),
    Metric(id="aht", unit="s", rules=only("talk_s hold_s wrap_s", "handled"), about="handling", curve=True),
    Metric(id="talk_time", unit="s", rules=only("talk_s", "talked"), about="handling"),
    Metric(
        id="occupancy",
        unit="share",
        rules=only("contact_s working_after_s", "contact_s working_after_s available_s"),
        about="agents",
        goal=Goal(kind="band", target=0.85, low=0.75, limit=0.90),
        curve=True,
    ),
    Metric(
        id="utilisation",
        unit="share",
        rules=only("contact_s working_after_s available_s", "signed_in_s"),
        about="agents",
    ),
    Metric(id="contacts_per_hour", unit="per_hour", rules=only("legs", "on_queue_h"), about="agents"),
    Metric(
        id="fcr",
        unit="share",
        rules=only("solved_kept", "solved"),
        about="handling",
        goal=_at_least(0.90),
        parameters=("repeat_days",),
    ),
    Metric(id="csat", unit="share", rules=only("rated_good", "rated"), about="handling", goal=_at_least(0.85)),
    Metric(id="csat_answer_rate", unit="share", rules=only("rated", "handled"), about="handling"),
    Metric(id="triage_corrected", unit="share", rules=only("retriaged", "offered"), about="queue"),
    Metric(
        id="transfer_in_time",
        unit="share",
        rules=only("transfer_kept", "transfer_due"),
        about="tickets",
        goal=_at_least(0.95),
    ),
    Metric(
        id="callback_in_time",
        unit="share",
        rules=only("callback_kept", "callback_due"),
        about="tickets",
        goal=_at_least(0.95),
    ),
    Metric(
        id="feedback_in_24h",
        unit="share",
        rules=only("feedback_kept", "feedback_due"),
        about="tickets",
        goal=_at_least(0.95),
        parameters=("feedback_s",),
    ),
    Metric(
        id="complaint_in_time",
        unit="share",
        rules=only("complaint_kept", "complaint_due"),
        about="tickets",
        goal=_at_least(1.0),
    ),
)

METRICS: dict[str, Metric] = {metric.id: metric for metric in _ALL}
"""Every indicator by id, in the order in which reports show them."""
