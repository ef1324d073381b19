"""A robot's seat over HTTP: signs in, stays signed in, sends, and follows streams through restarts of the server."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from agent_tui import ids
from agent_tui.client import endpoints
from agent_tui.client.api import Api, decode
from agent_tui.client.backoff import Backoff
from agent_tui.client.endpoints import Bye
from agent_tui.client.problems import Declined, TryLater
from agent_tui.domain.commands import Command
from agent_tui.errors import Offline
from agent_tui.sim.seat import Answer, News, Requested
from agent_tui.wire import routes
from agent_tui.wire.command import Envelope, Outcome
from agent_tui.wire.feed import Page, parse_cursor
from agent_tui.wire.session import Session

T = TypeVar("T")
TRIES = 12
"""A command is sent so often while the server is out of reach; about a minute."""


class WebSeat:
    """One signed-in party. Made by `open`."""

    def __init__(self, api: Api, login: str, password: str, session: Session) -> None:
        self.api = api
        self.session = session
        self.agent_id = session.agent_id
        self.sent = 0
        self.lost = 0
        """Commands sent, and those that never got an answer."""
        self.applied: deque[tuple[Envelope, Outcome]] = deque(maxlen=4)
        """The latest that were applied."""
        self._login, self._password = login, password
        self._renewing = asyncio.create_task(self._stay())

    @classmethod
    async def open(cls, url: str, login: str, password: str) -> WebSeat:
        """Sign in. Declined when the login or password is wrong, Offline when nobody answers."""
        api = Api(url, device_id=f"robot-{login}")
        try:
            session = await endpoints.sign_in(api, login, password)
        except BaseException:
            await api.close()
            raise
        api.token = session.token
        return cls(api, login, password, session)

    async def close(self) -> None:
        """Leave without signing out: the floor sees the robot as it was."""
        self._renewing.cancel()
        await asyncio.gather(self._renewing, return_exceptions=True)
        await self.api.close()

    async def sign_out(self) -> None:
        """Sign out, then leave."""
        await self._again(lambda: endpoints.sign_out(self.api), tries=1)
        await self.close()

    async def _stay(self) -> None:
        while True:
            await asyncio.sleep(self.session.expires_s / 2)
            await self._again(lambda: endpoints.renew(self.api), tries=3)

    async def _sign_in(self) -> None:
        self.session = await endpoints.sign_in(self.api, self._login, self._password)
        self.api.token = self.session.token

    async def _again(self, ask: Callable[[], Awaitable[T]], tries: int = TRIES) -> T | None:
        """The answer, asked for again while the server is away; None when it stayed away. Declined stands."""
        backoff = Backoff(base_s=0.1, cap_s=5.0)
        for _ in range(tries):
            try:
                return await ask()
            except Declined as error:
                if error.problem.name != "not-signed-in":
                    raise
                await self._sign_in()
            except Offline as error:
                await asyncio.sleep(backoff.next_s(getattr(error, "retry_after_s", None)))
        return None

    async def send(self, command: Command) -> Answer:
        envelope = Envelope(id=ids.uuid7(), command=command)
        return await self._answer(envelope, lambda: endpoints.send(self.api, envelope, 0))

    async def step_up(self) -> bool:
        """Authenticate again with the password. Whether it was accepted."""
        try:
            await self._again(lambda: endpoints.step_up(self.api, self._password), tries=2)
        except Declined:
            return False
        return True

    async def report(self, command: Command) -> Answer:
        envelope = Envelope(id=ids.uuid7(), command=command)
        return await self._answer(envelope, lambda: self.api.call("POST", routes.INGRESS, Outcome, body=envelope))

    async def again(self, envelope: Envelope) -> Outcome:
        """Send a command of a person once more, under its old id. Declined, Offline."""
        return await endpoints.send(self.api, envelope, 0)

    async def _answer(self, envelope: Envelope, ask: Callable[[], Awaitable[Outcome]]) -> Answer:
        self.sent += 1
        try:
            outcome = await self._again(ask)
        except Declined as declined:
            known = "conflict" if declined.problem.name == "version-conflict" else "refused"
            return Answer(outcome=known, problem=declined.problem)
        if outcome is None:
            self.lost += 1
            return Answer(outcome="failed")
        self.applied.append((envelope, outcome))
        return Answer(outcome=outcome.outcome)

    async def news(self) -> AsyncIterator[News]:
        cursor = ""
        while True:
            try:
                if not cursor:
                    async for page in self._snapshot():
                        cursor = page.to
                        yield page
                async with endpoints.stream(self.api, cursor) as events:
                    async for event in events:
                        if isinstance(event, Bye):
                            break
                        if isinstance(event, Page):
                            cursor = event.to
                        yield event
            except Declined as error:
                cursor = "" if error.problem.name == "cursor-too-old" else cursor
                await self._sign_in_again(error)
            except (Offline, TryLater):
                pass
            await asyncio.sleep(0.3)

    async def _sign_in_again(self, error: Declined) -> None:
        if error.problem.name == "not-signed-in":
            await self._again(self._sign_in)

    async def _snapshot(self) -> AsyncIterator[Page]:
        after = ""
        while True:
            page = await endpoints.snapshot(self.api, after)
            head = parse_cursor(page.cursor).seq
            yield Page(
                start="", to=page.cursor, more=True, head=head, at=page.at, speed=page.speed, changes=page.changes
            )
            after = page.after
            if not after:
                yield Page(start=page.cursor, to=page.cursor, more=False, head=head, at=page.at, speed=page.speed)
                return

    async def requests(self, after: int) -> AsyncIterator[Requested]:
        seen = after
        while True:
            try:
                async with self.api.events(routes.LINK_STREAM, {"after": str(seen)}) as events:
                    async for event in events:
                        if event.event == "request":
                            asked = decode(event.data, Requested)
                            seen = asked.seq
                            yield asked
                        elif event.event == "bye":
                            break
            except Declined as error:
                await self._sign_in_again(error)
            except Offline:
                pass
            await asyncio.sleep(0.3)
