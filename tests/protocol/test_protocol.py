"""The protocol holds whatever happens (`tests.protocol.machine`): 400 offices of 60 steps each."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from tests.protocol.machine import Protocol

EXAMPLES = int(os.environ.get("AGENT_TUI_PROTOCOL_EXAMPLES", "400"))

TestProtocol = Protocol.TestCase
TestProtocol.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
)
