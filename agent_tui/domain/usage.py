"""What of today is used or reserved, as desks are told: one row for a person, one for a team, one for a customer.

The server adds up everything that counts, whoever did it and through which session, process or delegation; a desk only
reads it. A row speaks of the one day of the centre that it names: on any other day nothing is used yet.
"""

from __future__ import annotations

import msgspec

AGENT = "agent"
TEAM = "team"
CUSTOMER = "customer"


class DayUse(msgspec.Struct, frozen=True, kw_only=True):
    """Sums of one day."""

    id: str
    """`agent:<id>`, `team:<name>` or `customer:<id>`."""
    day: str
    """The centre's calendar day, `2026-03-02`."""
    minor: dict[str, int] = {}
    """Action → minor units used or reserved, where there are any."""
    version: int = 0

    @property
    def kind(self) -> str:
        return self.id.partition(":")[0]

    @property
    def whose(self) -> str:
        """Id of the person or customer, name of the team."""
        return self.id.partition(":")[2]

    def on(self, day: str, action: str) -> int:
        """Minor units of `action` on `day`."""
        return self.minor.get(action, 0) if day == self.day else 0
