"""The real server in this process, on a free port, that can be stopped and started again on its database."""

from __future__ import annotations

import threading
from pathlib import Path

from agent_tui import ids
from agent_tui.client import endpoints
from agent_tui.client.api import Api
from agent_tui.domain.commands import Command, OfferNew, ReportEvent
from agent_tui.domain.contact import Channel
from agent_tui.server import run
from agent_tui.server.options import ServerOptions
from agent_tui.server.place import Where
from agent_tui.server.seed import QUICK, NewAccount, add_accounts
from agent_tui.server.services import Services
from agent_tui.wire import routes
from agent_tui.wire.command import Envelope, Outcome

PASSWORD = "correct horse"
AGENT, LOGIN, GROUP = "a1001", "chen.xiao", "cards"
"""A person of the sample centre."""


class Backend:
    """`start` … `stop`, as often as wanted."""

    def __init__(self, folder: Path, database: Where | None = None) -> None:
        self._database = database or folder / "server.db"
        self._port = 0
        self._server: run.PoliteServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def services(self) -> Services:
        """What the running server works with."""
        assert self._server is not None
        found: Services = self._server.config.app.state.services  # type: ignore[union-attr]
        return found

    def start(self) -> Backend:
        sock = run.bind("127.0.0.1", self._port)
        first, self._port = not self._port, sock.getsockname()[1]
        try:
            server = self._server = run.make_server(ServerOptions(database=self._database, port=self._port), sock)
        except BaseException:
            sock.close()
            raise
        if first:
            people = [NewAccount(login=LOGIN, password=PASSWORD, agent_id=AGENT)]
            links = [NewAccount(login="link:sim", password=PASSWORD, kind="link")]
            add_accounts(server.config.app.state.services.db, people + links, QUICK)  # type: ignore[union-attr]
        self._thread = threading.Thread(target=lambda: server.run(sockets=[sock]), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(10)
            assert not self._thread.is_alive(), "the server did not end"
            self._server = None


class Switch:
    """A switch link that reports what a test says."""

    def __init__(self, backend: Backend) -> None:
        self._api = Api(backend.url, "switch")

    async def sign_in(self) -> Switch:
        self._api.token = (await endpoints.sign_in(self._api, "link:sim", PASSWORD)).token
        return self

    async def report(self, command: Command) -> Outcome:
        envelope = Envelope(id=ids.uuid7(), command=command)
        return await self._api.call("POST", routes.INGRESS, Outcome, body=envelope)

    async def offer(self, contact_id: str) -> None:
        """A call for the cards group."""
        new = OfferNew(contact_id=contact_id, channel=Channel.PHONE, caller="13812345678", group=GROUP, text="年费")
        assert (await self.report(new)).outcome == "applied"

    async def event(self, contact_id: str, event: str, party: str = "agent") -> None:
        told = ReportEvent(contact_id=contact_id, event=event, party=party, agent_id=AGENT)
        assert (await self.report(told)).outcome == "applied"

    async def close(self) -> None:
        await self._api.close()
