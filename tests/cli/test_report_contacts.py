"""`agent-tui report contacts`: the wallboard's own figures, from the database of a server that may be running."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import msgspec
import pytest

from agent_tui.cli.failure import guard
from agent_tui.cli.main import run
from agent_tui.domain.effects import Event
from agent_tui.domain.rows import stamp
from agent_tui.metrics.fold import fold
from agent_tui.metrics.measure import measure
from agent_tui.server import seed
from agent_tui.server.database import Database, Tx
from agent_tui.server.tail import Tail
from agent_tui.server.writing import put_all
from tests.eg import NOW, agent, at, group


def call(
    id: str, start: float, wait: float, by: str | None, *, group: str = "cards", tier: str = "gold"
) -> list[Event]:
    """A contact answered by `by` after `wait` and closed a minute and a half later, or given up."""

    def event(name: str, seconds: float, **data: str | float | bool) -> Event:
        return Event(
            name=name,
            at=at(start + seconds),
            contact_id=id,
            agent_id=by,
            group=group,
            channel="phone",
            customer_id=f"c-{id}",
            data=data,  # type: ignore[arg-type]
        )

    came = [event("ContactOffered", 0, tier=tier, category="card_loss"), event("ContactQueued", 0, again=False)]
    if by is None:
        return [*came, event("ContactAbandoned", wait, where="queue")]
    after = [
        event("ContactCleared", wait + 60),
        event("ContactClosed", wait + 90, category="card_loss", result="answered"),
    ]
    return [*came, event("ContactEstablished", wait), *after]


def state(agent_id: str, seconds: float, before: str, to: str) -> Event:
    return Event(name="AgentStateChanged", at=at(seconds), agent_id=agent_id, data={"from": before, "to": to})


EVENTS = [
    *call("k1", 0, 10, "a1"),
    *call("k2", 100, 30, "a2", tier="vip"),
    *call("k3", 200, 60, None),
    *call("k4", 300, 12, "a2", group="merchant"),
    state("a1", 0, "logged_off", "ready"),
    state("a1", 600, "ready", "busy"),
    state("a1", 1200, "busy", "ready"),
]


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A server's database in which this happened; the server has it open."""
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path / "home"))
    path = tmp_path / "server.db"
    db = Database(path)
    seed.ensure_head(db)
    db.write_now(_happened)
    db.close()
    return path


def _happened(tx: Tx) -> None:
    staff = [agent("a1"), agent("a2", groups=("merchant",))]
    tail = Tail(tx, NOW)
    tail.feed(put_all(tx, [*staff, group("merchant", target_share=0.6)], NOW))
    tail.close()
    for seq, event in enumerate(sorted(EVENTS, key=lambda event: event.at), 1):
        tx.run(
            "event_add",
            seq=seq,
            at=stamp(event.at),
            name=event.name,
            cause=None,
            contact_id=event.contact_id,
            agent_id=event.agent_id,
            body=msgspec.json.encode(event).decode(),
        )


def report(
    database: Path, capsys: pytest.CaptureFixture[str], *options: str
) -> dict[tuple[str, str], dict[str, object]]:
    capsys.readouterr()
    assert run(["report", "contacts", "--database", str(database), "--format", "json", *options], "en") == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    return {(figure["slice"], figure["metric"]): figure for figure in figures}


def test_the_report_is_what_the_wallboard_measures(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = report(database, capsys)
    last = max(event.at for event in EVENTS)
    contacts, spans = fold(EVENTS, last)
    for id, figure in measure(contacts, spans, NOW, at(86_400)).items():
        assert shown["all", id]["value"] == figure.value, id


def test_groups_tiers_and_agents_are_slices_of_it(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    groups = report(database, capsys, "--by", "group")
    assert [groups[key, "offered"]["value"] for key in ("cards", "merchant", "all")] == [3, 1, 4]
    assert groups["cards", "occupancy"]["value"] == 0.5, "the time of a1, who is in that group"
    assert groups["merchant", "service_level"]["target"] == 0.6, "its own, not the centre's"
    tiers = report(database, capsys, "--by", "tier")
    assert tiers["vip", "asa"]["value"] == 30
    agents = report(database, capsys, "--by", "agent")
    assert [agents[key, "handled"]["value"] for key in ("a1", "a2")] == [1, 2]


def test_hours_are_those_of_the_centre(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert {key for key, _ in report(database, capsys, "--by", "hour")} == {"2026-03-02 10:00", "all"}


def test_first_contact_resolution_is_marked_as_provisional(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(database, capsys)["all", "fcr"]["provisional"] is True
    assert run(["report", "contacts", "--database", str(database)], "en") == 0
    out = capsys.readouterr().out
    assert "100.00 % ~" in out
    assert "~ provisional" in out


def test_the_centre_as_csv(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", "contacts", "--database", str(database), "--format", "csv", "--by", "channel"], "zh") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["slice"] for row in rows} == {"phone", "all"}


def test_another_rule_may_be_asked_for(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = report(database, capsys, "--rule", "per_answered")
    assert shown["all", "service_level"]["rule"] == "service_level/per_answered@1"
    assert shown["all", "service_level"]["value"] == pytest.approx(2 / 3)


def test_a_running_server_does_not_stand_in_the_way_and_nothing_is_written(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    db = Database(database)
    try:
        before = database.read_bytes()
        assert report(database, capsys)["all", "offered"]["value"] == 4
        assert database.read_bytes() == before
    finally:
        db.close()


@pytest.mark.parametrize("make", ["nothing", "text", "sqlite"])
def test_another_file_gets_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], make: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path / "home"))
    path = tmp_path / "other.db"
    if make == "text":
        path.write_text("this is no database " * 100)
    elif make == "sqlite":
        import sqlite3

        with sqlite3.connect(path) as db:
            db.execute("create table t (x)")
        db.close()
    code = guard(lambda: run(["report", "contacts", "--database", str(path)], "en"), "en")
    out, err = capsys.readouterr()
    assert (code, out, err.count("\n")) == (65 if make == "nothing" else 74, "", 1)
    assert str(path) in err
