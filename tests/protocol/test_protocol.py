"""The protocol holds whatever happens (`tests.protocol.machine`): 400 offices of 60 steps each on SQLite, a few of them on
PostgreSQL; for a night on either with `make protocol`."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from tests.protocol.machine import OnPostgres, Protocol

EXAMPLES = int(os.environ.get("AGENT_TUI_PROTOCOL_EXAMPLES", "400"))
ON_POSTGRES = int(os.environ.get("AGENT_TUI_PROTOCOL_EXAMPLES", "12"))


def played(examples: int) -> settings:
    return settings(
        max_examples=examples, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
    )


TestOnSqlite = Protocol.TestCase
TestOnSqlite.settings = played(EXAMPLES)
TestOnPostgres = OnPostgres.TestCase
TestOnPostgres.settings = played(ON_POSTGRES)
