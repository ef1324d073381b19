"""Blueprints over HTTP: an author's file, a second person's release, what desks and the audit hold of it afterwards."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent_tui.blueprints.model import load
from agent_tui.blueprints.parse import parse
from agent_tui.config import data
from agent_tui.config.centre import load as load_centre
from agent_tui.domain import commands as c
from agent_tui.domain.agent import AgentState
from agent_tui.domain.centre import Bundle
from agent_tui.domain.contact import Contact, ContactState
from agent_tui.domain.release import Release
from agent_tui.server import releases, seed, walks
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.upkeep import Sweeper
from agent_tui.wire import routes
from agent_tui.wire.signed import trusted
from agent_tui.wire.walks import WalksOf
from tests import eg
from tests.server import bench, office
from tests.server.office import Seat, seat

SHIPPED = (data.folder("scripts/blueprints") / "card_loss.yaml").read_text("utf-8")
SOURCE = re.sub(r"^version: \d+$", "version: 1", SHIPPED, count=1, flags=re.MULTILINE)
SECOND = SOURCE.replace("version: 1", "version: 2").replace("您别着急", "请您放心")
NEW, BUNDLE = "card_loss@2", ("bundle", "blueprint:card_loss@2")


def centre(services: Services) -> None:
    """The sample centre's groups and categories, and its first blueprint as a file."""
    here = load_centre(data.folder("scripts/centre"))
    first = parse(SOURCE, "card_loss.yaml")
    sign = services.signer.bundle

    def work(tx: Any) -> None:
        seed.publish(tx, [*here.groups, *here.categories], "SeedCentre", eg.NOW)
        releases.take_in(tx, [first], "Asia/Shanghai", eg.NOW, sign)

    services.db.write_now(work)


@asynccontextmanager
async def floor(folder: Path) -> AsyncIterator[tuple[Services, Any]]:
    services = office.open_office(folder)
    centre(services)
    async with bench.client_of(services) as client:
        yield services, client


async def propose(author: Seat, source: str = SECOND) -> Any:
    return await author.send(c.ProposeBlueprint(source=source, file="card_loss.yaml"))


async def digest(reader: Seat, id: str = NEW) -> str:
    rows = (await reader.get(routes.BLUEPRINTS)).json()
    return str(next(row["digest"] for row in rows if row["id"] == id))


async def release(who: Seat, id: str = NEW) -> Any:
    return await who.send(c.ReleaseBlueprint(release_id=id, digest=await digest(who, id)))


async def test_a_second_person_releases_and_every_desk_has_it_signed(tmp_path: Path) -> None:
    async with floor(tmp_path) as (services, client):
        author, other, agent = [await seat(client, id) for id in ("s1", "s2", "a1")]
        answer = await propose(author)
        assert answer.status_code == 200, answer.text
        rows, cursor = await agent.snapshot()
        assert BUNDLE not in rows
        assert (await release(other)).status_code == 200
        await agent.catch_up(rows, cursor)
        bundle = services.db.read_now(lambda tx: TableState(tx).get(Bundle, BUNDLE[1]))
        assert bundle is not None and trusted(bundle, services.signer.key)
        assert rows[BUNDLE]["kind"] == "blueprint" and "请您放心" in rows[BUNDLE]["text"]
        assert ("bundle", "blueprint:card_loss@1") in rows


@pytest.mark.parametrize("who", ["s1", "a1", "b3"])
async def test_neither_its_author_nor_a_lower_level_releases(tmp_path: Path, who: str) -> None:
    """The guard stands twice: the policy refuses, and so does the rule (tests/unit/domain/test_release.py)."""
    async with floor(tmp_path) as (services, client):
        assert (await propose(await seat(client, "s1"))).status_code == 200
        answer = await release(await seat(client, who))
        assert answer.status_code == 403 and answer.json()["reasons"]
        audit = bench.query(services, "SELECT payload FROM audit WHERE payload LIKE '%ReleaseBlueprint%'")
        assert '"outcome":"refused"' in str(audit)


async def test_levels_one_and_two_propose_nothing(tmp_path: Path) -> None:
    async with floor(tmp_path) as (_, client):
        assert (await propose(await seat(client, "a1"))).status_code == 403
        assert (await propose(await seat(client, "b3"))).status_code == 200


@pytest.mark.parametrize(
    ("slip", "key", "named"),
    [
        (("start: calm", "start: clam"), "blueprint.wrong.no_node", "card_loss.yaml:"),
        (("owner: card_ops", "owner: nobody"), "blueprint.lint.owner", "nobody"),
        (("    must: {before: [block]}\n", "    must: true\n"), "blueprint.lint.skipped", "warn"),
    ],
)
async def test_what_is_broken_is_refused_with_file_line_and_reason(
    tmp_path: Path, slip: tuple[str, str], key: str, named: str
) -> None:
    assert slip[0] in SECOND
    async with floor(tmp_path) as (_, client):
        answer = await propose(await seat(client, "s1"), SECOND.replace(*slip, 1))
        assert answer.status_code == 403 and answer.json()["key"] == key
        assert named in answer.json()["reasons"][0]["en"]
        assert len((await (await seat(client, "s1")).get(routes.BLUEPRINTS)).json()) == 1


async def test_a_client_cannot_say_what_stands_in_its_file(tmp_path: Path) -> None:
    """Whatever reading a client sends along, the server's own counts."""
    async with floor(tmp_path) as (_, client):
        author = await seat(client, "s1")
        forged = c.ProposeBlueprint(source=SECOND, proposal=eg.proposal("dispute", 9))
        assert (await author.send(forged)).status_code == 200
        ids = [row["id"] for row in (await author.get(routes.BLUEPRINTS)).json()]
        assert ids == ["card_loss@1", NEW]


async def test_a_wording_can_be_read_before_it_is_released(tmp_path: Path) -> None:
    async with floor(tmp_path) as (_, client):
        author, other = await seat(client, "s1"), await seat(client, "s2")
        await propose(author)
        wording = (await other.get(routes.BLUEPRINT, id=NEW)).json()
        assert "请您放心" in wording["text"] and wording["revision"] == await digest(other)
        assert (await other.get(routes.BLUEPRINT, id="nothing@1")).status_code == 404


async def test_retired_it_stays_for_contacts_that_are_pinned_to_it(tmp_path: Path) -> None:
    async with floor(tmp_path) as (_, client):
        boss, agent = await seat(client, "s1"), await seat(client, "a1")
        retired = c.RetireBlueprint(release_id="card_loss@1", reason="换新版")
        assert (await agent.send(retired)).status_code == 403
        assert (await boss.send(retired)).status_code == 200
        rows, _ = await agent.snapshot()
        assert rows["bundle", "blueprint:card_loss@1"]["kind"] == "retired"


def test_files_come_into_force_once_and_later_versions_wait_for_a_person(tmp_path: Path) -> None:
    services = office.open_office(tmp_path)
    centre(services)

    def take(source: str) -> dict[str, tuple[str, str]]:
        given = [parse(source, "card_loss.yaml")]
        services.db.write_now(lambda tx: releases.take_in(tx, given, "Asia/Shanghai", eg.NOW, services.signer.bundle))
        rows = services.db.read_now(lambda tx: TableState(tx).find(Release))
        return {row.id: (row.state.value, row.digest) for row in rows}

    first = take(SOURCE)
    assert first["card_loss@1"][0] == "released"
    assert take(SOURCE.replace("您别着急", "改了")) == first
    assert take(SECOND)[NEW][0] == "proposed"


async def test_a_version_leaves_the_desks_when_no_open_contact_can_have_begun_with_it(tmp_path: Path) -> None:
    """Not while a contact of before is open; and it comes back when the later one is retired."""
    old = ("bundle", "blueprint:card_loss@1")
    async with floor(tmp_path) as (services, client):
        author, other, agent = [await seat(client, id) for id in ("s1", "s2", "a1")]
        assert (await propose(author)).status_code == 200
        assert (await release(other)).status_code == 200
        sweeper = Sweeper(services)
        await sweeper.step()
        rows, cursor = await agent.snapshot()
        assert old in rows and BUNDLE in rows
        every = services.db.read_now(lambda tx: TableState(tx).find(Contact))
        office.put(services, *(msgspec.structs.replace(one, state=ContactState.CLOSED) for one in every))
        office.put(services, eg.contact("late", offered_at=services.clock.now() + timedelta(seconds=1)))
        await sweeper.step()
        cursor = await agent.catch_up(rows, cursor)
        assert old not in rows and BUNDLE in rows
        assert services.db.read_now(lambda tx: TableState(tx).get(Bundle, old[1])) is not None
        gone = c.RetireBlueprint(release_id=NEW, reason="写错了")
        assert (await other.send(gone)).status_code == 200
        await agent.catch_up(rows, cursor)
        assert rows[old]["kind"] == "blueprint"


async def test_what_an_agent_saw_is_read_by_those_who_may_see_the_contact_and_audited(tmp_path: Path) -> None:
    async with floor(tmp_path) as (services, client):
        agent, watcher, stranger = [await seat(client, id) for id in ("a1", "s1", "a2")]
        contact = office.serving("a1", state=ContactState.WRAP_UP, answered_by=("a1",))
        office.put(services, contact, office.person("a1", state=AgentState.WRAP_UP, contacts=(contact.id,)))
        office.put(services, office.serving("a2", state=ContactState.CLOSED))
        wrap = c.WrapUpContact(contact_id=contact.id, category="card_loss", result="answered", walks=(eg.walk(),))
        assert (await agent.send(wrap)).status_code == 200
        for reader in (agent, watcher):
            answer = await reader.get(routes.CONTACT_WALKS, id=contact.id)
            assert answer.status_code == 200, answer.text
            (one,) = msgspec.json.decode(answer.content, type=WalksOf).walks
            assert one.walk == eg.walk() and load(one.wording).key == "card_loss@1" and one.agent
        assert (await stranger.get(routes.CONTACT_WALKS, id=contact.id)).status_code == 404
        assert (await watcher.get(routes.CONTACT_WALKS, id="nobody's")).status_code == 404
        read = bench.query(services, "SELECT actor FROM audit WHERE type = 'ReadWalks' ORDER BY seq")
        assert [row[0] for row in read] == ["a1", "s1"]


async def test_what_an_agent_saw_comes_back_from_the_database(tmp_path: Path) -> None:
    async with floor(tmp_path) as (services, client):
        agent = await seat(client, "a1")
        contact = office.serving("a1", state=ContactState.WRAP_UP, answered_by=("a1",))
        office.put(services, contact, office.person("a1", state=AgentState.WRAP_UP, contacts=(contact.id,)))
        wrap = c.WrapUpContact(contact_id="k-a1-c1", category="card_loss", result="answered", walks=(eg.walk(),))
        answer = await agent.send(wrap)
        assert answer.status_code == 200, answer.text
        account = services.db.read_now(lambda tx: walks.of_contact(tx, services.vault, "k-a1-c1"))
        assert account is not None
        (walked,) = account.walks
        assert walked.walk == eg.walk() and walked.agent_id == "a1"
        assert walked.blueprint is not None and walked.blueprint.key == account.contact.blueprint == "card_loss@1"
        (body,) = [
            json.loads(row[0]) for row in bench.query(services, "SELECT body FROM event WHERE name='BlueprintWalked'")
        ]
        assert body["data"]["nodes"] == "calm/4/advance what/5/stopped"
