"""What panes are shown: from the cache alone, in the right order, masked as it came."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui.desk import views
from agent_tui.desk.build import open_desk
from agent_tui.desk.desk import Desk
from agent_tui.desk.wall_views import Wall
from agent_tui.domain.centre import Notice
from agent_tui.domain.contact import ContactState
from agent_tui.domain.ticket import TicketKind, TicketState
from agent_tui.errors import Offline, StoreLocked
from agent_tui.policy.decision import Allow, AllowWithReason, Deny
from agent_tui.store import write
from agent_tui.store.seed import ME, START
from agent_tui.sync.state import Connection
from tests import eg
from tests.flow.seed import seeded


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(seeded(tmp_path, contacts=90, customers=10))
    yield opened
    opened.journal.close()
    opened.sight.cache.close()
    opened._lock.release()


def test_the_queue_shows_those_waiting_first_and_then_mine_and_tickets(desk: Desk) -> None:
    page = desk.view(views.QueueRows(limit=200))
    assert page.total == len(page.rows) == 90 + 1 + 2
    assert [row.kind for row in page.rows] == ["contact"] * 91 + ["ticket"] * 2
    assert page.rows[90].mine and page.rows[90].since == START - (START - page.rows[90].since)
    assert desk.view(views.QueueRows(kind="waiting")).total == 90
    assert desk.view(views.QueueRows(kind="tickets")).total == 2
    assert [row.id for row in desk.view(views.QueueRows(kind="mine")).rows] == ["k-mine"]
    assert desk.view(views.QueueRows(kind="history")).total == 0


def test_a_row_says_since_when_and_until_when(desk: Desk) -> None:
    row = desk.view(views.QueueRows(limit=1)).rows[0]
    target_s = next(g for g in desk.view(views.Groups()) if g.id == row.group).target_s
    assert row.due and (row.due - row.since).total_seconds() == target_s


def test_windows_meet_without_gap_or_overlap(desk: Desk) -> None:
    whole = [row.id for row in desk.view(views.QueueRows(limit=200)).rows]
    pieces = [row.id for offset in range(0, 93, 7) for row in desk.view(views.QueueRows(offset=offset, limit=7)).rows]
    assert pieces == whole


def test_the_customer_card_has_promises_complaints_and_the_latest_contacts_first(desk: Desk) -> None:
    late, early = (
        eg.contact("k-late", customer_id="c-000003", queued_at=eg.at(9)),
        eg.contact("k-early", customer_id="c-000003", queued_at=eg.at(-9999), state=ContactState.CLOSED),
    )
    write.put_rows(
        desk.sight.cache,
        [
            late,
            early,
            eg.ticket("p", kind=TicketKind.CALL_BACK, customer_id="c-000003"),
            eg.ticket("done", kind=TicketKind.CALL_BACK, state=TicketState.CLOSED, customer_id="c-000003"),
            eg.ticket("bad", kind=TicketKind.COMPLAINT, customer_id="c-000003"),
        ],
    )
    card = desk.view(views.CustomerCard(customer_id="c-000003"))
    assert card is not None
    ids = [contact.id for contact in card.contacts]
    assert (ids[0], ids[-1]) == ("k-late", "k-early")
    assert [t.id for t in card.promises] == ["p"]
    assert [t.id for t in card.complaints] == ["bad"]
    assert card.tickets[-1].id == "done"
    assert desk.view(views.CustomerCard(customer_id="nobody")) is None


def test_my_contacts_the_one_talking_first(desk: Desk) -> None:
    write.put_rows(
        desk.sight.cache,
        [
            eg.contact("k-ring", state=ContactState.ALERTING, agent_id=ME),
            eg.contact("k-wrap", state=ContactState.WRAP_UP, agent_id=ME, established_at=eg.at(-500)),
            eg.contact("k-over", state=ContactState.CLOSED, agent_id=ME),
        ],
    )
    assert [view.contact.id for view in desk.view(views.MyContacts())] == ["k-mine", "k-ring", "k-wrap"]


def test_the_status_line(desk: Desk) -> None:
    status = desk.view(views.StatusOf())
    assert status.me is not None and status.abandonment is not None
    assert (status.me.id, status.connection, status.waiting, status.unsent) == (ME, "offline", 90, 0)
    assert status.abandonment.value == 0.043
    assert status.now == START


def test_the_wall_counts_what_the_queue_shows(desk: Desk) -> None:
    wall = desk.view(Wall())
    assert wall.waiting == sum(tile.waiting for tile in wall.groups) == 90
    cards = next(tile for tile in wall.groups if tile.group.id == "cards")
    oldest = min(row.since for row in desk.view(views.QueueRows(limit=90)).rows if row.group == "cards")
    assert cards.longest_s == pytest.approx((START - oldest).total_seconds())
    assert cards.figures["abandonment"].value == 0.051
    assert {tile.group.kind for tile in wall.groups} == {"skill"}


def test_the_directory_puts_the_sensible_first(desk: Desk) -> None:
    parties = desk.view(views.Directory(contact_id="k-mine"))
    assert parties[0].id == "merchant"
    people = [party for party in parties if party.kind == "agent"]
    assert people[0].state == "ready" and ME not in {party.id for party in people}


def test_what_the_centre_publishes(desk: Desk) -> None:
    assert [g.id for g in desk.view(views.Groups(kind="department"))] == ["dispute_desk"]
    assert desk.view(views.Categories(group="merchant"))[0].id == "pos_trouble"
    assert all(bundle.kind == "blueprint" for bundle in desk.view(views.Blueprints()))
    assert len(desk.view(views.People())) == 31
    assert [m.author for m in desk.view(views.ThreadOf(contact_id="k-mine"))] == ["customer", "agent", "customer"]


def test_notices_past_their_time_are_gone(desk: Desk) -> None:
    write.put_rows(
        desk.sight.cache,
        [
            Notice(id="old", kind="alarm", key="x", at=eg.at(-99), until=eg.at(-1)),
            Notice(id="new", kind="alarm", key="x", at=eg.at(-9), until=eg.at(60)),
        ],
    )
    assert [notice.id for notice in desk.view(views.Notices())] == ["new"]


def test_authority_is_asked_with_the_facts_of_the_cache(desk: Desk) -> None:
    desk.sight.link.to(Connection.LIVE)
    rows = {row.action: row.decision for row in desk.view(views.ActionRows(contact_id="k-mine"))}
    assert isinstance(rows["block_card"], Allow)
    assert isinstance(rows["waive_fee"], Deny), "the caller is not verified"
    assert isinstance(rows["reveal_field"], AllowWithReason)
    assert "close_complaint" not in rows, "there is no complaint"
    assert isinstance(desk.may("no_such_action"), Deny)


def test_one_profile_one_desk(desk: Desk) -> None:
    with pytest.raises(StoreLocked):
        open_desk(desk.profile)


async def test_what_needs_the_server_says_so(desk: Desk) -> None:
    with pytest.raises(Offline):
        await desk.find_customers("zhang")
    with pytest.raises(Offline):
        await desk.step_up("x")
    assert await desk.settle("nothing") is None
