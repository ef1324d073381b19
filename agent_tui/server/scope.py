"""Who may see what: the scopes a person holds, as a table and as a log with a revision per person.

Everybody holds `staff` and their own `a:<id>`; group members `g:<group>`; the people who watch hold `floor`;
`c:<customer>` is held while one handles an open contact of that customer, or owns an open ticket of theirs or has it in hand;
`t:<team>` by the people of a team;
`sign:<level>` by everybody who could co-sign at that level, on their own authority or on what was lent to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from agent_tui.domain.agent import Agent, Role
from agent_tui.domain.approval import Delegation
from agent_tui.domain.contact import OPEN_STATES, Contact
from agent_tui.domain.rows import Entity, stamp
from agent_tui.domain.standing import works
from agent_tui.domain.ticket import Ticket, TicketState
from agent_tui.server.database import Tx
from agent_tui.server.state import TableState

WATCHERS = frozenset({Role.SUPERVISOR, Role.REVIEWER, Role.TRAINER})
Pair = tuple[str, str]


def standing(agent: Agent, lent: int = 0) -> frozenset[str]:
    """The scopes that follow from who a person is, and from the highest level lent to them."""
    if not agent.active:
        return frozenset()
    levels = range(1, max(agent.level, lent) + 1) if works(agent) else ()
    held = {"staff", f"a:{agent.id}"} | {f"g:{group}" for group in (*agent.groups, *agent.second_groups)}
    held |= {f"sign:{level}" for level in levels} | ({f"t:{agent.team}"} if agent.team else set())
    return frozenset(held | ({"floor"} if agent.role in WATCHERS else set()))


def change(tx: Tx, agent_id: str, scope: str, op: str, now: datetime) -> None:
    """Give (`add`) or take (`drop`) one scope; nothing happens when it is so already."""
    has = tx.one("held_has", agent_id=agent_id, scope=scope) is not None
    if has == (op == "add"):
        return
    rev = tx.value("grant_rev", agent_id=agent_id) + 1
    tx.run("grant_add", agent_id=agent_id, rev=rev, scope=scope, op=op, at=stamp(now))
    tx.run("held_add" if op == "add" else "held_drop", agent_id=agent_id, scope=scope)


def keep_standing(tx: Tx, agent: Agent, now: datetime) -> None:
    """Bring what a person holds in line with who they are; customers' scopes are left to `keep_customers`."""
    wanted = standing(agent, lent(tx, agent.id, now))
    held = {row["scope"] for row in tx.all("held", agent_id=agent.id)}
    for scope in sorted(held - wanted):
        if agent.active and scope.startswith("c:"):
            continue
        change(tx, agent.id, scope, "drop", now)
    for scope in sorted(wanted - held):
        change(tx, agent.id, scope, "add", now)


def lent(tx: Tx, agent_id: str, now: datetime) -> int:
    """The highest level anybody has lent to this person for now; 0 for none."""
    held = TableState(tx).find(Delegation, status="held", agent_id=agent_id)
    return max((d.max_level for d in held if d.holds(now)), default=0)


def keep_person(tx: Tx, agent_id: str, now: datetime) -> None:
    """Bring the scopes of one person in line with what is lent to them now."""
    agent = TableState(tx).get(Agent, agent_id)
    if agent is not None:
        keep_standing(tx, agent, now)


def outdated(tx: Tx, agent_id: str, now: datetime) -> bool:
    """Whether somebody's scopes for signing are not those they should hold now."""
    agent = TableState(tx).get(Agent, agent_id)
    wanted = standing(agent, lent(tx, agent_id, now)) if agent is not None else frozenset()
    held = {row["scope"] for row in tx.all("held", agent_id=agent_id)}
    return {s for s in wanted if s.startswith("sign:")} != {s for s in held if s.startswith("sign:")}


def handlers(row: Entity | None) -> frozenset[Pair]:
    """(person, customer) pairs that a contact or ticket binds."""
    if isinstance(row, Contact) and row.state in OPEN_STATES and row.agent_id and row.customer_id:
        return frozenset({(row.agent_id, row.customer_id)})
    if isinstance(row, Ticket) and row.state != TicketState.CLOSED and row.customer_id:
        return frozenset((id, row.customer_id) for id in (row.owner_id, row.handler_id) if id)
    return frozenset()


def _handles(state: TableState, agent_id: str, customer_id: str) -> bool:
    pair = (agent_id, customer_id)
    contacts = state.find(Contact, agent_id=agent_id, customer_id=customer_id)
    if any(pair in handlers(row) for row in contacts):
        return True
    # Not by the person: the facet names whoever has it in hand, and its owner keeps the customer too.
    return any(pair in handlers(row) for row in state.find(Ticket, customer_id=customer_id))


def keep_customers(tx: Tx, touched: Iterable[Pair], now: datetime) -> None:
    """After contacts and tickets changed: who handles a customer now holds the scope, who no longer does loses it."""
    state = TableState(tx)
    for agent_id, customer_id in sorted(set(touched)):
        op = "add" if _handles(state, agent_id, customer_id) else "drop"
        change(tx, agent_id, f"c:{customer_id}", op, now)


def revision(tx: Tx, agent_id: str) -> int:
    """The caller's scope revision, part of their cursor."""
    rev: int = tx.value("grant_rev", agent_id=agent_id)
    return rev
