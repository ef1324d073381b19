"""Post-hoc supervision over the server: drawn once the day closed, judged by others, drawn again from the audit alone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui import ids
from agent_tui.cli import main
from agent_tui.cli.review import DIFFERS
from agent_tui.domain.agent import Agent, AgentState, Role
from agent_tui.domain.commands import PerformAction, RaiseWorkOrder, RecordFinding, RevealField
from agent_tui.domain.customer import Secret
from agent_tui.domain.review import Finding, Remedy, Review, Sample, Stratum
from agent_tui.errors import UsageError
from agent_tui.metrics.sampling import Terms
from agent_tui.server import personal, seed, supervision
from agent_tui.server.caller import Caller
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.watching import RiskWatch
from agent_tui.wire import routes
from agent_tui.wire.command import Envelope, Intent
from tests import eg
from tests.server import bench
from tests.server.engines import named, tamper

Client = AsyncTestClient[Litestar]
CHEN = Caller(kind="agent", id="a1", device="d")
DAY = "2026-03-02"


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    """A centre with a reviewer, where three of a kind are enough."""
    opened = bench.open_bench(tmp_path)
    terms = Terms(confidence=0.5, error_rate=0.2, top_minor={"waive_fee": 900}, again_share=0.999)
    opened = msgspec.structs.replace(opened, review=terms)
    bench.add_customer(opened)
    reviewer = eg.agent("q1", login="qiu", role=Role.REVIEWER, groups=(), state=AgentState.LOGGED_OFF)
    opened.db.write_now(lambda tx: seed.publish(tx, [reviewer], "SeedCentre", eg.NOW))
    seed.add_accounts(opened.db, [seed.NewAccount(login="qiu", password=bench.PASSWORD, agent_id="q1")], bench.HASHER)
    await supervision.Supervision(opened).step()
    yield opened


async def a_day(services: Services) -> None:
    """Eight small waivers, one large, a reveal that nothing follows, a work order sent later."""
    for amount in (*range(100, 108), 1000):
        command = PerformAction(action="waive_fee", customer_id="c1", amount_minor=amount, reason="x")
        await bench.commit(services, command, CHEN)
    offline = RaiseWorkOrder(group="cards", title="x", text="x", customer_id="c1")
    await services.commit(Envelope(id=ids.uuid7(), command=offline, intent=Intent(offline=True)), CHEN)
    bench.advance(services, 60)
    reveal = RevealField(customer_id="c1", field=Secret.PHONE, purpose="check")
    await bench.commit(services, reveal, CHEN)


def reviews(services: Services) -> list[Review]:
    return services.db.read_now(lambda tx: TableState(tx).find(Review))


async def close_day(services: Services) -> None:
    job = supervision.Supervision(services)
    bench.advance(services, 86_400)
    await job.step()
    await job.step()


async def test_the_closed_day_is_drawn_once(services: Services) -> None:
    await a_day(services)
    assert not reviews(services)
    await close_day(services)
    found = reviews(services)
    by_stratum = {one.stratum: one for one in found}
    assert {Stratum.TOP_TIER, Stratum.OFFLINE, Stratum.REVEAL_ALONE, Stratum.RANDOM} == by_stratum.keys()
    assert sum(one.stratum is Stratum.RANDOM for one in found) == 4
    assert by_stratum[Stratum.TOP_TIER].amount_minor == 1000
    assert {one.day for one in found} == {DAY} and {one.maker_id for one in found} == {"a1"}
    assert {one.level for one in found} == {2}
    before = len(found)
    await close_day(services)
    assert len(reviews(services)) == before


async def test_a_finding_counts_in_the_sample(client: Client, services: Services) -> None:
    await a_day(services)
    await close_day(services)
    random = next(one for one in reviews(services) if one.stratum is Stratum.RANDOM)
    chen, reviewer = await bench.sign_in(client, "chen"), await bench.sign_in(client, "qiu")
    finding = RecordFinding(review_id=random.id, finding=Finding.ERROR, kind=Remedy.COACHING, text="未说明理由")
    assert (await chen.send(finding)).status_code == 403
    assert (await reviewer.send(finding)).status_code == 200
    rows, _ = await reviewer.snapshot()
    assert rows[("review", random.id)]["state"] == "done"
    assert [key for key in (await chen.snapshot())[0] if key[0] in ("review", "sample")] == [("review", random.id)]
    (sample,) = services.db.read_now(lambda tx: TableState(tx).find(Sample))
    tally = sample.tallies["random"]
    assert (tally.population, tally.drawn, tally.reviewed, tally.errors) == (8, 4, 1, 1)
    assert tally.coverage == 0.25


async def test_risky_acts_are_opened_at_once_and_counted_by_the_draw(client: Client, services: Services) -> None:
    watch = RiskWatch(services)
    await a_day(services)
    await watch.step()
    assert {one.stratum for one in reviews(services)} == {Stratum.TOP_TIER, Stratum.OFFLINE}
    reviewer = await bench.sign_in(client, "qiu")
    top = next(one for one in reviews(services) if one.stratum is Stratum.TOP_TIER)
    assert (top.reason, top.product, top.verdict, top.rules) == ("x", "", "allow", ("open",))
    assert (top.limit_minor, top.day_minor, top.sample_id) == (bench.LIMIT, (828, 828, 0), "")
    assert (await reviewer.send(RecordFinding(review_id=top.id, finding=Finding.NONE))).status_code == 200
    bench.advance(services, 1801)
    await watch.step()
    await watch.step()
    await RiskWatch(services).step()
    assert sorted(one.stratum for one in reviews(services)) == ["offline", "reveal_alone", "top_tier"]
    await close_day(services)
    (sample,) = services.db.read_now(lambda tx: TableState(tx).find(Sample))
    assert {one.sample_id for one in reviews(services)} == {sample.id}
    tally = sample.tallies["top_tier"]
    assert (tally.population, tally.drawn, tally.reviewed, tally.errors) == (1, 1, 1, 0)
    (made,) = services.db.read_now(lambda tx: supervision.draws_of(tx, DAY))
    assert services.db.read_now(lambda tx: supervision.recompute(tx, made)).same


async def test_a_reveal_that_something_followed_is_left_to_chance(services: Services) -> None:
    watch = RiskWatch(services)
    await bench.commit(services, RevealField(customer_id="c1", field=Secret.PHONE, purpose="x"), CHEN)
    fee = PerformAction(action="waive_fee", customer_id="c1", amount_minor=100, reason="x")
    await bench.commit(services, fee, CHEN)
    await watch.step()
    bench.advance(services, 2000)
    await watch.step()
    assert not reviews(services)


async def test_reviews_that_were_drawn_are_made_again_by_another(client: Client, services: Services) -> None:
    await a_day(services)
    await close_day(services)
    firsts = reviews(services)
    qiu, boss = await bench.sign_in(client, "qiu"), await bench.sign_in(client, "boss")
    for one in firsts:
        assert (await qiu.send(RecordFinding(review_id=one.id, finding=Finding.NONE))).status_code == 200
    await close_day(services)
    seconds = [one for one in reviews(services) if one.again_of]
    assert {one.again_of for one in seconds} == {one.id for one in firsts}
    second = seconds[0]
    assert second.first_reviewer == "q1" and second.state == "open" and second.finding is None
    finding = RecordFinding(review_id=second.id, finding=Finding.ERROR, kind=Remedy.CORRECTION, text="金额有误")
    told = await qiu.send(finding)
    assert told.status_code == 403 and "first time" in told.text
    assert (await boss.send(finding)).status_code == 200
    (sample,) = [one for one in services.db.read_now(lambda tx: TableState(tx).find(Sample)) if one.day != DAY]
    tally = sample.tallies["second"]
    assert (tally.population, tally.drawn, tally.reviewed, tally.errors) == (7, 7, 1, 1)
    (made,) = services.db.read_now(lambda tx: supervision.draws_of(tx, "2026-03-03"))
    assert services.db.read_now(lambda tx: supervision.recompute(tx, made)).same
    services.db.write_now(lambda tx: tx.run("state_drop", entity="review", id=second.id))
    assert not services.db.read_now(lambda tx: supervision.recompute(tx, made)).same


async def test_the_line_manager_is_refused_with_the_reason(client: Client, services: Services) -> None:
    await a_day(services)
    await close_day(services)
    chen = services.db.read_now(lambda tx: TableState(tx).get(Agent, "a1"))
    assert chen is not None
    led = msgspec.structs.replace(chen, manager="s1")
    services.db.write_now(lambda tx: seed.publish(tx, [led], "SeedCentre", eg.NOW))
    boss = await bench.sign_in(client, "boss")
    told = await boss.send(RecordFinding(review_id=reviews(services)[0].id, finding=Finding.NONE))
    assert told.status_code == 403 and "reports to you" in told.text


async def test_anybody_draws_the_same_again(services: Services, capsys: pytest.CaptureFixture[str]) -> None:
    await a_day(services)
    await close_day(services)
    given = ["review", "sample", "--day", DAY, *named(services.db.where)]
    assert main.run(given, "en") == 0
    said = capsys.readouterr().out
    assert "The server drew the same acts" in said and "highest amounts" in said
    assert main.run([*given, "--format", "json"], "en") == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["same"] is True and len(told["drawn"]) == 7
    for language, words in (("zh", "随机抽样"), ("ja", "無作為抽出")):
        assert main.run(given, language) == 0
        assert words in capsys.readouterr().out


@pytest.mark.parametrize(
    "forgery",
    [
        "DELETE FROM state WHERE entity = 'review' AND id = (SELECT MIN(id) FROM state WHERE entity = 'review')",
        'UPDATE audit_checkpoint SET body = replace(body, \'"signature":"ed25519:\', \'"signature":"ed25519:0\')',
    ],
)
async def test_an_act_kept_from_review_is_found(
    services: Services, capsys: pytest.CaptureFixture[str], forgery: str
) -> None:
    await a_day(services)
    await close_day(services)
    assert tamper(services, forgery)
    assert main.run(["review", "sample", "--day", DAY, *named(services.db.where)], "en") == DIFFERS


async def test_a_day_can_be_drawn_in_parts(client: Client, services: Services) -> None:
    await a_day(services)
    boss, chen = await bench.sign_in(client, "boss"), await bench.sign_in(client, "chen")
    assert (await chen.post(routes.REVIEW_DRAW)).status_code == 403
    first = (await boss.post(routes.REVIEW_DRAW)).json()
    assert (first["day"], first["population"]) == (DAY, 11)
    second = (await boss.post(routes.REVIEW_DRAW)).json()
    assert (second["after"], second["population"]) == (first["size"], 0)
    await a_day(services)
    await close_day(services)
    draws = services.db.read_now(lambda tx: supervision.draws_of(tx, DAY))
    assert [one.population for one in draws] == [11, 0, 11]
    assert all(services.db.read_now(lambda tx, d=one: supervision.recompute(tx, d)).same for one in draws)  # type: ignore[misc]


def test_a_day_is_a_date(tmp_path: Path) -> None:
    services = bench.open_bench(tmp_path)
    services.db.close()
    with pytest.raises(UsageError):
        main.run(["review", "sample", "--day", "yesterday", *named(services.db.where)], "en")
    assert main.run(["review", "sample", "--day", DAY, *named(services.db.where)], "en") == 0


async def test_whoever_is_forgotten_is_forgotten_in_reviews_too(client: Client, services: Services) -> None:
    fee = PerformAction(action="waive_fee", customer_id="c1", amount_minor=1000, reason="住在文三路拐角")
    await bench.commit(services, fee, CHEN)
    await RiskWatch(services).step()
    (review,) = reviews(services)
    assert review.reason == "住在文三路拐角"
    finding = RecordFinding(review_id=review.id, finding=Finding.ERROR, kind=Remedy.COACHING, text="文三路的客户")
    assert (await (await bench.sign_in(client, "qiu")).send(finding)).status_code == 200
    services.db.write_now(lambda tx: personal.erase(tx, "c1", eg.NOW, "dpo"))
    (left,) = reviews(services)
    assert "文三路" not in str(left) and (left.finding, left.amount_minor) == (Finding.ERROR, 1000)
    await close_day(services)
    (made,) = services.db.read_now(lambda tx: supervision.draws_of(tx, DAY))
    assert services.db.read_now(lambda tx: supervision.recompute(tx, made)).same


async def test_a_day_is_drawn_though_somebody_was_forgotten_meanwhile(services: Services) -> None:
    """The acts stay in the audit and are drawn; what they said is nowhere any more."""
    await a_day(services)
    services.db.write_now(lambda tx: personal.erase(tx, "c1", eg.NOW, "somebody"))
    await close_day(services)
    assert {one.day for one in reviews(services)} == {DAY}
    assert all(one.reason == "" for one in reviews(services))
