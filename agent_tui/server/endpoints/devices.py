"""Devices: leases, wiping, and what comes back in sealed boxes."""

from __future__ import annotations

from litestar import get, post
from litestar.params import JSONBody

from agent_tui.domain.agent import Agent, Role
from agent_tui.server import devices, escrow, problems
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx
from agent_tui.server.endpoints.access import Tools, Who, people_only
from agent_tui.server.endpoints.commands import note_depth
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.wire import routes
from agent_tui.wire.device import (
    Device,
    DeviceOrder,
    EscrowAnswer,
    EscrowRequest,
    Lease,
    LeaseRequest,
    WipedReport,
)


async def _administrators_only(services: Services, caller: Caller) -> None:
    """not-permitted for everybody else."""
    agent = await services.db.read(lambda tx: TableState(tx).get(Agent, caller.id))
    if caller.kind != "agent" or agent is None or agent.role is not Role.ADMINISTRATOR:
        raise problems.fail("not-permitted", key="vault.refusal.administrators")


@post(routes.DEVICE_LEASE, status_code=200)
async def lease(data: JSONBody[LeaseRequest], caller: Who, services: Tools) -> Lease:
    """Another `lease_s` for the cache of the device this session is on, and how much it holds unsent."""
    people_only(caller)
    await services.db.write(lambda tx: devices.seen(tx, caller, data.unsent, data.key))
    await note_depth(services, caller, data.unsent, data.since, data.kinds)
    return Lease(left_s=services.terms.lease_s, escrow_key=services.strongbox.key)


@get(routes.DEVICES)
async def every(caller: Who, services: Tools) -> tuple[Device, ...]:
    """The devices people signed in on, those seen last first."""
    await _administrators_only(services, caller)
    return await services.db.read(devices.every)


@post(routes.DEVICE_WIPE, status_code=204)
async def wipe(data: JSONBody[DeviceOrder], caller: Who, services: Tools) -> None:
    """The device gets no answer from now on but `device-revoked`, and forgets everything when it hears that."""
    await _administrators_only(services, caller)

    def work(tx: Tx) -> None:
        devices.revoke(tx, data.device, caller.maker, services.clock.now())

    await services.db.write(work)


@post(routes.DEVICE_WIPED, status_code=204)
async def wiped(data: JSONBody[WipedReport], services: Tools) -> None:
    """The device says that it is done. It has no session any more: the signature of its key is what speaks for it."""
    await services.db.write(lambda tx: devices.wiped(tx, data, services.clock.now()))


@post(routes.ESCROW, status_code=200)
async def take(data: JSONBody[EscrowRequest], caller: Who, services: Tools) -> EscrowAnswer:
    """Commands in sealed boxes, brought by anybody who may sign in: decided as their makers', by today's authority."""
    people_only(caller)
    results = await escrow.take_in(services, data.boxes, caller.maker)
    return EscrowAnswer(results=tuple(results))
