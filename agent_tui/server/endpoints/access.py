"""Who is calling: the dependency that every protected endpoint asks for."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from litestar import Request
from litestar.datastructures import State
from litestar.di import Dependency
from litestar.params import SkipValidationMarker

from agent_tui.server import devices, problems
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx
from agent_tui.server.services import Services

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


async def get_caller(request: AnyRequest, services: Tools) -> Caller:
    """The owner of the bearer token; not-signed-in without a good one, device-revoked from a device
    that was ordered to forget everything."""
    token = bearer(request)
    if not token:
        raise problems.fail("not-signed-in", key="server.refusal.not_signed_in")

    def known(tx: Tx) -> Caller:
        caller = services.doorman.caller(tx, token)
        devices.check(tx, caller.device)
        return caller

    return await services.db.read(known)


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
