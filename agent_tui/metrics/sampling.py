"""Which acts are looked at afterwards: every risky one, and of the rest a random sample that nobody could foresee and
anybody can draw again.

The seed is the signature of a checkpoint that was published after the acts. Acts of one team, action and level are
ranked by HMAC-SHA-256(seed, id of the command), and the first n are drawn, with n = ln(1 − C) / ln(1 − p): with
confidence C at least one error is among them if the share of errors is p or more.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil, log

import msgspec

from agent_tui.domain.review import IN_FULL, Stratum

Group = tuple[str, str, int]
"""Team, action, level."""


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One act under authority, as the audit has it."""

    seq: int
    command_id: str
    at: datetime
    maker: str
    checkers: tuple[str, ...] = ()
    action: str
    team: str = ""
    level: int = 0
    customer_id: str | None = None
    amount_minor: int | None = None
    currency: str = "CNY"
    offline: bool = False
    delegated: bool = False
    break_glass: bool = False
    approved_in_s: float | None = None
    """Business seconds between the request and the last signature; None for what needed none."""
    reveal: bool = False
    verdict: str = ""
    rules: tuple[str, ...] = ()
    revision: str = ""
    limit_minor: int | None = None
    day_minor: tuple[int | None, int | None, int | None] = (None, None, None)
    """Used that day before it: by the maker, for the customer, by the maker's team."""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """How much is looked at."""

    confidence: float = 0.95
    error_rate: float = 0.05
    quick_s: float = 5.0
    """An approval within this time was not read."""
    alone_s: float = 1800.0
    """A reveal with nothing done for the customer within this time is looked at."""
    top_minor: dict[str, int] = {}
    """Action → the amount above which it takes the highest levels or two people."""
    full: tuple[Stratum, ...] = IN_FULL
    """The strata that are looked at in full."""
    again_share: float = 0.05
    """Share of the reviews that another reviewer makes again, 0 to 1."""
    due_days: int = 7
    """Days within which what was drawn is to be reviewed."""


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    act: Act
    strata: tuple[Stratum, ...]

    @property
    def stratum(self) -> Stratum:
        return self.strata[0]


def size(confidence: float, error_rate: float) -> int:
    """How many must be looked at to see an error with `confidence` if their share is `error_rate` (both between 0 and
    1). ValueError otherwise."""
    if not (0 < confidence < 1 and 0 < error_rate < 1):
        raise ValueError(f"no sample for confidence {confidence} and error rate {error_rate}")
    return ceil(log(1 - confidence) / log(1 - error_rate))


def rank(seed: str, command_id: str) -> str:
    """Where a command stands in the draw; lower is drawn first."""
    return hmac.new(seed.encode(), command_id.encode(), sha256).hexdigest()


def alone(reveal: Act, acts: Sequence[Act], within_s: float) -> bool:
    """Whether nothing was done for the customer after a reveal, by the same person."""
    until = reveal.at + timedelta(seconds=within_s)
    return not any(
        act.maker == reveal.maker
        and act.customer_id == reveal.customer_id
        and act.seq > reveal.seq
        and act.at <= until
        and not act.reveal
        for act in acts
    )


def risks(act: Act, acts: Sequence[Act], terms: Terms) -> tuple[Stratum, ...]:
    """Every reason why an act is looked at in any case, in order of precedence. `acts` are those of the same person."""
    top = terms.top_minor.get(act.action)
    found = {
        Stratum.BREAK_GLASS: act.break_glass,
        Stratum.TOP_TIER: top is not None and (act.amount_minor or 0) > top,
        Stratum.DELEGATED: act.delegated,
        Stratum.QUICK_APPROVAL: act.approved_in_s is not None and act.approved_in_s < terms.quick_s,
        Stratum.OFFLINE: act.offline,
        Stratum.REVEAL_ALONE: act.reveal and alone(act, acts, terms.alone_s),
    }
    return tuple(stratum for stratum, yes in found.items() if yes and stratum in terms.full)


def at_once(act: Act, terms: Terms) -> tuple[Stratum, ...]:
    """The reasons to look at an act that are known as soon as it is done: of a reveal it takes time to know."""
    return risks(msgspec.structs.replace(act, reveal=False), (), terms)


def again(judged: Iterable[str], share: float, seed: str) -> tuple[str, ...]:
    """Which of these reviews another reviewer makes again: each with probability `share`, by where its rank stands among
    all ranks there can be."""
    return tuple(sorted(review for review in set(judged) if _place(rank(seed, review)) < share))


def _place(ranked: str) -> float:
    """0 to 1."""
    return int(ranked, 16) / (1 << 256)


def groups(acts: Iterable[Act]) -> dict[Group, list[Act]]:
    """Acts by team, action and level."""
    found: dict[Group, list[Act]] = {}
    for act in acts:
        found.setdefault((act.team, act.action, act.level), []).append(act)
    return found


def draw(acts: Sequence[Act], terms: Terms, seed: str) -> list[Drawn]:
    """What is looked at, in the order of the audit."""
    by_maker: dict[str, list[Act]] = {}
    for act in acts:
        by_maker.setdefault(act.maker, []).append(act)
    found = [Drawn(act=act, strata=risks(act, by_maker[act.maker], terms)) for act in acts]
    risky = [one for one in found if one.strata]
    rest = groups(one.act for one in found if not one.strata)
    wanted = size(terms.confidence, terms.error_rate)
    for members in rest.values():
        first = sorted(members, key=lambda act: rank(seed, act.command_id))[:wanted]
        risky += [Drawn(act=act, strata=(Stratum.RANDOM,)) for act in first]
    return sorted(risky, key=lambda one: one.act.seq)
