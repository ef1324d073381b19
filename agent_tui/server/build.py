"""The composition root of the backend: options in, application out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from agent_tui import __version__
from agent_tui.config import data
from agent_tui.config.centre import load as load_centre
from agent_tui.server import errors_http, seed
from agent_tui.server.auth import Doorman
from agent_tui.server.authority import Authority, Decide
from agent_tui.server.bus import Bus
from agent_tui.server.database import Database
from agent_tui.server.endpoints import access, commands, link, ops, session, sync
from agent_tui.server.feed import Feed
from agent_tui.server.ledger import Ledger
from agent_tui.server.options import ServerOptions, make_clock
from agent_tui.server.services import Services
from agent_tui.server.vault import Vault
from agent_tui.wire import routes

MAX_BODY = 256 * 1024

HANDLERS = [
    session.sign_in,
    session.renew,
    session.step_up,
    session.sign_out,
    sync.snapshot,
    sync.changes,
    sync.follow,
    commands.commit,
    commands.ingress,
    commands.status,
    link.follow,
    ops.health,
    ops.move_clock,
]


def open_services(options: ServerOptions, decide: Decide, timezone: str) -> Services:
    """Open the database and everything that works on it."""
    db = Database(options.database)
    seed.ensure_head(db)
    bus = Bus()
    db.on_commit(bus.wake)
    clock = make_clock(options)
    vault = Vault.beside(options.database)
    return Services(
        options=options,
        db=db,
        clock=clock,
        vault=vault,
        doorman=Doorman(),
        ledger=Ledger(clock, Authority(decide, timezone), vault),
        feed=Feed(clock),
        bus=bus,
    )


def build_app(services: Services) -> Litestar:
    """The application over open services; it closes them when it stops."""

    @asynccontextmanager
    async def life(_: Litestar) -> AsyncIterator[None]:
        services.bus.attach()
        try:
            yield
        finally:
            services.bus.close()
            services.db.close()

    app = Litestar(
        HANDLERS,
        dependencies={
            "services": Provide(access.get_services, sync_to_thread=False),
            "caller": Provide(access.get_caller),
        },
        exception_handlers=errors_http.HANDLERS,
        lifespan=[life],
        logging_config=None,
        request_max_body_size=MAX_BODY,
        openapi_config=OpenAPIConfig(
            title="agent-tui", version=__version__, path=routes.OPENAPI, render_plugins=[JsonRenderPlugin(path="/")]
        ),
    )
    app.state.services = services
    return app


def build_server(options: ServerOptions) -> Litestar:
    """Everything from options: the centre and the policy are read before anything is opened, so that a wrong file
    stops the start. AgentTuiErrors."""
    from agent_tui.server.policies import PolicyBook

    centre = load_centre(options.centre or data.folder("scripts/centre"))
    book = PolicyBook(options.policy or data.folder("scripts/policy"), make_clock(options).now())
    services = open_services(options, book.decide, centre.settings.timezone)
    bundles = seed.read_bundles(book.folder, options.blueprints or data.folder("scripts/blueprints"))
    now = services.clock.now()
    services.db.write_now(lambda tx: seed.seed_centre(tx, centre, now))
    services.db.write_now(lambda tx: seed.publish(tx, bundles, "SeedBundles", now))
    return build_app(services)
