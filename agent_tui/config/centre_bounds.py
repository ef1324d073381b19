"""Between which numbers the figures of a centre's `settings.toml` lie. Outside of them the product's rules would not hold."""

from __future__ import annotations

HOUR_S = 3_600
DAY_S = 24 * HOUR_S
LEVELS = (1, 5)
MOST_PACE = 100_000
"""So many an hour is no pace any more; a bank that wants none writes it."""

BOUNDS: dict[str, tuple[float, float]] = {
    "short_abandon_s": (0, 60),
    "answer_within_s": (1, HOUR_S),
    "service_level_target": (0, 1),
    "abandonment_target": (0, 1),
    "offer_timeout_s": (3, 600),
    "approval_on_line_s": (30, HOUR_S),
    "approval_s": (60, 7 * DAY_S),
    "break_glass_level": LEVELS,
    "effect_level": LEVELS,
    "delegation_days": (1, 30),
    "complaint_general_s": (60, 7 * DAY_S),
    "complaint_serious_s": (60, DAY_S),
    "complaint_crisis_s": (60, DAY_S),
    "complaint_legal_days": (1, 60),  # 15, 30 if complex, and 30 more with approval
    "step_up_s": (30, 300),  # product page section 6: at most five minutes
    "token_s": (60, HOUR_S),
    "session_s": (HOUR_S, DAY_S),
    "lease_s": (60, DAY_S),
    "reveal_s": (5, 60),  # product rule 6: at most a minute
    "reveals_per_hour": (1, MOST_PACE),
    "searches_per_hour": (1, MOST_PACE),
    "free_tries": (1, 20),
    "free_tries_from_address": (1, MOST_PACE),
    "block_s": (1, HOUR_S),
    "longest_block_s": (1, DAY_S),
    "review_quick_s": (0, HOUR_S),
    "review_alone_s": (0, DAY_S),
    "review_due_days": (1, 366),
    "review_again_share": (0, 1),
}
"""Name → least and greatest."""


def within(name: str, value: float) -> str:
    """Empty when the value lies within its bounds, else what would be right, as `30 … 300`."""
    least, most = BOUNDS[name]
    # Not a comparison the other way round: `nan` lies nowhere.
    return "" if least <= value <= most else f"{least} … {most}"
