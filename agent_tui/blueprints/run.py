"""The whole interface of a run in one place: what a desk, a simulation or a test calls."""

from __future__ import annotations

from agent_tui.blueprints.filled import Filled, command, filled
from agent_tui.blueprints.kept import leave, pinned, resume
from agent_tui.blueprints.shown import Shown, shown, transcript
from agent_tui.blueprints.walk import (
    Deviation,
    Result,
    Run,
    Taken,
    advance,
    back,
    current,
    deviate,
    done_here,
    ended,
    jump,
    learn,
    path,
    place,
    speak,
    start,
    verified,
    visited,
)

__all__ = [
    "Deviation",
    "Filled",
    "Result",
    "Run",
    "Shown",
    "Taken",
    "advance",
    "back",
    "command",
    "current",
    "deviate",
    "done_here",
    "ended",
    "filled",
    "jump",
    "learn",
    "leave",
    "path",
    "pinned",
    "place",
    "resume",
    "shown",
    "speak",
    "start",
    "transcript",
    "verified",
    "visited",
]
