"""Reads the call log of the "Anonymous Bank" (Technion): tab-separated text → calls, with what was repaired or refused.

What the columns mean, and where they deceive:

* `0:00:00` means "none" unless the seconds beside it say that something happened at midnight.
* A moment more than twelve hours before the call arrived is on the next day.
* Years have two digits: 70 to 99 are 1970 to 1999, 00 to 69 are 2000 to 2069.
* `q_time` and `ser_time` are the truth about waiting and talking; clocks of menu, queue and service differ by seconds.
* `PHANTOM` rows are no calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from agent_tui.errors import InputError
from agent_tui.metrics.facts import ContactFact, Leg

COLUMNS = [
    "vru+line",
    "call_id",
    "customer_id",
    "priority",
    "type",
    "date",
    "vru_entry",
    "vru_exit",
    "vru_time",
    "q_start",
    "q_exit",
    "q_time",
    "outcome",
    "ser_start",
    "ser_exit",
    "ser_time",
    "server",
]
TIMEZONE = "Asia/Jerusalem"
"""Where the bank is; the log holds its wall-clock times."""
NO_SERVER = "NO_SERVER"
DAY_S = 86_400
_TIME = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})")


class Remark(msgspec.Struct, frozen=True):
    """Why a line was repaired or refused: a line may have several repairs, and one refusal."""

    line: int
    reason: str
    """The last part of the message keys `report.repair.<reason>` and `report.refusal.<reason>`."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call as the log has it, its deceptions removed. Moments are UTC, durations seconds."""

    line: int
    id: str
    """The line of the switch, the day and the number it gave the call: unique, and the same in every import."""
    customer_id: str | None
    priority: int
    """2 goes before 1 and 0."""
    type: str
    """`PS` regular, `PE` regular in English, `NE` stock exchange, `NW` prospect, `TT` call-back, `IN` internet help."""
    day: date
    """By the wall clock of the bank."""
    hour: int
    arrived_at: datetime
    menu_s: int
    queued_at: datetime | None
    """None for a call that never waited for an agent."""
    wait_s: int
    outcome: str
    """`answered`, `abandoned` (in queue) or `menu` (hung up in the menu)."""
    answered_at: datetime | None
    talk_s: int
    server: str | None
    """None where the log does not know who answered."""

    @property
    def patience_s(self) -> int | None:
        """How long the caller was ready to wait, where we know it: those who hung up."""
        return self.wait_s if self.outcome == "abandoned" else None

    def fact(self) -> ContactFact:
        """The same call as the indicators see it; its type stands for the group."""
        end = self.answered_at + timedelta(seconds=self.talk_s) if self.answered_at else None
        gone = self.queued_at + timedelta(seconds=self.wait_s) if self.queued_at and not self.answered_at else None
        return ContactFact(
            contact_id=self.id,
            group=self.type,
            first_group=self.type,
            agent_id=self.server,
            customer_id=self.customer_id,
            offered_at=self.arrived_at,
            queued_at=self.queued_at,
            answered_at=self.answered_at,
            abandoned_at=gone,
            cleared_at=end,
            closed_at=end or gone,
            wait_s=self.wait_s,
            talk_s=self.talk_s,
            legs=self._legs(end),
        )

    def _legs(self, end: datetime | None) -> tuple[Leg, ...]:
        if self.server is None or self.answered_at is None:
            return ()
        return (Leg(agent_id=self.server, group=self.type, start=self.answered_at, end=end, talk_s=self.talk_s),)


class CallLog(msgspec.Struct, frozen=True):
    """What a file gave: calls, repairs (the call was kept) and refusals (it was not), in order of line."""

    calls: tuple[Call, ...]
    repairs: tuple[Remark, ...]
    refusals: tuple[Remark, ...]

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter((self.calls, self.repairs, self.refusals))


class _Refused(Exception):
    """This line is no call that we can count."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse_call_log(lines: Iterable[str], source: str = "", timezone: str = TIMEZONE) -> CallLog:
    """Read the log; the first line names the columns.

    `source` names the file in errors. InputError if the first line is not that of a call log.
    """
    rows = iter(lines)
    _check_header(next(rows, ""), source)
    zone = ZoneInfo(timezone)
    calls: list[Call] = []
    repairs: list[Remark] = []
    refusals: list[Remark] = []
    seen: set[str] = set()
    for number, text in enumerate(rows, 2):
        try:
            call, reasons = _call(number, text, zone)
            if call.id in seen:
                raise _Refused("duplicate")
        except _Refused as no:
            refusals.append(Remark(number, no.reason))
            continue
        seen.add(call.id)
        calls.append(call)
        repairs += [Remark(number, reason) for reason in reasons]
    return CallLog(tuple(calls), tuple(repairs), tuple(refusals))


def _check_header(line: str, source: str) -> None:
    found = line.lstrip("\ufeff").rstrip("\r\n").split("\t")
    if found == COLUMNS:
        return
    missing = [name for name in COLUMNS if name not in found]
    if len(missing) == len(COLUMNS):
        raise InputError("report.error.no_call_log", file=source, columns=" ".join(COLUMNS))
    if missing:
        raise InputError("report.error.missing_columns", file=source, missing=" ".join(missing))
    raise InputError("report.error.column_order", file=source, columns=" ".join(COLUMNS))


# ---- one line ----------------------------------------------------------------------------------------------------


class _Stretch(msgspec.Struct, frozen=True):
    """Start, end (seconds of the day) and length of menu, queue or service, as written."""

    start: int
    end: int
    seconds: int

    @property
    def happened(self) -> bool:
        return (self.start, self.end, self.seconds) != (0, 0, 0)


def _call(number: int, text: str, zone: ZoneInfo) -> tuple[Call, list[str]]:
    row = _fields(text)
    day = _day(row["date"])
    menu, queue, service = _stretch(row, "vru"), _stretch(row, "q"), _stretch(row, "ser")
    reasons = _repairs(row, menu, queue, service)
    arrival = min(menu.start, menu.end) if menu.seconds < 0 else menu.start
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)

    def moment(second: int) -> datetime:
        late = DAY_S if second < arrival - DAY_S // 2 else 0
        # Wall-clock arithmetic in the bank's zone first, then UTC: the zone decides what a night is worth.
        return (midnight + timedelta(seconds=second + late)).astimezone(UTC)

    queued = moment(queue.start) if queue.happened else None
    outcome = _outcome(row["outcome"], queued)
    ready = queued + timedelta(seconds=queue.seconds) if queued else moment(menu.end)
    answered = outcome == "answered"
    call = Call(
        line=number,
        id=f"{row['vru+line']}-{row['date']}-{row['call_id']}",
        customer_id=None if row["customer_id"] in ("", "0") else row["customer_id"],
        priority=_number(row["priority"]),
        type=row["type"],
        day=day,
        hour=arrival // 3600,
        arrived_at=moment(arrival),
        menu_s=max(menu.seconds, 0),
        queued_at=queued,
        wait_s=queue.seconds,
        outcome=outcome,
        answered_at=ready if answered else None,
        talk_s=service.seconds if answered else 0,
        server=row["server"] if answered and row["server"] not in ("", NO_SERVER) else None,
    )
    return call, reasons


def _fields(text: str) -> dict[str, str]:
    if "\ufffd" in text:
        raise _Refused("encoding")
    parts = [part.strip() for part in text.rstrip("\r\n").split("\t")]
    if parts == [""]:
        raise _Refused("blank")
    if len(parts) != len(COLUMNS):
        raise _Refused("columns")
    row = dict(zip(COLUMNS, parts, strict=True))
    if row["outcome"] == "PHANTOM":
        raise _Refused("phantom")
    return row


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise _Refused("number") from None


def _day(text: str) -> date:
    if not re.fullmatch(r"\d{6}", text):
        raise _Refused("date")
    year = int(text[:2])
    try:
        return date(year + (1900 if year >= 70 else 2000), int(text[2:4]), int(text[4:]))
    except ValueError:
        raise _Refused("date") from None


def _second(text: str) -> int:
    found = _TIME.fullmatch(text)
    if not found:
        raise _Refused("time")
    hours, minutes, seconds = map(int, found.groups())
    if hours > 23 or minutes > 59 or seconds > 59:
        raise _Refused("time")
    return hours * 3600 + minutes * 60 + seconds


def _stretch(row: dict[str, str], name: str) -> _Stretch:
    names = (f"{name}_entry", f"{name}_exit") if name == "vru" else (f"{name}_start", f"{name}_exit")
    start, end = (_second(row[column]) for column in names)
    seconds = _number(row[f"{name}_time"])
    if (end - start - seconds) % DAY_S:
        raise _Refused("contradiction")
    if seconds < 0 and name != "vru":
        raise _Refused("negative")
    return _Stretch(start, end, seconds)


def _outcome(text: str, queued: datetime | None) -> str:
    if text == "AGENT":
        return "answered"
    if text == "HANG":
        return "abandoned" if queued else "menu"
    raise _Refused("outcome")


def _repairs(row: dict[str, str], menu: _Stretch, queue: _Stretch, service: _Stretch) -> list[str]:
    """Why the call is not as the line says it; the texts of `report.repair.*` say what was done."""
    answered = row["outcome"] == "AGENT"
    stretches = [s for s in (menu, queue, service) if s.happened]
    moments = [second for s in stretches for second in (s.start, s.end)]
    before = queue.end if queue.happened else menu.end
    early = service.happened and 0 < before - service.start < DAY_S // 2
    found = {
        "past_midnight": any(second < menu.start - DAY_S // 2 for second in moments),
        "starts_at_midnight": any(s.happened and s.start == 0 for s in (queue, service)),
        "negative_menu": menu.seconds < 0,
        "early_service": answered and early,
        "unknown_agent": answered and row["server"] in ("", NO_SERVER),
        "no_service": answered and not service.happened,
        "service_of_abandoned": row["outcome"] == "HANG" and service.happened,
    }
    return [reason for reason, is_so in found.items() if is_so]
