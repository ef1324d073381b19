"""A name for examples."""

from __future__ import annotations

from agent_tui.domain.centre import Names

THREE = Names(zh="问候", en="Greeting", ja="挨拶")
