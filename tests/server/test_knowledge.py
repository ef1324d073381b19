"""Publishing under the shipped policy: departments for themselves, supervisors for all, nobody else; audited, in scope."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.domain.agent import Role
from agent_tui.domain.commands import AskAboutArticle, MoveTicket, PublishArticle, PublishBulletin, ReadBulletin
from agent_tui.domain.knowledge import Article, Bulletin, Reading
from agent_tui.domain.ticket import Ticket
from agent_tui.server import knowledge
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from tests import eg
from tests.server import bench, office

Client = AsyncTestClient[Litestar]
DEPARTMENT = {"role": Role.DEPARTMENT, "groups": ("card_ops",), "level": 3}


@pytest.fixture
def services(tmp_path: Path) -> Services:
    opened = office.open_office(tmp_path)
    office.put(opened, eg.group("card_ops", kind="department"), eg.group("risk", kind="department"))
    office.put(opened, office.person("b3", **DEPARTMENT))
    return opened


def bulletin(**fields: Any) -> PublishBulletin:
    given = {"department": "card_ops", "pages": {"zh": eg.page()}, "valid_from": eg.NOW, "valid_to": eg.at(9_000)}
    return PublishBulletin(bulletin_id="b1", **{**given, **fields})


def article(**fields: Any) -> PublishArticle:
    given = {"department": "card_ops", "pages": {"zh": eg.page()}, "people": eg.article().people}
    return PublishArticle(article_id="x", valid_from=eg.NOW, valid_to=eg.at(9_000), **{**given, **fields})


@pytest.mark.parametrize(
    ("who", "department", "status"),
    [
        ("a1", "card_ops", 403),
        ("b4", "card_ops", 403),
        ("b3", "card_ops", 200),
        ("b3", "risk", 403),
        ("s1", "risk", 200),
    ],
)
async def test_the_policy_says_who_publishes_a_bulletin(
    client: Client, who: str, department: str, status: int
) -> None:
    seat = await office.seat(client, who)
    assert (await seat.send(bulletin(department=department))).status_code == status


@pytest.mark.parametrize(("who", "status"), [("a1", 403), ("s1", 403), ("b3", 200), ("m1", 200)])
async def test_an_article_is_its_departments_own(client: Client, who: str, status: int) -> None:
    assert (await (await office.seat(client, who)).send(article())).status_code == status


async def test_reading_is_recorded_and_everything_is_in_the_audit(client: Client, services: Services) -> None:
    await (await office.seat(client, "s1")).send(bulletin(acknowledge=True))
    reader = await office.seat(client, "a1")
    done = await reader.send(ReadBulletin(bulletin_id="b1", revision=1, acknowledge=True))
    assert done.status_code == 200
    reading = services.db.read_now(lambda tx: TableState(tx).get(Reading, "b1:a1"))
    assert reading and reading.acknowledged_at is not None
    rows = bench.query(services, "SELECT type, outcome FROM audit WHERE type IN ('PublishBulletin', 'ReadBulletin')")
    assert sorted((row[0], row[1]) for row in rows) == [("PublishBulletin", "applied"), ("ReadBulletin", "applied")]


async def test_a_question_comes_back_answered_to_who_asked(client: Client, services: Services) -> None:
    owner = await office.seat(client, "b3")
    await owner.send(article())
    asker = await office.seat(client, "a1")
    assert (await asker.send(AskAboutArticle(article_id="x", text="附属卡也免吗"))).status_code == 200
    ticket = services.db.read_now(lambda tx: TableState(tx).find(Ticket, parent_id="article:x"))[0]
    other = await office.seat(client, "b4")
    refused = await other.send(MoveTicket(ticket_id=ticket.id, state="answered", text="不知道"))
    assert refused.status_code == 403
    answered = await owner.send(MoveTicket(ticket_id=ticket.id, state="answered", text="减半收取"))
    assert answered.status_code == 200
    after = services.db.read_now(lambda tx: TableState(tx).get(Ticket, ticket.id))
    assert after and after.answer == "减半收取" and after.owner_id == "a1"


@pytest.mark.parametrize("publish", [bulletin, article])
async def test_no_file_takes_the_place_of_what_was_corrected_at_a_desk_unasked(
    client: Client, publish: Callable[..., PublishBulletin | PublishArticle]
) -> None:
    seat = await office.seat(client, "b3")

    async def status(title: str, **fields: Any) -> int:
        answer = await seat.send(publish(pages={"zh": eg.page(title)}, **fields))
        return int(answer.status_code)

    assert await status("file", from_file=True) == 200
    assert await status("file, next edition", from_file=True) == 200
    assert await status("corrected") == 200
    refused = await seat.send(publish(pages={"zh": eg.page("file, third edition")}, from_file=True))
    assert refused.status_code == 403 and refused.json()["key"] == "knowledge.refusal.corrected"
    assert await status("corrected", from_file=True) == 200, "the correction was brought into the file"
    assert await status("file, third edition", from_file=True) == 200
    assert await status("corrected again") == 200
    assert await status("file, fourth edition", from_file=True, over=True) == 200


def test_files_are_taken_in_once_and_leave_alone_what_a_department_changed(services: Services) -> None:
    written = knowledge.read_files("Asia/Shanghai", eg.NOW)
    services.db.write_now(lambda tx: knowledge.take_in(tx, written, eg.NOW))

    def every() -> list[Article | Bulletin]:
        return services.db.read_now(lambda tx: [*TableState(tx).find(Article), *TableState(tx).find(Bulletin)])

    first = every()
    assert len([row for row in first if isinstance(row, Article)]) >= 12
    assert len([row for row in first if isinstance(row, Bulletin)]) >= 5
    theirs = eg.article("annual-fee", published_by="b3", published_at=eg.NOW + timedelta(days=1))
    office.put(services, theirs)
    services.db.write_now(lambda tx: knowledge.take_in(tx, written, eg.at(60)))
    kept = services.db.read_now(lambda tx: TableState(tx).get(Article, "annual-fee"))
    assert kept and kept.published_by == "b3"
    # Read again days later, with the server's next start: what counts from its publication is not begun anew.
    later = knowledge.read_files("Asia/Shanghai", eg.NOW + timedelta(days=9))
    services.db.write_now(lambda tx: knowledge.take_in(tx, later, eg.NOW + timedelta(days=9)))
    untouched = [row for row in every() if row.id != "annual-fee"]
    assert untouched == [row for row in first if row.id != "annual-fee"]
