"""The composition root of the backend: options in, application out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
from litestar import Litestar
from litestar.di import Provide

from agent_tui.config import data
from agent_tui.config.centre import CentreSettings
from agent_tui.config.centre import load as load_centre
from agent_tui.killpoint import kill_point
from agent_tui.metrics import sampling
from agent_tui.metrics.interval import Rules
from agent_tui.policy.decision import Decide
from agent_tui.server import (
    errors_http,
    headers,
    knowledge,
    limits,
    openapi,
    releases,
    seed,
    supervision,
    usage,
    witness,
)
from agent_tui.server.approvals import Approvals
from agent_tui.server.auth import Doorman
from agent_tui.server.authority import Authority
from agent_tui.server.bus import Bus
from agent_tui.server.database import Database
from agent_tui.server.endpoints import (
    access,
    batch,
    blueprints,
    commands,
    customers,
    devices,
    link,
    ops,
    proofs,
    reports,
    session,
    sync,
)
from agent_tui.server.errands import ErrandsJob
from agent_tui.server.expiry import Expiry
from agent_tui.server.feed import Feed
from agent_tui.server.figures import FiguresJob
from agent_tui.server.jobs import Crew, Job, Runner
from agent_tui.server.lease import Lease, LedDatabase
from agent_tui.server.ledger import Ledger
from agent_tui.server.lookout import Lookout
from agent_tui.server.meters import Meters
from agent_tui.server.options import ServerOptions, make_clock
from agent_tui.server.ports import core_banking, terminals
from agent_tui.server.ports.faults import inject
from agent_tui.server.presence import Presence
from agent_tui.server.rates import Rates
from agent_tui.server.returns import Returns
from agent_tui.server.roll import Roll
from agent_tui.server.router import Router
from agent_tui.server.services import Services
from agent_tui.server.signing import Signer
from agent_tui.server.strict import StrictRequest
from agent_tui.server.strongbox import Strongbox
from agent_tui.server.terms import Terms
from agent_tui.server.triage import Triage, open_model
from agent_tui.server.upkeep import Ears, Holidays, Hours, Leavers, Sweeper
from agent_tui.server.vault import Vault
from agent_tui.server.watching import RiskWatch

PORT_DELAY_S = 0.2
"""Real seconds the embedded simulators take to answer."""

HANDLERS = [
    session.sign_in,
    session.renew,
    session.step_up,
    session.sign_out,
    sync.snapshot,
    sync.changes,
    sync.digest,
    sync.follow,
    commands.commit,
    batch.commit_all,
    commands.ingress,
    commands.status,
    devices.lease,
    devices.every,
    devices.wipe,
    devices.wiped,
    devices.take,
    link.follow,
    customers.search,
    blueprints.every,
    blueprints.wording,
    blueprints.walked,
    reports.report,
    reports.verify,
    proofs.checkpoint,
    proofs.take,
    proofs.draw,
    proofs.proof,
    proofs.consistency,
    ops.health,
    ops.metrics,
    ops.move_clock,
]


def open_services(
    options: ServerOptions, decide: Decide, rules: Rules | None = None, terms: Terms | None = None
) -> Services:
    """Open the database and everything that works on it. `rules` carry the centre's thresholds and time zone, `terms`
    how long things wait and count."""
    chosen = rules or Rules()
    db = Database(options.database)
    seed.ensure_head(db)
    bus = Bus()
    db.on_commit(bus.wake)
    clock = make_clock(options)
    vault = Vault.beside(db.path)
    authority = Authority(decide, chosen.timezone)
    terms = terms or Terms()
    signer = Signer.beside(db.path)
    return Services(
        options=options,
        db=db,
        clock=clock,
        vault=vault,
        doorman=Doorman(terms=terms),
        ledger=Ledger(clock, authority, vault, Approvals(authority, vault, terms), terms, signer.bundle),
        feed=Feed(clock),
        bus=bus,
        lookout=Lookout(db, bus),
        meters=Meters(),
        rates=Rates(options.requests_per_s),
        signer=signer,
        strongbox=Strongbox.beside(db.path),
        rules=chosen,
        terms=terms,
    )


def build_app(
    services: Services, everywhere: tuple[Job, ...] = (), crew: Callable[[Services], Crew] | None = None
) -> Litestar:
    """The application over open services, with the jobs that run beside it in every process, and the crew of jobs for
    the process that holds the lease; when it stops it ends them and closes what is open."""
    return stand_behind(make_endpoints(services.options.body_kib), services, everywhere, crew)


def stand_behind(
    endpoints: Litestar,
    services: Services,
    everywhere: tuple[Job, ...] = (),
    crew: Callable[[Services], Crew] | None = None,
) -> Litestar:
    """The application that these endpoints become, behind which nothing stands, or nothing any more."""
    lease = Lease(services.db)
    led = msgspec.structs.replace(services, db=LedDatabase(services.db, lease))
    runner = Runner(services.bus, lease, everywhere, lambda: crew(led) if crew else Crew())

    @asynccontextmanager
    async def life() -> AsyncIterator[None]:
        services.bus.attach()
        runner.start()
        try:
            yield
        finally:
            services.bus.close()
            await runner.stop()
            if services.triage is not None:
                services.triage.close()
            services.db.close()

    endpoints.state.services, endpoints.state.life = services, life
    return endpoints


@asynccontextmanager
async def _alive(app: Litestar) -> AsyncIterator[None]:
    async with app.state.life():
        yield


def make_endpoints(body_kib: int) -> Litestar:
    """Every endpoint, with nothing behind it yet. Bodies may have `body_kib` KiB."""
    made = Litestar(
        [*HANDLERS, ops.schema],
        dependencies={
            "services": Provide(access.get_services, sync_to_thread=False),
            "caller": Provide(access.get_caller),
        },
        exception_handlers=errors_http.HANDLERS,
        request_class=StrictRequest,
        lifespan=[_alive],
        before_send=[headers.add],
        logging_config=None,
        request_max_body_size=body_kib * 1024,
        openapi_config=None,
    )
    made.state.openapi = openapi.describe(HANDLERS)
    return made


def rules_of(settings: CentreSettings) -> Rules:
    """The centre's thresholds as the indicators take them."""
    return Rules(
        answer_within_s=settings.answer_within_s,
        short_abandon_s=settings.short_abandon_s,
        targets={"service_level": settings.service_level_target, "abandonment": settings.abandonment_target},
        timezone=settings.timezone,
    )


def terms_of(settings: CentreSettings) -> Terms:
    """How long things wait and count, and how often they may be done."""
    return Terms(**{name: getattr(settings, name) for name in Terms.__struct_fields__})


def review_terms(settings: CentreSettings, top_minor: dict[str, int]) -> sampling.Terms:
    """How much is looked at afterwards; `top_minor` is read out of the policy."""
    return sampling.Terms(
        confidence=settings.review_confidence,
        error_rate=settings.review_error_rate,
        quick_s=settings.review_quick_s,
        alone_s=settings.review_alone_s,
        top_minor=top_minor,
        full=settings.review_full,
        again_share=settings.review_again_share,
        due_days=settings.review_due_days,
    )


def make_jobs(services: Services, settings: CentreSettings) -> tuple[Job, ...]:
    """What is done for the people on the floor."""
    ports = (core_banking.simulator(PORT_DELAY_S), terminals.simulator(PORT_DELAY_S))
    inject(services.options.faults, ports)
    return (
        Router(services, settings.offer_timeout_s),
        ErrandsJob(services, ports),
        FiguresJob(services, services.rules),
        Hours(services),
        Holidays(services),
        Leavers(services),
        Presence(services),
        Sweeper(services),
        Expiry(services),
        Returns(services),
    )


def build_server(options: ServerOptions) -> Litestar:
    """Everything from options: the centre and the policy are read before anything is opened, so that a wrong file
    stops the start. AgentTuiErrors."""
    from agent_tui.server.policies import PolicyBook, PolicyDays, begin

    centre = load_centre(options.centre or data.folder("scripts/centre"))
    book = PolicyBook(options.policy or data.folder("scripts/policy"), make_clock(options).now())
    model = open_model(options, centre.categories)
    services = open_services(options, book.decide, rules_of(centre.settings), terms_of(centre.settings))
    if model is not None:
        services = msgspec.structs.replace(services, triage=Triage(model, services.meters, options.triage_sure))
    written = releases.read_files(options.blueprints or data.folder("scripts/blueprints"))
    now = services.clock.now()
    told = knowledge.read_files(centre.settings.timezone, now)
    services.db.write_now(lambda tx: seed.seed_centre(tx, centre, now))
    services.db.write_now(lambda tx: knowledge.take_in(tx, told, now))
    services.db.write_now(lambda tx: usage.begin(tx, limits.day_of(now, centre.settings.timezone), now))
    kill_point("server.seeded")
    services.db.write_now(lambda tx: begin(tx, book, services.signer, now))
    services.db.write_now(
        lambda tx: releases.take_in(tx, written, centre.settings.timezone, now, services.signer.bundle)
    )
    services = msgspec.structs.replace(services, review=review_terms(centre.settings, book.tiers))
    if not options.jobs:
        return build_app(services)
    witness.begin(services)
    everywhere = (Ears(services), PolicyDays(book, services), Roll(services))
    return build_app(services, everywhere, lambda led: make_crew(led, centre.settings))


def make_crew(services: Services, settings: CentreSettings) -> Crew:
    """What one process does for all. StoreError when what is kept outside is not of this audit."""
    keeping = witness.Checkpoints(services, services.signer, witness.begin(services))
    others = (keeping, supervision.Supervision(services), RiskWatch(services))
    events = (witness.Siem(services, services.options.siem),) if services.options.siem else ()
    return Crew((*make_jobs(services, settings), *others, *events), keeping.finish)
