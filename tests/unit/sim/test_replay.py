"""A replayed day: the calls of that day, at their wall-clock times, with their patience and talk."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from agent_tui.config import data
from agent_tui.domain.contact import Priority
from agent_tui.errors import UsageError
from agent_tui.metrics.calllog import COLUMNS, parse_call_log
from agent_tui.sim import cast, replay

DAY, ON, ZONE = date(1999, 2, 3), date(2026, 3, 2), "Asia/Shanghai"
LOG = Path(__file__).resolve().parents[4] / "shared/data/anonymous-bank-1999-02/calls-1999-02-01-to-21.tsv"
ROWS = (
    "AA0101 1 0 0 PS 990203 9:00:00 9:00:05 5 9:00:05 9:01:05 60 HANG 0:00:00 0:00:00 0 NO_SERVER",
    "AA0101 2 77 2 PE 990203 9:10:00 9:10:10 10 9:10:10 9:10:40 30 AGENT 9:10:40 9:12:40 120 ANAT",
    "AA0101 3 0 0 NW 990203 9:20:00 9:20:30 30 0:00:00 0:00:00 0 HANG 0:00:00 0:00:00 0 NO_SERVER",
    "AA0101 4 0 0 PS 990203 9:30:00 9:30:10 10 0:00:00 0:00:00 0 PHANTOM 0:00:00 0:00:00 0 NO_SERVER",
    "AA0101 5 0 0 PS 990204 9:00:00 9:00:05 5 0:00:00 0:00:00 0 AGENT 9:00:05 9:01:05 60 ANAT",
)


def day(rows: tuple[str, ...] = ROWS) -> replay.Day:
    lines = ["\t".join(COLUMNS), *("\t".join(row.split(" ")) for row in rows)]
    return replay.day_of(parse_call_log(lines), DAY, ON, ZONE)


def test_only_calls_that_reached_the_queue_arrive() -> None:
    played = day()
    assert [arrival.call.id.split("-")[-1] for arrival in played.arrivals] == ["1", "2"]
    assert (played.menu, played.phantom, played.answered, played.abandoned) == (1, 1, 1, 1)


def test_the_wall_clock_stays() -> None:
    first = day().arrivals[0].at
    assert first.isoformat() == "2026-03-02T09:00:05+08:00"


def test_who_gave_up_waits_as_long_as_they_did_and_who_was_answered_longer() -> None:
    gave_up, answered = day().arrivals
    assert gave_up.patience_s == 60
    assert answered.patience_s > 30
    assert answered.talk_s == 120


def test_a_call_of_the_log_becomes_a_customer() -> None:
    played, people = day(), cast.load(data.shipped("scripts/scenarios"))
    vip = replay.persona(played.arrivals[1], people, (), 1)
    assert (vip.priority, vip.language, vip.group, vip.talk_s) == (Priority.HIGH, "en", replay.GROUP, 120)
    assert vip == replay.persona(played.arrivals[1], people, (), 1)


def test_people_are_on_duty_from_their_first_to_their_last_service() -> None:
    (duty,) = day().duties
    assert (duty.server, duty.start.strftime("%H:%M:%S"), duty.end.strftime("%H:%M:%S")) == (
        "ANAT",
        "09:10:40",
        "09:12:40",
    )


def test_a_day_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(UsageError) as error:
        replay.day_of(parse_call_log(["\t".join(COLUMNS), "\t".join(ROWS[0].split(" "))]), ON, ON, ZONE)
    assert error.value.args_["known"] == "1999-02-03 … 1999-02-03"


@pytest.mark.real_data
def test_the_third_of_february() -> None:
    if not LOG.exists():
        pytest.skip("the call log of the bank is not on this machine")
    played = replay.day_of(replay.read(LOG), DAY, ON, ZONE)
    assert (len(played.arrivals), played.answered, played.abandoned, played.menu) == (1545, 1319, 226, 394)
    assert len(played.duties) == 17
