"""Triage as the router and the reports know it; the rule itself belongs to `domain`, where arrivals are decided."""

from __future__ import annotations

from agent_tui.domain.triage import Guess, triage

__all__ = ["Guess", "triage"]
