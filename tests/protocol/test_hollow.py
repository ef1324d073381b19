"""A campaign in which nothing could go wrong, since nothing was done, is not one without violations."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from chaos.campaign import Campaign
from chaos.judge import hollow
from chaos.place import Place

GOOD = {"commands": 400, "applied": 250, "money": 9, "tickets_moved": 5, "requested": 12, "executed": 2}


def test_a_campaign_with_work_money_and_signatures_counts() -> None:
    assert not list(hollow(GOOD, ()))


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ({"applied": 12}, "only 12 of 400"),
        ({"commands": 0, "applied": 0}, "only 0 of 0"),
        ({"money": 0}, "no money moved"),
        ({"tickets_moved": 0}, "no ticket"),
        ({"executed": 0}, "signed"),
        ({"executed": 0, "requested": 0}, "asked for a signature"),
    ],
)
def test_where_one_of_them_is_missing_it_is_said(what: dict[str, int], says: str) -> None:
    (line,) = hollow(GOOD | what, ())
    assert says in line


def test_a_few_requests_may_all_find_nobody() -> None:
    assert not list(hollow(GOOD | {"executed": 0, "requested": 3}, ()))


def test_a_deed_that_never_took_effect_is_named() -> None:
    assert list(hollow(GOOD, ("restore",))) == ["hollow: restore never took effect"]


async def test_deeds_say_whether_there_was_anything_to_befall(tmp_path: Path) -> None:
    """A server that does not run is neither paused nor starved, and no backup is made of a ledger that is not there."""
    campaign = Campaign(Place(folder=tmp_path), 1, 1.0)
    campaign._rng = random.Random(1)
    assert not await campaign._pause_server()
    assert not await campaign._starve_server()
    assert not await campaign._end_sessions()
