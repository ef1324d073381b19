"""Marks that stand before words, so that colour never speaks alone. ASCII: one cell in every terminal and font."""

from __future__ import annotations

from typing import Final

AGENT: Final = {
    "logged_off": ("x", "muted"),
    "not_ready": ("=", "warn"),
    "ready": ("+", "ok"),
    "reserved": ("!", "warn"),
    "busy": ("*", "accent"),
    "wrap_up": ("~", "warn"),
}
CONTACT: Final = {
    "queued": (".", "muted"),
    "alerting": ("!", "warn"),
    "connected": ("*", "ok"),
    "hold": ("=", "warn"),
    "failed": ("x", "bad"),
    "wrap_up": ("~", "warn"),
    "closed": ("-", "muted"),
    "abandoned": ("x", "bad"),
    "open": (".", "text"),
    "in_progress": ("*", "ok"),
    "answered": ("+", "ok"),
}
CONNECTION: Final = {
    "live": ("+", "ok"),
    "catching_up": ("~", "warn"),
    "connecting": ("~", "warn"),
    "checking": ("?", "warn"),
    "offline": ("x", "bad"),
    "refused": ("x", "bad"),
}
LEVEL: Final = {"ok": ("+", "ok"), "warn": ("!", "warn"), "bad": ("!!", "bad")}
COMPLAINT: Final = {"general": "text", "serious": "warn", "crisis": "bad"}
"""Role of the word for a complaint's level."""
TIER: Final = {"vip": "warn", "platinum": "accent", "gold": "text", "standard": "muted"}
PENDING: Final = {
    "queued": ("~", "warn"),
    "sending": ("~", "accent"),
    "unknown": ("?", "warn"),
    "applied": ("+", "ok"),
    "awaiting_approval": ("~", "warn"),
    "refused": ("x", "bad"),
    "conflict": ("x", "bad"),
    "expired": ("x", "bad"),
}
WAITING_FOR_SERVER: Final = "~"
CHOSEN: Final = ">"
DENIED: Final = "-"


def bar(role: str) -> str:
    """The ink of `role` on a bar."""
    return {"ok": "bar_ok", "warn": "bar_warn", "bad": "bar_bad", "muted": "bar_muted"}.get(role, "bar")
