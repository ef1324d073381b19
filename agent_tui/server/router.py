"""The router: who gets whom, what is taken back, what overflows. It decides by `acd`; the ledger decides again."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from agent_tui import ids
from agent_tui.acd import match, overflow
from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.centre import Group
from agent_tui.domain.commands import Command, OfferToAgent, OverflowContact, TakeBackOffer
from agent_tui.domain.contact import Contact, ContactState, Why
from agent_tui.domain.rows import stamp
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.wire.command import Envelope

ROUTER = Caller(kind="system", id="router", device="server")


class Floor(msgspec.Struct, frozen=True, kw_only=True):
    """What the router looks at, from one read snapshot."""

    queued: tuple[Contact, ...]
    alerting: tuple[Contact, ...]
    ready: tuple[Agent, ...]
    groups: dict[str, Group]


def look(tx: Tx) -> Floor:
    state = TableState(tx)
    return Floor(
        queued=tuple(state.find(Contact, status=ContactState.QUEUED)),
        alerting=tuple(state.find(Contact, status=ContactState.ALERTING)),
        ready=tuple(state.find(Agent, status=AgentState.READY)),
        groups={group.id: group for group in state.find(Group)},
    )


def _reason(why: Why) -> dict[str, str | int]:
    return {"key": why.key, **why.args}


class Router:
    """Runs after each commit and every half second."""

    name = "router"
    every_s = 0.5
    woken = True

    def __init__(self, services: Services, offer_timeout_s: float) -> None:
        """`offer_timeout_s` in business seconds: an offer not answered by then goes back to its place."""
        self._services = services
        self._timeout = timedelta(seconds=offer_timeout_s)

    async def step(self) -> None:
        floor = await self._services.db.read(look)
        for id, command in [*self._late(floor), *self._overflowing(floor), *self._offers(floor)]:
            await self._services.commit(Envelope(id=id, command=command), ROUTER)

    def _offers(self, floor: Floor) -> list[tuple[str, Command]]:
        snapshot = match.Snapshot(contacts=floor.queued, agents=floor.ready)
        found: list[tuple[str, Command]] = []
        versions = {contact.id: contact.version for contact in floor.queued}
        versions |= {agent.id: agent.version for agent in floor.ready}
        for given in match.match(snapshot, self._services.clock.now()):
            about = (given.contact_id, str(versions[given.contact_id]), given.agent_id, str(versions[given.agent_id]))
            why = tuple(_reason(reason) for reason in given.why)
            command = OfferToAgent(contact_id=given.contact_id, agent_id=given.agent_id, why=why)
            found.append((ids.derived("offer", *about), command))
        return found

    def _late(self, floor: Floor) -> list[tuple[str, Command]]:
        now = self._services.clock.now()
        found: list[tuple[str, Command]] = []
        for contact in floor.alerting:
            since = contact.alerting_at
            if since is None or contact.agent_id is None or contact.request or now - since < self._timeout:
                continue
            command = TakeBackOffer(contact_id=contact.id, agent_id=contact.agent_id)
            found.append((ids.derived("take-back", contact.id, stamp(since)), command))
        return found

    def _overflowing(self, floor: Floor) -> list[tuple[str, Command]]:
        now = self._services.clock.now()
        found: list[tuple[str, Command]] = []
        for contact in floor.queued:
            group = floor.groups.get(contact.group)
            more = overflow.due(contact, group, now) if group else ()
            if more:
                id = ids.derived("overflow", contact.id, str(contact.version), *more)
                found.append((id, OverflowContact(contact_id=contact.id, groups=more)))
        return found
