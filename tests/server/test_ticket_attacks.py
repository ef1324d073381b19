"""A complaint or work order that somebody works on without the desk: whatever they send, the server says what the policy and
`docs/howto/work-on-a-complaint.md` say, changes nothing it should not, and writes every refusal down."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui import ids
from agent_tui.domain.commands import Command, GrantDelegation, MoveTicket, PerformAction, RevealField
from agent_tui.domain.customer import Secret
from agent_tui.domain.ticket import Note, Ticket, TicketKind, TicketState
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.wire import routes
from agent_tui.wire.command import Envelope, Intent
from tests import eg
from tests.server import bench, office
from tests.server.engines import quick
from tests.server.test_taken_up import CUSTOMER, complaint

Client = AsyncTestClient[Litestar]
CARD = "4111 1111 1111 1111"


@pytest.fixture
def services(tmp_path: Path) -> Services:
    services = office.open_office(tmp_path)
    quick(services)
    office.put(
        services, office.customer("c9"), complaint(complaint_level="general"), office.person("s3", groups=()),
        complaint("t8", kind=TicketKind.WORK_ORDER, complaint_level=None),
    )  # fmt: skip
    return services


def move(to: str, text: str = "so", ticket: str = "t9") -> MoveTicket:
    return MoveTicket(ticket_id=ticket, state=to, text=text)


def close(**fields: Any) -> PerformAction:
    given: dict[str, Any] = {"action": "close_complaint", "customer_id": "c9", "ticket_id": "t9", "reason": "done"}
    return PerformAction(**{**given, **fields})


def higher(level: str = "serious", **fields: Any) -> PerformAction:
    return close(action="escalate_complaint", args={"level": level}, **fields)


def ticket(services: Services, id: str = "t9") -> Ticket:
    found = services.db.read_now(lambda tx: TableState(tx).get(Ticket, id))
    assert found is not None
    return found


def refusals(services: Services) -> list[tuple[str, str, str]]:
    rows = bench.query(services, "SELECT actor, type, outcome FROM audit WHERE outcome <> 'applied' ORDER BY seq")
    return [(actor, type, outcome) for actor, type, outcome in rows]


async def held_by(client: Client, id: str, what: str = "t9") -> office.Seat:
    """Somebody who has it in hand."""
    seat = await office.seat(client, id)
    assert (await seat.send(move("in_progress", "", what))).status_code == 200
    return seat


TRIES: tuple[tuple[str, Command, int], ...] = (
    ("b3", move("in_progress"), 409),
    ("b3", move("open"), 409),
    ("b3", move("answered"), 409),
    ("s1", move("answered"), 403),
    ("b3", move("closed"), 403),
    ("b3", close(), 403),
    ("b3", higher(), 403),
    ("s3", close(), 403),
    ("s3", higher(), 403),
    ("ad", move("open"), 409),
    ("a1", higher("general"), 403),
    ("a1", close(), 403),
    ("b4", close(action="downgrade_complaint", args={"level": "general"}), 403),
)
"""Who tries what with a complaint that a1 has in hand and b4 owns."""


@pytest.mark.parametrize(("who", "tried", "status"), TRIES, ids=[f"{who}-{n}" for n, (who, *_) in enumerate(TRIES)])
async def test_what_is_in_anothers_hands_stays_there(
    client: Client, services: Services, who: str, tried: Command, status: int
) -> None:
    await held_by(client, "a1")
    before = ticket(services)
    answer = await (await office.seat(client, who)).send(tried)
    assert answer.status_code == status, answer.text
    assert all(answer.json()["reasons"][0][language] for language in ("zh", "en", "ja"))
    assert ticket(services) == before
    assert refusals(services) == [(who, type(tried).__name__, "conflict" if status == 409 else "refused")]


@pytest.mark.parametrize("tried", [move("answered"), close(), higher()], ids=["answer", "close", "raise"])
async def test_what_nobody_has_in_hand_is_taken_up_before_it_is_worked_on(
    client: Client, services: Services, tried: Command
) -> None:
    seat = await office.seat(client, "b3")
    assert (await seat.send(tried)).status_code == 403
    assert (await seat.send(move("answered", ticket="t8"))).json()["key"] == "domain.take_up_first"
    assert ticket(services).state is TicketState.OPEN and len(refusals(services)) == 2


async def test_a_colleague_with_the_customer_on_the_line_raises_it_out_of_a_desk_drawer(
    client: Client, services: Services
) -> None:
    await held_by(client, "a1")
    office.put(services, office.serving("a2", "c9"))
    seat = await office.seat(client, "a2")
    assert (await seat.send(higher(contact_id="k-a2-c9"))).status_code == 200
    raised = ticket(services)
    assert (raised.complaint_level, raised.handler_id, raised.state) == ("serious", None, TicketState.OPEN)


async def test_after_it_was_raised_who_had_it_works_on_it_no_more(client: Client, services: Services) -> None:
    seat = await held_by(client, "b3")
    rows, cursor = await seat.snapshot()
    assert CUSTOMER in rows
    assert (await seat.send(higher("crisis"))).status_code == 200
    for late in (move("answered"), close(), move("open"), higher("crisis")):
        assert (await seat.send(late)).status_code in (403, 409)
    await seat.catch_up(rows, cursor)
    assert CUSTOMER not in rows and ("ticket", "t9") in rows


async def test_what_was_closed_stays_closed(client: Client, services: Services) -> None:
    seat = await held_by(client, "b3")
    assert (await seat.send(close())).status_code == 200
    over = ticket(services)
    for late in (move("in_progress"), move("open"), move("answered"), close(), higher()):
        assert (await seat.send(late)).status_code in (403, 409)
    assert ticket(services) == over and over.state is TicketState.CLOSED and over.handler_id is None


async def test_an_old_version_is_no_ground_to_act_on(client: Client, services: Services) -> None:
    seat = await office.seat(client, "b3")
    seen = ticket(services).version
    assert (await seat.send(move("in_progress"), if_match=seen)).status_code == 200
    for late in (move("open"), close()):
        answer = await seat.send(late, if_match=seen)
        assert (answer.status_code, answer.json()["current"]) == (412, seen + 1)
    assert ticket(services).handler_id == "b3"


async def test_one_key_takes_up_once_and_never_means_something_else(client: Client, services: Services) -> None:
    seat, id = await office.seat(client, "b3"), ids.uuid7()
    first = await seat.send(move("in_progress"), id=id)
    again = await seat.send(move("in_progress"), id=id)
    assert (first.status_code, again.json()) == (200, first.json())
    assert (await seat.send(move("open"), id=id)).status_code == 422
    other = await office.seat(client, "b4")
    assert (await other.send(move("in_progress"), id=id)).status_code == 422
    assert ticket(services).version == 2


async def test_of_many_who_give_back_close_and_raise_at_once_one_does(client: Client, services: Services) -> None:
    seats = [await held_by(client, "b3"), await office.seat(client, "b4"), await office.seat(client, "s1")]
    tries: list[tuple[office.Seat, Command]] = [
        (seats[0], close()),
        (seats[1], close()),
        (seats[2], move("open")),
        (seats[0], move("open")),
    ]
    answers = await asyncio.gather(*(seat.send(tried) for seat, tried in tries))
    won = [answer for answer in answers if answer.status_code == 200]
    # Given back first, its owner may still close it: never two of a kind.
    assert len(won) in (1, 2)
    facts = [json.loads(row[0]) for row in bench.query(services, "SELECT body FROM event WHERE name = 'TicketMoved'")]
    ends = [fact["data"]["to"] for fact in facts]
    assert ends.count("closed") <= 1 and ends.count("open") <= 1 and ends[0] == "in_progress"


async def test_lent_authority_reaches_no_complaint_of_others(client: Client, services: Services) -> None:
    lender = await office.fresh(client, "s1")
    lent = await lender.send(
        GrantDelegation(
            grantee_id="a2", actions=("close_complaint",), max_level=4, max_minor=0,
            valid_to=eg.at(3600).isoformat(), reason="on leave",
        )
    )  # fmt: skip
    assert lent.status_code == 200, lent.text
    delegation = lent.json()["id"]
    seat = await office.seat(client, "a2")
    assert (await seat.send(close(delegation_id=delegation))).status_code == 403
    assert (await seat.send(move("in_progress"))).status_code == 200
    assert (await seat.send(close())).status_code == 403, "without what was lent"
    assert (await seat.send(close(delegation_id=delegation))).status_code == 200


async def test_a_frozen_customers_complaint_is_worked_on_and_nothing_else_is_done_for_them(
    client: Client, services: Services
) -> None:
    office.put(services, office.customer("c9", frozen=True), office.serving("b3", "c9"))
    seat = await held_by(client, "b3")
    assert (await seat.send(office.waive(100, "b3", "c9"))).status_code == 403
    assert (await seat.send(close())).status_code == 200


async def test_having_it_in_hand_gives_the_masked_customer_and_no_more_than_their_number(
    client: Client, services: Services
) -> None:
    seat = await held_by(client, "b3")
    rows, _ = await seat.snapshot()
    assert "•" in rows[CUSTOMER]["phone"]
    for tried in (
        RevealField(customer_id="c9", field=Secret.EMAIL, purpose="contact"),
        RevealField(customer_id="c9", field=Secret.ID_NUMBER, purpose="contact"),
        PerformAction(action="grant_goodwill", customer_id="c9", amount_minor=100, reason="sorry"),
    ):
        assert (await seat.send(tried)).status_code == 403


@pytest.mark.parametrize("text", [f"退到 {CARD}", "密码 123456", ""])
async def test_an_answer_with_a_card_a_secret_or_nothing_in_it_is_refused_and_kept_nowhere(
    client: Client, services: Services, text: str
) -> None:
    seat = await held_by(client, "b3", "t8")
    assert (await seat.send(move("answered", text, "t8"))).status_code == 403
    assert ticket(services, "t8").state is TicketState.IN_PROGRESS
    assert services.db.read_now(lambda tx: TableState(tx).find(Note)) == []
    assert not [line for line in await bench.dump(services) if CARD.replace(" ", "") in line or CARD in line]


async def test_a_session_that_is_over_works_on_nothing(client: Client, services: Services) -> None:
    seat = await held_by(client, "b3")
    assert (await seat.client.delete("/v1/session", headers=seat.headers)).status_code in (200, 204)
    for tried in (move("open"), close()):
        assert (await seat.send(tried)).status_code == 401
    assert ticket(services).handler_id == "b3", "who goes home keeps it"


async def test_nothing_of_it_waits_for_the_line(client: Client, services: Services) -> None:
    seat = await office.seat(client, "b3")
    for tried in (move("in_progress"), close(), higher()):
        envelope = Envelope(id=ids.uuid7(), command=tried, intent=Intent(offline=True))
        headers = {**seat.headers, "idempotency-key": envelope.id, "content-type": "application/json"}
        answer = await client.post(routes.COMMANDS, content=msgspec.json.encode(envelope), headers=headers)
        assert (answer.status_code, answer.json()["key"]) == (403, "server.refusal.not_offline")


def test_a_row_tells_whose_hands_it_is_in_and_nobody_else_can_say_so() -> None:
    """No command names the handler: whoever sends one in a field of their own is not understood."""
    assert "handler_id" not in msgspec.json.schema(MoveTicket)["$defs"]["MoveTicket"]["properties"]
