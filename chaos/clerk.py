"""What a robot does with what outlives a contact: tickets that it takes up, gives back, answers and closes, hand-overs,
questions, and what departments tell the centre. The same few rows again and again, as colleagues at a busy counter do."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from agent_tui.desk.desk import Desk
from agent_tui.domain.commands import (
    AddNote,
    AskAboutArticle,
    Command,
    HandOver,
    MoveTicket,
    PerformAction,
    PublishBulletin,
    RaiseWorkOrder,
    ReadBulletin,
    WithdrawBulletin,
)
from agent_tui.domain.knowledge import Article, Bulletin, Page
from agent_tui.domain.ticket import Ticket, TicketKind, TicketState
from agent_tui.store import read
from chaos.place import CUSTOMERS, Seat

GROUP = "cards"
"""Of all robots at most times, so that each may take up what another raised."""
LAST = 6
"""Tickets that are worked on are the latest of those that are open: the same ones by everybody."""
MOST_OPEN = 40
"""So many open tickets are enough."""
NEXT = {
    TicketState.OPEN: (TicketState.IN_PROGRESS,),
    TicketState.IN_PROGRESS: (TicketState.OPEN, TicketState.ANSWERED),
    TicketState.ANSWERED: (TicketState.IN_PROGRESS, TicketState.CLOSED),
}
BULLETINS = ("chaos-fees", "chaos-hours")
DAY = timedelta(days=1)


class Submit(Protocol):
    def __call__(self, command: Command, *, token: str = "", if_match: int | None = None) -> None: ...


class Clerk:
    """One turn after the other."""

    def __init__(self, desk: Desk, seat: Seat, rng: random.Random, submit: Submit, token: Callable[[], str]) -> None:
        self._desk, self._seat, self._rng = desk, seat, rng
        self._submit, self._token = submit, token

    def turn(self) -> None:
        """Something with a ticket; now and then something with what departments say."""
        drawn = self._rng.random()
        if self._seat.supervisor and drawn < 0.4:
            self._tell()
        elif drawn < 0.2:
            self._read()
        else:
            self._work()

    def _work(self) -> None:
        every = read.every(self._desk.sight.cache, Ticket)
        tickets = [t for t in every if t.state is not TicketState.CLOSED and t.group == GROUP]
        drawn = self._rng.random()
        if not tickets or (drawn < 0.15 and len(tickets) < MOST_OPEN):
            self._open()
            return
        ticket = self._rng.choice(sorted(tickets, key=lambda t: t.opened_at)[-LAST:])
        if ticket.kind is TicketKind.COMPLAINT:
            self._settle(ticket)
        elif drawn < 0.3:
            word = self._token()
            self._submit(AddNote(text=word, ticket_id=ticket.id), token=word)
        elif drawn < 0.4 or ticket.handler_id in (None, self._seat.agent_id):
            self._move(ticket)

    def _open(self) -> None:
        word, drawn = self._token(), self._rng.random()
        order = RaiseWorkOrder(group=GROUP, title=word, text="T0000042 please look")
        if drawn < 0.2:
            complaint = RaiseWorkOrder(
                group=GROUP,
                title=word,
                text="T0000042 is locked again",
                customer_id=f"c{self._rng.randrange(CUSTOMERS)}",
                complaint="general",
            )
            self._submit(complaint, token=word)
        elif drawn < 0.75:
            self._submit(order, token=word)
        else:
            self._submit(HandOver(title=word, text="the shift is over"), token=word)

    def _move(self, ticket: Ticket) -> None:
        word = self._token()
        state = self._rng.choice(NEXT[ticket.state])
        if_match = ticket.version if self._rng.random() < 0.3 else None
        command = MoveTicket(ticket_id=ticket.id, state=state.value, text=word)
        self._submit(command, token=word, if_match=if_match)

    def _settle(self, ticket: Ticket) -> None:
        word = self._token()
        raises = ticket.complaint_level == "general" and self._rng.random() < 0.5
        act = PerformAction(
            action="escalate_complaint" if raises else "close_complaint",
            customer_id=ticket.customer_id or "",
            ticket_id=ticket.id,
            reason=word,
            args={"level": "serious"} if raises else {},
        )
        self._submit(act, token=word)

    def _read(self) -> None:
        cache, drawn = self._desk.sight.cache, self._rng.random()
        bulletins, articles = read.every(cache, Bulletin), read.every(cache, Article)
        if drawn < 0.7 and bulletins:
            seen = self._rng.choice(bulletins)
            self._submit(ReadBulletin(bulletin_id=seen.id, revision=seen.revision, acknowledge=drawn < 0.35))
        elif articles:
            word = self._token()
            self._submit(AskAboutArticle(article_id=self._rng.choice(articles).id, text=word), token=word)

    def _tell(self) -> None:
        """Published, corrected, taken back, published once more."""
        word, now, drawn = self._token(), self._desk.sight.clock.now(), self._rng.random()
        pages = {"zh": Page(title=f"年费{word}", text=f"白金卡{word}首年免年费。", words=(word,))}
        bulletin = self._rng.choice(BULLETINS)
        if drawn < 0.7:
            to = self._rng.choice(((), ("cards",), ("merchant_ops",)))
            told = PublishBulletin(
                bulletin_id=bulletin,
                department=GROUP,
                pages=pages,
                to=to,
                acknowledge=True,
                valid_from=now - DAY,
                valid_to=now + DAY,
            )
            self._submit(told)
            return
        known = read.get(self._desk.sight.cache, Bulletin, bulletin)
        if known is not None and known.holds(now):
            self._submit(WithdrawBulletin(bulletin_id=bulletin, reason=word))
