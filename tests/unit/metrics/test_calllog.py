"""The deceptions of the bank's call log, one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.errors import InputError
from agent_tui.metrics.calllog import Call, CallLog, Remark, parse_call_log
from tests.cli.logs import HEADER, NONE, line, text


def read(*lines: str) -> CallLog:
    return parse_call_log(text(*lines).splitlines(keepends=True))


def one(*args: object, **fields: str) -> tuple[Call, list[str]]:
    log = read(line(1, **fields))
    assert not log.refusals
    return log.calls[0], [remark.reason for remark in log.repairs]


def utc(hour: int, minute: int, second: int, day: int = 3) -> datetime:
    return datetime(1999, 2, day, hour, minute, second, tzinfo=UTC)


def test_an_ordinary_call() -> None:
    call, repairs = one()
    assert not repairs
    assert (call.outcome, call.wait_s, call.talk_s, call.server) == ("answered", 12, 120, "DORIT")
    assert (call.day, call.hour) == (date(1999, 2, 3), 10)
    assert call.arrived_at == utc(8, 0, 0), "the bank's clock is two hours ahead of UTC"
    assert call.queued_at == utc(8, 0, 9)
    assert call.answered_at == utc(8, 0, 21)


def test_zero_oclock_means_none_and_not_midnight() -> None:
    call, repairs = one(queue=NONE, service="10:00:09 10:01:09 60")
    assert (call.queued_at, call.wait_s, call.answered_at) == (None, 0, utc(8, 0, 9))
    assert not repairs


def test_zero_oclock_is_midnight_where_a_duration_stands_beside_it() -> None:
    call, repairs = one(menu="23:59:54 23:59:54 0", queue="0:00:00 0:00:27 27", service="0:00:27 0:01:33 66")
    assert call.queued_at == utc(22, 0, 0)
    assert set(repairs) == {"past_midnight", "starts_at_midnight"}


def test_a_service_past_midnight_lasts_what_it_lasts() -> None:
    call, repairs = one(menu="23:59:32 23:59:44 12", queue=NONE, service="23:59:44 0:01:28 104")
    assert (call.talk_s, call.day) == (104, date(1999, 2, 3))
    assert repairs == ["past_midnight"]


def test_a_menu_that_ends_before_it_begins_takes_no_time() -> None:
    call, repairs = one(menu="9:48:14 9:47:17 -57", queue="9:47:17 9:50:11 174", service="9:50:11 9:51:28 77")
    assert (call.menu_s, call.arrived_at) == (0, utc(7, 47, 17))
    assert repairs == ["negative_menu"]


def test_a_service_that_begins_before_the_menu_ends_keeps_its_duration() -> None:
    call, repairs = one(queue=NONE, service="10:00:07 10:02:07 120")
    assert (call.answered_at, call.talk_s) == (utc(8, 0, 9), 120)
    assert repairs == ["early_service"]


def test_an_unknown_agent_answered_all_the_same() -> None:
    call, repairs = one(server="NO_SERVER")
    assert (call.outcome, call.server) == ("answered", None)
    assert repairs == ["unknown_agent"]
    assert call.fact().legs == ()


def test_hanging_up_in_queue_shows_patience() -> None:
    call, _ = one(outcome="HANG", service=NONE, server="NO_SERVER")
    assert (call.outcome, call.patience_s) == ("abandoned", 12)
    assert call.fact().abandoned_at == utc(8, 0, 21)


def test_hanging_up_in_the_menu_is_no_abandonment() -> None:
    call, _ = one(queue=NONE, outcome="HANG", service=NONE, server="NO_SERVER")
    assert call.outcome == "menu"
    fact = call.fact()
    assert (fact.queued_at, fact.abandoned_at, fact.answered_at) == (None, None, None)


def test_service_times_of_who_hung_up_are_left_out() -> None:
    call, repairs = one(outcome="HANG", server="NO_SERVER")
    assert (call.talk_s, call.answered_at) == (0, None)
    assert repairs == ["service_of_abandoned"]


@pytest.mark.parametrize(("year", "full"), [("70", 1970), ("99", 1999), ("00", 2000), ("69", 2069)])
def test_years_have_two_digits(year: str, full: int) -> None:
    call, _ = one(date=f"{year}0203")
    assert call.day.year == full


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (line(2, outcome="PHANTOM", server="NO_SERVER"), "phantom"),
        ("", "blank"),
        ("a\tb", "columns"),
        (line(2, queue="10:00:09 10:00:21 x"), "number"),
        (line(2, queue="10:00:09 10:61:21 12"), "time"),
        (line(2, queue="10:00:21 10:00:09 -12"), "negative"),
        (line(2, queue="10:00:09 10:00:21 13"), "contradiction"),
        (line(2, date="990231"), "date"),
        (line(2, date="19990203"), "date"),
        (line(2, outcome="BUSY"), "outcome"),
        (line(1), "duplicate"),
        (line(2, server="\ufffd"), "encoding"),
    ],
)
def test_a_line_that_cannot_be_counted_is_refused_with_its_number_and_reason(row: str, reason: str) -> None:
    log = read(line(1), row, line(3))
    assert log.refusals == (Remark(3, reason),)
    assert [call.line for call in log.calls] == [2, 4]


def test_every_line_is_a_call_or_a_refusal() -> None:
    log = read(line(1), "", line(1), line(2, outcome="PHANTOM"), line(3))
    assert sorted([*(c.line for c in log.calls), *(r.line for r in log.refusals)]) == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("first", "key"),
    [
        ("", "report.error.no_call_log"),
        ("text,category", "report.error.no_call_log"),
        (HEADER.replace("\tserver", ""), "report.error.missing_columns"),
        ("\t".join(reversed(HEADER.split("\t"))), "report.error.column_order"),
    ],
)
def test_another_file_is_refused_as_a_whole(first: str, key: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_call_log([first], "x.tsv")
    assert refused.value.key == key
    assert refused.value.args_["file"] == "x.tsv"


@given(st.lists(st.text(alphabet=st.sampled_from("\t0123456789:-AGENTHPOM_\ufffd x"), max_size=120), max_size=6))
def test_no_line_is_lost_whatever_stands_in_it(lines: list[str]) -> None:
    log = parse_call_log([HEADER, *lines])
    assert len(log.calls) + len(log.refusals) == len(lines)


@given(st.integers(0, 86_399), st.integers(0, 600), st.integers(0, 3600), st.integers(1, 3600))
def test_whatever_the_hour_durations_stand_and_moments_follow_each_other(
    start: int, menu: int, wait: int, talk: int
) -> None:
    def stretch(begin: int, seconds: int) -> str:
        return " ".join([clock(begin), clock(begin + seconds), str(seconds)])

    row = line(1, stretch(start, menu), stretch(start + menu, wait), "AGENT", stretch(start + menu + wait, talk))
    (call,) = read(row).calls
    assert (call.menu_s, call.wait_s, call.talk_s) == (menu, wait, talk)
    assert call.answered_at is not None
    assert call.arrived_at.date() in (date(1999, 2, 2), date(1999, 2, 3))
    if call.queued_at is not None:
        assert (call.queued_at - call.arrived_at).total_seconds() == menu
    assert (call.answered_at - call.arrived_at).total_seconds() == menu + wait


def clock(second: int) -> str:
    second %= 86_400
    return f"{second // 3600}:{second // 60 % 60:02}:{second % 60:02}"
