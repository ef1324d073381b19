"""Decisions are recorded with what they were made on, so that other rules can be tried on them before they go live."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agent_tui import ids
from agent_tui.cli import main
from agent_tui.config import data
from agent_tui.domain.commands import RaiseWorkOrder
from agent_tui.domain.customer import Product
from agent_tui.errors import InputError, PolicyError, UsageError
from agent_tui.policy import replay
from agent_tui.policy.decide import decide
from agent_tui.server import personal
from agent_tui.server.customers import NewCustomer, add_customers
from agent_tui.server.decisions import Recorded, recorded
from agent_tui.server.policies import put_in_force
from agent_tui.server.services import Services
from tests import eg
from tests.server import bench, office
from tests.server.engines import named

RULES = data.shipped("scripts/policy")
STRICTER = '@id("try-stop") @basis("b") @zh("不再减免。") @en("No more.") @ja("終了。") '
STRICTER += 'forbid (principal, action == Action::"waive_fee", resource) when { context.amount > 2000 };'


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    """Ten waived fees of 10 to 100 CNY, each for a customer of its own; those above 50 are refused."""
    services = office.open_office(tmp_path)
    services.db.write_now(lambda tx: put_in_force(tx, services.signer, office.policy_text(), eg.NOW, "test"))
    new = [NewCustomer(id=f"p{n}", name="王小明", phone=bench.PHONE) for n in range(10)]
    add_customers(services.db, services.vault, new, eg.NOW)
    office.put(services, *(office.serving("a1", f"p{n}") for n in range(10)))
    async with bench.client_of(services) as client:
        seat = await office.seat(client, "a1")
        for n in range(10):
            await seat.send(office.waive(1_000 * (n + 1), customer=f"p{n}"))
        yield services


def taken(services: Services, *, with_key: bool = True) -> Recorded:
    vault = services.vault if with_key else None
    return services.db.read_now(lambda tx: recorded(tx, vault, eg.at(-60), eg.at(3600)))


def changed(folder: Path, text: str = STRICTER) -> Path:
    file = folder / "97-try.cedar"
    file.write_text(text, encoding="utf-8")
    return file


def test_every_decision_comes_out_the_same_under_the_rules_it_was_made_by(services: Services) -> None:
    found = taken(services)
    assert (len(found.taken), found.unknown) == (10, 0)
    for one in found.taken:
        again = decide(office.policy(), *one.facts)
        assert (str(type(again).__struct_config__.tag), again.revision) == (one.decision, one.revision)
    assert replay.totals(replay.replay(office.policy(), found.taken)) == {
        replay.SAME: 10, replay.REFUSED: 0, replay.ALLOWED: 0, replay.OTHERWISE: 0,
    }  # fmt: skip


def test_what_is_known_of_the_customer_is_not_in_the_clear(services: Services) -> None:
    rows = bench.query(services, "SELECT payload FROM audit WHERE type = 'PerformAction'")
    assert rows and not any('"sensitivity"' in payload for (payload,) in rows)
    assert taken(services, with_key=False).unknown == 10


def test_who_was_erased_is_counted_and_not_replayed(services: Services) -> None:
    services.db.write_now(lambda tx: personal.erase(tx, "p0", eg.NOW, "test"))
    found = taken(services)
    assert (len(found.taken), found.erased) == (9, 1)


async def test_without_a_customer_the_decision_is_recorded_all_the_same(tmp_path: Path) -> None:
    services = office.open_office(tmp_path)
    async with bench.client_of(services) as client:
        seat = await office.seat(client, "a1")
        await seat.send(RaiseWorkOrder(group="cards", title="x", text="y"))
        assert [one.facts.action for one in taken(services).taken] == ["raise_work_order"]


async def test_being_asked_to_authenticate_again_counts_once(tmp_path: Path) -> None:
    services = office.open_office(tmp_path)
    card = Product(id="p0-card", kind="credit_card", number="6222021234567890", status="blocked")
    new = NewCustomer(id="p0", name="王", phone=bench.PHONE, products=(card,))
    add_customers(services.db, services.vault, [new], eg.NOW)
    office.put(services, office.serving("b3", "p0"))
    async with bench.client_of(services) as client:
        seat = await office.seat(client, "b3")
        unblock = office.act("unblock_card", "b3", "p0", product_id="p0-card")
        id = ids.uuid7()
        first = await seat.send(unblock, id=id)
        await seat.fresh()
        second = await seat.send(unblock, id=id)
        assert (first.status_code, second.status_code) == (401, 200)
        found = taken(services)
    assert ([one.decision for one in found.taken], found.repeated) == (["allow"], 1)


# ---- the command -------------------------------------------------------------------------------------------------


def run(services: Services, *argv: str) -> int:
    return main.run(["policy", "try", *argv, *named(services.db.where)], "en")


def test_changed_rules_tell_what_would_be_refused_with_rule_and_reason(
    services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(services, str(changed(tmp_path)))
    out = capsys.readouterr().out
    assert code == 1
    assert "3 actions would now be refused, 0 allowed, 5 stopped for another reason; 2 stay" in out
    assert out.count("try-stop: No more.") >= 3
    assert bench.PHONE not in out and "王小明" not in out


def test_a_folder_stands_for_all_rules_and_no_change_is_exit_code_0(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(services, str(RULES)) == 0
    assert "10 stay as they were" in capsys.readouterr().out


def test_json_and_csv_carry_the_same(services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(changed(tmp_path))
    run(services, file, "--format", "json")
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    run(services, file, "--format", "csv")
    lines = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert (said["refused"], said["otherwise"], said["same"]) == (3, 5, 2)
    assert [line["seq"] for line in lines] == [str(one["seq"]) for one in said["decisions"]]
    refused = [one for one in said["decisions"] if one["change"] == "refused"]
    assert {(one["before"], one["after"], *one["after_rules"]) for one in refused} == {("allow", "deny", "try-stop")}
    assert all(one["reasons"] == ["No more."] for one in refused)


def test_a_laxer_rule_tells_what_would_be_allowed(
    services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "50-amounts.cedar"
    text = (RULES / file.name).read_text(encoding="utf-8")
    file.write_text(text.replace("context.customerDay + context.amount > 5000 ", "context.amount > 7000 "), "utf-8")
    assert run(services, str(file), "--format", "json") == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["refused"], said["allowed"]) == (0, 2)


def test_since_bounds_what_is_looked_at(
    services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(changed(tmp_path))
    assert run(services, file, "--since", "2026-03-03") == 0
    assert "0 decisions" in capsys.readouterr().out
    with pytest.raises(UsageError):
        run(services, file, "--since", "last week")
    with pytest.raises(PolicyError):
        run(services, str(changed(tmp_path, "permit (principal, action, resource);")))
    with pytest.raises(PolicyError):
        run(services, str(Path(__file__)))
    with pytest.raises(InputError):
        main.run(["policy", "try", file, "--database", str(tmp_path / "none.db")], "en")
