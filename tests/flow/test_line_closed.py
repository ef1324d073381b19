"""Whoever asks something while the desk ends is told that there is no line, and nothing breaks."""

from __future__ import annotations

import pytest

from agent_tui.client.api import Api
from agent_tui.errors import Offline


async def test_a_line_that_was_closed_is_no_line() -> None:
    api = Api("http://127.0.0.1:9", "d1")
    await api.close()
    with pytest.raises(Offline):
        await api.call("POST", "/anything", type(None))
    with pytest.raises(Offline):
        async with api.events("/events", {}):
            pass
