"""Where a row stands in the queue pane: one integer, so that a window of any list is a walk along one narrow index.

bits 56–58  list: waiting, in hand, ticket, history     bits 52–55  rank of its priority
bits 0–51   microseconds since 1970 (history: counted down, so that the newest comes first)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a list is read without knowing what gave its rows their places
    from datetime import datetime

    from agent_tui.domain.rows import Entity

WAITING, IN_HAND, TICKET, HISTORY = 1, 2, 3, 4
_LIST_BITS, _RANK_BITS = 56, 52
_TIME_MASK = (1 << _RANK_BITS) - 1
_WAITING_STATES = frozenset({"queued", "alerting"})


def floor(list_: int, rank: int = 0) -> int:
    """The lowest place of a list and rank."""
    return (list_ << _LIST_BITS) | (rank << _RANK_BITS)


def moment_us(place: int) -> int:
    """The microseconds since 1970 in a place (not of the history)."""
    return place & _TIME_MASK


def _us(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000) & _TIME_MASK


def place(row: Entity) -> int | None:
    """The place of an open contact or ticket or of a contact that is over; None for everything else."""
    from agent_tui.domain.contact import OPEN_STATES, Contact
    from agent_tui.domain.ticket import Ticket, TicketState

    if isinstance(row, Contact):
        if row.state in _WAITING_STATES:
            return floor(WAITING, row.priority.rank) | _us(row.queued_at)
        if row.state in OPEN_STATES:
            return floor(IN_HAND) | _us(row.established_at or row.queued_at)
        return floor(HISTORY) | (_TIME_MASK - _us(row.closed_at or row.cleared_at or row.queued_at))
    if isinstance(row, Ticket) and row.state != TicketState.CLOSED:
        return floor(TICKET) | _us(row.due_at or row.opened_at)
    return None
