"""Bulletins and articles: what may be published, what counts as read, where a question goes."""

from __future__ import annotations

from typing import Any

import pytest

from agent_tui.domain import commands as c
from agent_tui.domain.apply import apply
from agent_tui.domain.effects import Actor, Effects, Refusal
from agent_tui.domain.knowledge import Article, Bulletin, Reading
from agent_tui.domain.knowledge_rules import still_to_read
from agent_tui.domain.rows import scopes
from agent_tui.domain.ticket import Ticket, TicketKind, TicketState
from tests import eg

OFFICE = eg.group("card_ops", kind="department")


def do(rows: eg.Rows, command: c.Command, actor: str = "a1") -> Effects | Refusal:
    result = apply(command, Actor(kind="agent", id=actor), rows, eg.NOW, iter(["n1", "n2", "n3"]).__next__)
    if isinstance(result, Effects):
        rows.keep(*result.puts)
    return result


def bulletin(**fields: Any) -> c.PublishBulletin:
    given = {
        "bulletin_id": "b1",
        "department": "card_ops",
        "pages": {"zh": eg.page()},
        "valid_from": eg.NOW,
        "valid_to": eg.at(60),
    }
    return c.PublishBulletin(**{**given, **fields})


def office(*more: Any) -> eg.Rows:
    return eg.Rows(OFFICE, eg.group("cards"), eg.agent("a1"), *more)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"department": "nowhere"}, "no_group"),
        ({"to": ("nowhere",)}, "no_group"),
        ({"valid_to": eg.at(-1)}, "over"),
        ({"pages": {}}, "no_page"),
        ({"pages": {"fr": eg.page()}}, "bad_language"),
        ({"pages": {"zh": eg.page(title=" ")}}, "empty_page"),
        ({"pages": {"zh": eg.page(text="卡号 6222021234567894")}}, "holds_secret"),
        ({"pages": {"zh": eg.page(title="长" * 150)}}, "too_long"),
        ({"bulletin_id": "../x"}, "bad_id"),
    ],
)
def test_what_is_incomplete_is_not_published(fields: dict[str, Any], why: str) -> None:
    result = do(office(), bulletin(**fields))
    assert isinstance(result, Refusal) and result.key == f"knowledge.refusal.{why}"


def test_another_department_may_not_change_it() -> None:
    rows = office(eg.group("risk", kind="department"), eg.bulletin("b1", department="risk"))
    result = do(rows, bulletin())
    assert isinstance(result, Refusal) and result.key == "knowledge.refusal.other_department"


def test_new_words_have_to_be_read_again() -> None:
    rows = office()
    do(rows, bulletin(acknowledge=True))
    do(rows, c.ReadBulletin(bulletin_id="b1", revision=1, acknowledge=True))
    reading = rows.get(Reading, "b1:a1")
    first = rows.get(Bulletin, "b1")
    assert first and not still_to_read(first, reading, eg.NOW)
    do(rows, bulletin(acknowledge=True, pages={"zh": eg.page(text="改了")}))
    second = rows.get(Bulletin, "b1")
    assert second and second.revision == 2 and still_to_read(second, reading, eg.NOW)
    late = do(rows, c.ReadBulletin(bulletin_id="b1", revision=1))
    assert isinstance(late, Refusal) and late.conflict


def test_opening_is_reading_and_only_confirming_ends_what_asks_for_it() -> None:
    rows = office(eg.bulletin("b1", acknowledge=True))
    do(rows, c.ReadBulletin(bulletin_id="b1", revision=1))
    asks = rows.get(Bulletin, "b1")
    assert asks and still_to_read(asks, rows.get(Reading, "b1:a1"), eg.NOW)
    do(rows, c.ReadBulletin(bulletin_id="b1", revision=1, acknowledge=True))
    reading = rows.get(Reading, "b1:a1")
    assert not still_to_read(asks, reading, eg.NOW) and reading and reading.acknowledged_at == eg.NOW


def test_what_is_over_or_withdrawn_need_not_be_read() -> None:
    assert not still_to_read(eg.bulletin(valid_to=eg.NOW), None, eg.NOW)
    rows = office(eg.bulletin("b1"))
    do(rows, c.WithdrawBulletin(bulletin_id="b1", reason="改版"))
    gone = rows.get(Bulletin, "b1")
    assert gone and not still_to_read(gone, None, eg.NOW)


def test_an_article_names_somebody_to_call() -> None:
    command = c.PublishArticle(
        article_id="x",
        department="card_ops",
        pages={"zh": eg.page()},
        people=(),
        valid_from=eg.NOW,
        valid_to=eg.at(9),
    )
    result = do(office(), command)
    assert isinstance(result, Refusal) and result.key == "knowledge.refusal.no_person"


def test_a_question_goes_to_the_owner_and_its_answer_comes_back() -> None:
    rows = office(eg.article("x"), eg.agent("d1", groups=("card_ops",)))
    asked = do(rows, c.AskAboutArticle(article_id="x", text="附属卡也免吗?"))
    assert isinstance(asked, Effects)
    ticket = asked.puts[0]
    assert isinstance(ticket, Ticket) and ticket.kind is TicketKind.QUESTION
    assert (ticket.group, ticket.owner_id, ticket.about) == ("card_ops", "a1", "article:x")
    assert {"a:a1", "g:card_ops"} <= scopes(ticket)
    do(rows, c.MoveTicket(ticket_id=ticket.id, state=TicketState.ANSWERED, text="减半"), actor="d1")
    answered = rows.get(Ticket, ticket.id)
    assert answered and answered.answer == "减半" and answered.state is TicketState.ANSWERED
    by_other = do(rows, c.MoveTicket(ticket_id=ticket.id, state=TicketState.CLOSED), actor="d1")
    assert isinstance(by_other, Refusal)
    assert isinstance(do(rows, c.MoveTicket(ticket_id=ticket.id, state=TicketState.CLOSED)), Effects)


def test_who_sees_what() -> None:
    assert scopes(eg.bulletin(to=("cards",))) == {"floor", "g:cards", "g:card_ops"}
    assert scopes(eg.bulletin()) == scopes(eg.article()) == {"staff"}
    reading = Reading(id="b:a1", bulletin_id="b", agent_id="a1", department="card_ops", revision=1, read_at=eg.NOW)
    assert scopes(reading) == {"floor", "g:card_ops", "a:a1"}


def test_an_article_keeps_its_revision_while_its_words_stay() -> None:
    rows = office()
    command = c.PublishArticle(
        article_id="x", department="card_ops", pages={"zh": eg.page()}, people=eg.article().people,
        valid_from=eg.NOW, valid_to=eg.at(9),
    )  # fmt: skip
    do(rows, command)
    do(rows, command)
    kept = rows.get(Article, "x")
    assert kept and kept.revision == 1
