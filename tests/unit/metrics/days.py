"""Days of contacts for the tests of indicators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from agent_tui.metrics.facts import ContactFact, Leg
from tests.eg import NOW

DAY = timedelta(days=1)


def answered(id: str, wait_s: float, talk_s: float = 60.0, at: datetime = NOW, **fields: object) -> ContactFact:
    """A contact that waited, talked and was closed at once."""
    start = at + timedelta(seconds=wait_s)
    end = start + timedelta(seconds=talk_s)
    agent_id = str(fields.pop("agent_id", "a1"))
    leg = Leg(agent_id=agent_id, group="cards", start=start, end=end, talk_s=talk_s)
    given: dict[str, object] = {
        "group": "cards",
        "customer_id": f"c-{id}",
        "category": "card_loss",
        "result": "answered",
    }
    return ContactFact(
        contact_id=id,
        offered_at=at,
        queued_at=at,
        answered_at=start,
        cleared_at=end,
        closed_at=end,
        wait_s=wait_s,
        talk_s=talk_s,
        agent_id=agent_id,
        legs=(leg,),
        **{**given, **fields},  # type: ignore[arg-type]
    )


def abandoned(id: str, wait_s: float, at: datetime = NOW) -> ContactFact:
    """A contact whose customer hung up in queue."""
    gone = at + timedelta(seconds=wait_s)
    return ContactFact(
        contact_id=id, group="cards", offered_at=at, queued_at=at, abandoned_at=gone, closed_at=gone, wait_s=wait_s
    )


def worked_day() -> list[ContactFact]:
    """The day on which published rules differ: offered 100, answered in 20 s 70, later 15, abandoned in 20 s 10 (4 of
    them in 5 s), later 5."""
    waits: list[tuple[Callable[..., ContactFact], int, float]] = [
        (answered, 70, 12.0),
        (answered, 15, 45.0),
        (abandoned, 4, 3.0),
        (abandoned, 6, 15.0),
        (abandoned, 5, 60.0),
    ]
    return [
        make(f"k{row}-{n}", wait, at=NOW + timedelta(minutes=n))
        for row, (make, count, wait) in enumerate(waits)
        for n in range(count)
    ]
