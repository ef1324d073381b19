"""One function per route of the API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeAlias

import msgspec

from agent_tui.client.api import Api, decode
from agent_tui.client.problems import Declined, error_of
from agent_tui.clock import stamp, wall
from agent_tui.domain.centre import Bundle
from agent_tui.domain.release import Release
from agent_tui.errors import AgentTuiError, BadAnswer
from agent_tui.wire import routes
from agent_tui.wire.command import Batch, BatchAnswer, Envelope, Outcome, Queued, Result, StatusAnswer, StatusRequest
from agent_tui.wire.device import (
    MAX_KINDS,
    Device,
    DeviceOrder,
    EscrowAnswer,
    EscrowRequest,
    EscrowResult,
    Lease,
    LeaseRequest,
    WipedReport,
)
from agent_tui.wire.digest import Digest
from agent_tui.wire.feed import Beat, Page, SnapshotPage, parse_cursor
from agent_tui.wire.problem import CONTENT_TYPE
from agent_tui.wire.session import FoundCustomer, Session, SignIn, StepUpRequest
from agent_tui.wire.walks import WalksOf


class Bye:
    """The server ends the stream politely."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


StreamEvent: TypeAlias = Page | Beat | Bye


async def sign_in(api: Api, login: str, password: str) -> Session:
    """Declined with `bad-credentials`, TryLater when too many tries failed."""
    body = SignIn(login=login, password=password, device_id=api.device_id, client_version=api.client_version)
    return await api.call("POST", routes.SESSION, Session, body=body)


async def renew(api: Api) -> Session:
    return await api.call("POST", routes.SESSION_RENEW, Session)


async def sign_out(api: Api) -> None:
    await api.call("DELETE", routes.SESSION, type(None))


CODE_DIGITS = 6


async def step_up(api: Api, given: str) -> None:
    """The password, or the six digits an authenticator shows. Declined with `bad-credentials` when it was neither."""
    code = given if len(given) == CODE_DIGITS and given.isascii() and given.isdigit() else ""
    await api.call("POST", routes.SESSION_STEP_UP, type(None), body=StepUpRequest(password=given, code=code))


async def snapshot(api: Api, after: str) -> SnapshotPage:
    page = await api.call("GET", routes.SNAPSHOT, SnapshotPage, params={"after": after} if after else {})
    _check_cursors(page.cursor)
    return page


async def changes(api: Api, cursor: str) -> Page:
    """Declined with `cursor-too-old` when only a snapshot helps."""
    page = await api.call("GET", routes.CHANGES, Page, params={"cursor": cursor})
    _check_cursors(page.start, page.to)
    return page


def _check_cursors(*cursors: str) -> None:
    """BadAnswer for what could not be followed: once stored, it would stand in the way of every later page."""
    try:
        for cursor in cursors:
            parse_cursor(cursor)
    except ValueError:
        raise BadAnswer("desk.connection.not_ours", what="cursor") from None


@asynccontextmanager
async def stream(api: Api, cursor: str) -> AsyncIterator[AsyncIterator[StreamEvent]]:
    """Pages from `cursor` on as they come, with beats between."""
    async with api.events(routes.STREAM, {"cursor": cursor}) as events:

        async def typed() -> AsyncIterator[StreamEvent]:
            async for event in events:
                if event.event == "page":
                    page = decode(event.data, Page)
                    _check_cursors(page.start, page.to)
                    yield page
                elif event.event == "beat":
                    yield decode(event.data, Beat)
                elif event.event == "bye":
                    yield Bye(decode(event.data, dict).get("reason", ""))

        yield typed()


async def send(api: Api, envelope: Envelope, depth: int) -> Outcome:
    """What became of a command; `depth` tells the server how many more wait here. BadAnswer when the answer is about
    another one: something on the way mixed them up."""
    headers = {"idempotency-key": envelope.id, "x-outbox-depth": str(depth)}
    if envelope.if_match is not None:
        headers["if-match"] = str(envelope.if_match)
    try:
        outcome = await api.call("POST", routes.COMMANDS, Outcome, body=envelope, headers=headers)
    except Declined as error:
        _check_about(envelope, error.problem.command_id or envelope.id)
        raise
    _check_about(envelope, outcome.id)
    return outcome


def _check_about(envelope: Envelope, told_id: str) -> None:
    if told_id != envelope.id:
        raise BadAnswer("desk.connection.not_ours", what="another command's answer")


Said: TypeAlias = Outcome | AgentTuiError
"""What came of one command: an outcome, or what `send` would have raised."""


async def send_all(api: Api, commands: tuple[Queued, ...], depth: int) -> tuple[Said, ...]:
    """What became of each, in their order; `depth` more wait here. Raises what concerns all of them: Declined with
    `not-found` by a server that takes no batches, BadAnswer when the answers are not those of these commands."""
    answer = await api.call(
        "POST",
        routes.COMMANDS_BATCH,
        BatchAnswer,
        body=Batch(commands=commands),
        headers={"x-outbox-depth": str(depth)},
    )
    if [result.id for result in answer.results] != [sent.id for sent in commands]:
        raise BadAnswer("desk.connection.not_ours", what="another batch's answer")
    return tuple(_said(sent, result) for sent, result in zip(commands, answer.results, strict=True))


def _said(sent: Queued, result: Result) -> Said:
    if result.status >= 300:
        error = error_of(result.status, CONTENT_TYPE, bytes(result.problem), None)
        if isinstance(error, Declined):
            _check_about(sent, error.problem.command_id or sent.id)
        return error
    outcome = decode(bytes(result.outcome), Outcome)
    _check_about(sent, outcome.id)
    return outcome


async def status(api: Api, ids: tuple[str, ...]) -> StatusAnswer:
    return await api.call("POST", routes.COMMANDS_STATUS, StatusAnswer, body=StatusRequest(ids=ids))


async def releases(api: Api) -> tuple[Release, ...]:
    """Every version of every blueprint."""
    return await api.call("GET", routes.BLUEPRINTS, tuple[Release, ...])


async def wording(api: Api, release_id: str) -> Bundle:
    """The wording of `id@version`; Declined with `not-found`."""
    return await api.call("GET", routes.BLUEPRINT, Bundle, params={"id": release_id})


async def walks_of(api: Api, contact_id: str) -> WalksOf:
    """What was seen of blueprints in a contact; Declined with `not-found` where it may not be seen."""
    return await api.call("GET", routes.CONTACT_WALKS, WalksOf, params={"id": contact_id})


async def find_customers(api: Api, words: str) -> tuple[FoundCustomer, ...]:
    return await api.call("GET", routes.CUSTOMER_SEARCH, tuple[FoundCustomer, ...], params={"q": words})


async def lease(api: Api, unsent: int, since: datetime | None = None, kinds: tuple[str, ...] = ()) -> Lease:
    """Another shift for this device; the supervisor sees how much it holds."""
    key = api.proof.public if api.proof is not None else ""
    asked = LeaseRequest(unsent=min(unsent, 10_000), since=since, kinds=kinds[:MAX_KINDS], key=key)
    return await api.call("POST", routes.DEVICE_LEASE, Lease, body=asked)


async def wiped(api: Api) -> None:
    """This device has forgotten everything; said under its own key where it has one."""
    report = WipedReport(device=api.device_id, at=stamp(wall()))
    if api.proof is not None:
        report = msgspec.structs.replace(report, signature=api.proof.sign(report.text()))
    await api.call("POST", routes.DEVICE_WIPED, type(None), body=report)


async def bring(api: Api, boxes: tuple[bytes, ...]) -> tuple[EscrowResult, ...]:
    """What became of sealed commands."""
    return (await api.call("POST", routes.ESCROW, EscrowAnswer, body=EscrowRequest(boxes=boxes))).results


async def digest(api: Api) -> Digest:
    """What the rows of this person should be."""
    return await api.call("GET", routes.DIGEST, Digest)


async def devices(api: Api) -> tuple[Device, ...]:
    """For administrators: the devices people signed in on."""
    return await api.call("GET", routes.DEVICES, tuple[Device, ...])


async def wipe(api: Api, device: str) -> None:
    """For administrators: the device must forget everything."""
    await api.call("POST", routes.DEVICE_WIPE, type(None), body=DeviceOrder(device=device))
