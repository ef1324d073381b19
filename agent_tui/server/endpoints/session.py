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
from agent_tui.server import devices, problems, throttle, totp
from agent_tui.server.auth import Account, works
from agent_tui.server.database import Tx
from agent_tui.server.endpoints.access import AnyRequest, Tools, Who, address, bearer
from agent_tui.server.services import Services
from agent_tui.server.state import TableState
from agent_tui.server.tail import AuditDraft, Tail, head_of
from agent_tui.wire import routes
from agent_tui.wire.command import Envelope
from agent_tui.wire.session import Session, SignIn, StepUpRequest


def _audit(tx: Tx, services: Services, actor: str, kind: str, outcome: str, device: str, **more: object) -> Tail:
    tail = Tail(tx, services.clock.now())
    tail.audit(AuditDraft(actor=actor, type=kind, outcome=outcome, facts={"device": device, **more}))
    tail.close()
    return tail


def _session(tx: Tx, services: Services, account: Account, token: str) -> Session:
    agent = TableState(tx).get(Agent, account.agent_id) if account.kind == "agent" else None
    head = head_of(tx)
    return Session(
        token=token,
        expires_s=services.terms.token_s,
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
        break_glass_level=services.terms.break_glass_level,
        step_up_s=services.terms.step_up_s,
        banner=services.banner,
    )


def _not_too_old(version: str) -> None:
    """client-too-old for a desk from before OLDEST_CLIENT; who says no version is a link or a program of its own."""
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
    if version and numbers < routes.OLDEST_CLIENT:
        raise problems.fail("client-too-old", key="server.refusal.client_too_old", args={"version": version})


async def _not_too_soon(services: Services, names: tuple[str, ...], kind: str, actor: str, device: str) -> None:
    """slow-down while one of `names` must wait; the first such try of each waiting time stands in the audit."""
    found = await services.db.read(lambda tx: throttle.waits(tx, names))
    if found is None:
        return
    name, wait_s = found

    def record(tx: Tx) -> None:
        if not throttle.told(tx, name):
            tx.run("tries_told", name=name)
            _audit(tx, services, actor, kind, "throttled", device, by=name.partition(":")[0])

    if not await services.db.read(lambda tx: throttle.told(tx, name)):
        await services.db.write(record)
    raise _slow_down(wait_s)


def _slow_down(wait_s: float) -> problems.ProblemError:
    return problems.fail("slow-down", key="server.refusal.too_many_tries", retry_after_s=round(wait_s, 1))


def _judge(tx: Tx, services: Services, names: tuple[str, ...], *, good: bool) -> None:
    """Count a failure, or forget those at this login. Of many guesses at the same time those that come after the
    waiting time began count for nothing."""
    found = throttle.waits(tx, names)
    if found is not None:
        raise _slow_down(found[1])
    if good:
        throttle.forget(tx, names[0])
        return
    for name in names:
        throttle.failed(tx, name, services.terms)


@post(routes.SESSION, status_code=200)
async def sign_in(request: AnyRequest, data: JSONBody[SignIn], services: Tools) -> Session:
    """A token for `token_s` (15 minutes). Unknown logins and wrong passwords get the same answer in the same time."""
    _not_too_old(data.client_version)
    await services.db.read(lambda tx: devices.check(tx, data.device_id))
    login = await services.db.read(lambda tx: throttle.of_login(tx, services.vault, data.login))
    names = (login, throttle.of_address(address(request)))
    # Nobody's login may be a password typed into the wrong field.
    actor = data.login if login.startswith("login:") else login.partition(":")[2]
    await _not_too_soon(services, names, "SignIn", actor, data.device_id)
    hashed = await services.db.read(lambda tx: services.doorman.stored(tx, data.login))
    right = await asyncio.to_thread(services.doorman.right, hashed, data.password)

    def finish(tx: Tx) -> Session | None:
        row = tx.one("account", login=data.login)
        good = right and row is not None and works(tx, row["kind"], row["agent_id"])
        _judge(tx, services, names, good=good)
        if not good:
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
    """The same token for another `token_s`, up to `session_s` (twelve hours) after signing in."""
    token = bearer(request)

    def work(tx: Tx) -> Session:
        services.doorman.extend(tx, caller)
        account = Account(login=caller.login, agent_id=caller.id, kind=caller.kind)
        return _session(tx, services, account, token)

    return await services.db.write(work)


@post(routes.SESSION_STEP_UP, status_code=204)
async def step_up(data: JSONBody[StepUpRequest], caller: Who, services: Tools) -> None:
    """Authenticate again, by password or by a code used once; counts for `step_up_s` (5 minutes), in this session only. Who sends
    both, because six digits may be either, needs one of them to be right and has tried once."""
    names = (f"login:{caller.login}",)
    await _not_too_soon(services, names, "StepUp", caller.maker, caller.device)
    hashed = await services.db.read(lambda tx: services.doorman.stored(tx, caller.login))
    tried = bool(data.password) or not data.code
    right = tried and await asyncio.to_thread(services.doorman.right, hashed, data.password)

    def work(tx: Tx) -> bool:
        good = right or (bool(data.code) and totp.accept(tx, services.vault, caller.login, data.code))
        _judge(tx, services, names, good=good)
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
