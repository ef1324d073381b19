"""The facts the policy is asked about, read inside the transaction."""

from __future__ import annotations

import msgspec

from agent_tui.domain.agent import Agent
from agent_tui.domain.commands import (
    Command,
    MoveTicket,
    PerformAction,
    ProposeBlueprint,
    PublishArticle,
    PublishBulletin,
    RaiseWorkOrder,
    ReleaseBlueprint,
    RetireArticle,
    RetireBlueprint,
    RevealField,
    WithdrawBulletin,
)
from agent_tui.domain.customer import Secret
from agent_tui.domain.knowledge import Article, Bulletin
from agent_tui.domain.release import Release, ReleaseState
from agent_tui.domain.ticket import TAKEN_UP, Ticket, TicketKind, TicketState
from agent_tui.domain.ticket_commands import AssignTicket
from agent_tui.policy.facts import About
from agent_tui.server.state import TableState


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """The business action inside a command."""

    action: str
    customer_id: str = ""
    contact_id: str | None = None
    product_id: str | None = None
    ticket_id: str | None = None
    amount_minor: int = 0
    reason: str = ""
    field: str = ""
    delegation_id: str | None = None
    author_id: str = ""
    """Who wrote what it is about, where that matters."""
    group: str = ""
    """The department it is done for, where that matters."""


def question(command: Command, state: TableState) -> Question | None:
    """Which action of `domain.actions` a command performs; None for commands that need no authority."""
    match command:
        case PerformAction():
            return Question(
                action=command.action,
                customer_id=command.customer_id,
                contact_id=command.contact_id,
                product_id=command.product_id,
                ticket_id=command.ticket_id,
                amount_minor=command.amount_minor or 0,
                reason=command.reason,
                delegation_id=command.delegation_id,
            )
        case RevealField():
            return Question(
                action="reveal_field",
                customer_id=command.customer_id,
                contact_id=command.contact_id,
                reason=command.purpose,
                field=command.field,
            )
        case RaiseWorkOrder():
            customer = command.customer_id or ""
            return Question(
                action="raise_work_order", customer_id=customer, contact_id=command.contact_id, reason=command.text
            )
        case MoveTicket() | AssignTicket():
            ticket = state.get(Ticket, command.ticket_id)
            return _handling(command, ticket) if ticket is not None else None
        case ProposeBlueprint():
            return Question(action="propose_blueprint")
        case ReleaseBlueprint():
            return Question(action="release_blueprint", author_id=_author(command.release_id, state))
        case RetireBlueprint():
            return Question(
                action="retire_blueprint", author_id=_author(command.release_id, state, ReleaseState.PROPOSED)
            )
        case _:
            return _knowledge(command, state)


def _handling(command: MoveTicket | AssignTicket, ticket: Ticket) -> Question | None:
    """What is done to a ticket itself; the other moves need no authority."""
    customer, taken_up = ticket.customer_id or "", ticket.kind in TAKEN_UP
    match command:
        case AssignTicket():
            return Question(action="assign_ticket", customer_id=customer, ticket_id=ticket.id)
        case MoveTicket(state=TicketState.IN_PROGRESS) if taken_up:
            return Question(action="take_up_ticket", customer_id=customer, ticket_id=ticket.id)
        case MoveTicket(state=TicketState.CLOSED) if ticket.kind is TicketKind.COMPLAINT:
            return Question(action="close_complaint", customer_id=customer, ticket_id=ticket.id, reason=command.text)
        case _:
            return None


def _knowledge(command: Command, state: TableState) -> Question | None:
    """Bulletins and articles: for which department it is done."""
    match command:
        case PublishBulletin():
            return Question(action="publish_bulletin", group=command.department)
        case PublishArticle():
            return Question(action="publish_article", group=command.department)
        case WithdrawBulletin():
            bulletin = state.get(Bulletin, command.bulletin_id)
            return Question(action="publish_bulletin", group=bulletin.department if bulletin else "")
        case RetireArticle():
            article = state.get(Article, command.article_id)
            return Question(action="publish_article", group=article.department if article else "")
        case _:
            return None


def _author(release_id: str, state: TableState, only: ReleaseState | None = None) -> str:
    """Who proposed a version; nobody where it is in another state than `only`."""
    release = state.get(Release, release_id)
    return release.author_id if release and only in (None, release.state) else ""


def through_ticket(asked: Question, agent: Agent, state: TableState) -> Question:
    """A customer's number is also shown to whoever has a ticket of theirs in hand, so as to call them."""
    if asked.action != "reveal_field" or asked.field != Secret.PHONE:
        return asked
    held = (ticket for ticket in state.find(Ticket, customer_id=asked.customer_id) if ticket.handler_id == agent.id)
    return msgspec.structs.replace(asked, ticket_id=next((ticket.id for ticket in held), None))


def about(asked: Question) -> About:
    """What the question is about."""
    return About(
        customer_id=asked.customer_id,
        contact_id=asked.contact_id,
        product_id=asked.product_id,
        ticket_id=asked.ticket_id,
        group=asked.group,
        author_id=asked.author_id,
    )
