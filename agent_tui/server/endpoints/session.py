"""Signing in and out, renewing, stepping up."""

from __future__ import annotations

import asyncio

from litestar import delete, post
from litestar.params import JSONBody

from agent_tui import ids
from agent_tui.clock import wall
from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.commands import SetAgentState
from agent_tui.domain.rows import stamp
from agent_tui.server import devices, problems, totp
from agent_tui.server.auth import TOKEN_S, Account
from agent_tui.server.database import Tx
from agent_tui.server.endpoints.access import AnyRequest, Tools, Who, bearer
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.tail import AuditDraft, Tail
from agent_tui.wire import routes
from agent_tui.wire.command import Envelope
from agent_tui.wire.session import Session, SignIn, StepUpRequest


def _audit(tx: Tx, services: Services, actor: str, kind: str, outcome: str, device: str) -> Tail:
    tail = Tail(tx, services.clock.now())
    tail.audit(AuditDraft(actor=actor, type=kind, outcome=outcome, facts={"device": device}))
    tail.close()
    return tail


def _session(tx: Tx, services: Services, account: Account, token: str) -> Session:
    agent = TableState(tx).get(Agent, account.agent_id) if account.kind == "agent" else None
    head = tx.one("head")
    assert head is not None
    return Session(
        token=token,
        expires_s=TOKEN_S,
        agent_id=account.agent_id,
        login=account.login,
        name=agent.name if agent else account.agent_id,
        role=agent.role if agent else account.kind,
        level=agent.level if agent else 0,
        groups=agent.groups if agent else (),
        epoch=head["epoch"],
        at=services.clock.now(),
        speed=services.clock.speed,
        timezone=services.rules.timezone,
        signing_key=services.signer.key,
        banner=services.banner,
    )


def _may_work(tx: Tx, login: str) -> bool:
    row = tx.one("account", login=login)
    if row is None or row["kind"] != "agent":
        return row is not None
    agent = TableState(tx).get(Agent, row["agent_id"])
    return agent is not None and agent.active


@post(routes.SESSION, status_code=200)
async def sign_in(data: JSONBody[SignIn], services: Tools) -> Session:
    """A token for 15 minutes. Unknown logins and wrong passwords get the same answer in the same time."""
    await services.db.read(lambda tx: devices.check(tx, data.device_id))
    hashed = await services.db.read(lambda tx: services.doorman.stored(tx, data.login))
    right = await asyncio.to_thread(services.doorman.right, hashed, data.password)

    def finish(tx: Tx) -> Session | None:
        # Of many guesses at the same time those that come after the throttle began count for nothing.
        services.doorman.stored(tx, data.login)
        good = right and _may_work(tx, data.login)
        services.doorman.mark(tx, data.login, right=good)
        if not good:
            known = tx.one("account", login=data.login) is not None
            actor = data.login if known else services.vault.commitment(data.login.encode())
            _audit(tx, services, actor, "SignIn", "refused", data.device_id)
            return None
        account, token = services.doorman.open(tx, data.login, data.device_id)
        _audit(tx, services, account.agent_id, "SignIn", "applied", data.device_id)
        return _session(tx, services, account, token)

    session = await services.db.write(finish)
    if session is None:
        raise problems.fail("bad-credentials", key="server.refusal.bad_credentials")
    return session


@post(routes.SESSION_RENEW, status_code=200)
async def renew(request: AnyRequest, caller: Who, services: Tools) -> Session:
    """The same token for another 15 minutes."""
    token = bearer(request)

    def work(tx: Tx) -> Session:
        services.doorman.extend(tx, caller)
        account = Account(login=caller.login, agent_id=caller.id, kind=caller.kind)
        return _session(tx, services, account, token)

    return await services.db.write(work)


@post(routes.SESSION_STEP_UP, status_code=204)
async def step_up(data: JSONBody[StepUpRequest], caller: Who, services: Tools) -> None:
    """Authenticate again, by password or by a code used once; counts for 5 minutes, in this session only."""
    hashed = await services.db.read(lambda tx: services.doorman.stored(tx, caller.login))
    by_code = bool(data.code)
    right = not by_code and await asyncio.to_thread(services.doorman.right, hashed, data.password)

    def work(tx: Tx) -> bool:
        # Of many guesses at the same time those that come after the throttle began count for nothing.
        services.doorman.stored(tx, caller.login)
        good = totp.accept(tx, services.vault, caller.login, data.code) if by_code else right
        services.doorman.mark(tx, caller.login, right=good)
        if good:
            services.doorman.step_up(tx, caller)
        _audit(tx, services, caller.maker, "StepUp", "applied" if good else "refused", caller.device)
        return good

    if not await services.db.write(work):
        raise problems.fail("bad-credentials", key="server.refusal.bad_credentials")


@delete(routes.SESSION, status_code=204)
async def sign_out(caller: Who, services: Tools) -> None:
    """The token is gone; with the last one the person is logged off."""

    def work(tx: Tx) -> bool:
        services.doorman.close(tx, caller)
        _audit(tx, services, caller.maker, "SignOut", "applied", caller.device)
        return not tx.value("tokens_live", login=caller.login, now=stamp(wall()))

    if await services.db.write(work) and caller.kind == "agent":
        services.screens.leave(caller.id)
        command = SetAgentState(state=AgentState.LOGGED_OFF)
        await services.commit(Envelope(id=ids.uuid7(), command=command), caller)
