"""Who is calling: the dependency that every protected endpoint asks for."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from litestar import Request
from litestar.datastructures import State
from litestar.di import Dependency
from litestar.params import SkipValidationMarker

from agent_tui.server import devices, problems, rates
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx
from agent_tui.server.services import Services
from agent_tui.server.tail import AuditDraft, Tail

AnyRequest = Request[Any, Any, State]
Tools: TypeAlias = Annotated[Services, Dependency(), SkipValidationMarker()]
"""What an endpoint works with."""
Who: TypeAlias = Annotated[Caller, Dependency(), SkipValidationMarker()]
"""Who is calling; asking for it protects the endpoint."""


def get_services(state: State) -> Services:
    found: Services = state.services
    return found


def bearer(request: AnyRequest) -> str:
    """The token presented, empty without one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def address(request: AnyRequest) -> str:
    """Where the request comes from; `-` where the transport has no addresses."""
    return request.client.host if request.client else "-"


def _in_time(services: Services, name: str, times: float = 1.0) -> None:
    """slow-down for who sends more than is allowed."""
    wait_s = services.rates.take(name, times)
    if wait_s:
        raise problems.fail("slow-down", key="server.refusal.too_many_requests", retry_after_s=round(wait_s, 1))


async def get_caller(request: AnyRequest, services: Tools) -> Caller:
    """The owner of the bearer token; not-signed-in without a good one from the device it was given to, device-revoked
    from a device that was ordered to forget everything, slow-down for too many requests."""
    token, device = bearer(request), request.headers.get("x-device-id", "")

    def known(tx: Tx) -> Caller:
        caller = services.doorman.caller(tx, token)
        devices.check(tx, caller.device)
        return caller

    try:
        caller = await services.db.read(known)
    except problems.ProblemError:
        _in_time(services, f"stranger:{address(request)}")
        raise
    _in_time(services, caller.token, rates.FOR_LINKS if caller.kind == "link" else 1.0)
    if device != caller.device:
        await _from_elsewhere(services, caller, device)
    return caller


async def _from_elsewhere(services: Services, caller: Caller, device: str) -> None:
    """A token that another device presents was stolen: it ends, for whoever had it too. Raises not-signed-in."""

    def end(tx: Tx) -> None:
        services.doorman.close(tx, caller)
        tail = Tail(tx, services.clock.now())
        facts: dict[str, object] = {"device": caller.device, "presented_by": device[:200]}
        tail.audit(AuditDraft(actor=caller.maker, type="TokenElsewhere", outcome="refused", facts=facts))
        tail.close()

    if device:
        await services.db.write(end)
    raise problems.fail("not-signed-in", key="server.refusal.not_signed_in")


def people_only(caller: Caller) -> Caller:
    """not-permitted for links and connectors."""
    if caller.kind != "agent":
        raise problems.fail("not-permitted", key="server.refusal.not_your_command")
    return caller


def links_only(caller: Caller) -> Caller:
    """not-permitted for people."""
    if caller.kind != "link":
        raise problems.fail("not-permitted", key="server.refusal.not_your_command")
    return caller
