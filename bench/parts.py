"""The parts that many people's waiting hangs on, each in this process: rules, router, the client's files."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from agent_tui.acd.match import Snapshot, match
from agent_tui.config.data import folder
from agent_tui.desk.build import open_desk
from agent_tui.desk.desk import Desk
from agent_tui.desk.profile import Profile
from agent_tui.desk.views import ActionRows, QueueRows
from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.agent import Agent, AgentState
from agent_tui.domain.commands import AddNote
from agent_tui.domain.contact import Channel, Contact
from agent_tui.domain.rows import encode
from agent_tui.policy.decide import decide
from agent_tui.policy.decision import ActorFacts, Circumstances, SubjectFacts
from agent_tui.policy.load import bundle, load
from agent_tui.policy.model import Policy
from agent_tui.store.cache import Cache
from agent_tui.store.seed import START, seed
from agent_tui.store.write import apply_page
from agent_tui.sync.state import Connection
from agent_tui.wire.feed import Change, Page
from bench.desk import Row, percentile

RULES = 100
FRAME_MS = 16.0
"""One frame of a screen."""
GROUPS = tuple(f"g{n:02d}" for n in range(12))


def times(work: Callable[[int], object], rounds: int, clock: Callable[[], float] = time.thread_time) -> list[float]:
    """Milliseconds of each round after the first, which is not counted.

    What only computes is measured by the time this thread computed, which is what it takes on a machine of its own.
    """
    found = []
    for at in range(rounds + 1):
        start = clock()
        work(at)
        found.append((clock() - start) * 1000)
    return found[1:]


def row(name: str, found: list[float], goal_ms: float) -> Row:
    """Median and p95 of milliseconds; the median is what the goal is about."""
    middle = statistics.median(found)
    value = f"{middle:.2f} / {percentile(found, 0.95):.2f} ms"
    return Row(f"{name}, p50 / p95", value, f"p50 <= {goal_ms:g} ms", middle <= goal_ms)


# ---- rules -----------------------------------------------------------------------------------------------------------


def policy_of(rules: int) -> Policy:
    """The policy that ships, with rules about amounts added until there are `rules`."""
    text = bundle(folder("scripts/policy"))
    missing = rules - len(load(text, START).rules)
    more = "\n".join(_rule(n) for n in range(missing))
    return load(f"{text}// file: 99-more.cedar\n{more}\n", START)


def _rule(n: int) -> str:
    action = tuple(ACTIONS)[n % len(ACTIONS)]
    said = "\n".join(f'@{language}("{n}")' for language in ("zh", "en", "ja"))
    return (
        f'@id("more-{n}")\n@basis("-")\n@outcome("deny")\n{said}\n'
        f'forbid (principal, action == Action::"{action}", resource)\n'
        f'when {{ principal.level < 3 && resource.productStatus == "made up {n}" && resource.frozen }};'
    )


def decisions(rounds: int) -> Iterator[Row]:
    """One decision: facts asked before, and of somebody never asked about."""
    policy = policy_of(RULES)
    actor = ActorFacts(id="a1", level=2, role="agent", groups=("cards",), step_up_age_s=10)
    subject = SubjectFacts(customer_id="c1", verified="full", own_contact=True, own_group=True)
    amounts = Circumstances(amount_minor=100, reason_given=True)
    actions = tuple(ACTIONS)

    def again(at: int) -> object:
        return decide(policy, actor, actions[at % len(actions)], subject, amounts)

    def fresh(at: int) -> object:
        case = msgspec.structs.replace(subject, product_status=f"new {at}")
        return decide(policy, actor, actions[at % len(actions)], case, amounts)

    def later(at: int) -> object:
        when = msgspec.structs.replace(amounts, minute=600 + at % 600)
        return decide(policy, actor, actions[at % len(actions)], subject, when)

    yield row(f"decision, {RULES} rules, facts known", times(again, rounds), 0.5)
    yield row(f"decision, {RULES} rules, the same a minute later", times(later, rounds), 0.5)
    yield row(f"decision, {RULES} rules, new facts each time", times(fresh, rounds), 0.5)


# ---- the router ------------------------------------------------------------------------------------------------------


def waiting_room(contacts: int, agents: int) -> Snapshot:
    """Waiting contacts and free agents over twelve groups and three languages."""
    return Snapshot(
        contacts=tuple(_caller(n) for n in range(contacts)), agents=tuple(_colleague(n) for n in range(agents))
    )


def _caller(n: int) -> Contact:
    moment = START - timedelta(seconds=n)
    group = GROUPS[n % len(GROUPS)]
    return Contact(
        id=f"k{n}", channel=Channel.PHONE, group=group, language=("zh", "zh", "en", "ja")[n % 4], offered_at=moment,
        queued_at=moment, overflow_groups=(GROUPS[(n + 1) % len(GROUPS)],) if n % 3 == 0 else (),
    )  # fmt: skip


def _colleague(n: int) -> Agent:
    moment = START - timedelta(seconds=n % 600)
    return Agent(
        id=f"a{n}", login=f"a{n}", name=f"a{n}", level=2, groups=(GROUPS[n % len(GROUPS)],), state=AgentState.READY,
        second_groups=(GROUPS[(n + 5) % len(GROUPS)],), languages=("zh", "en", "ja")[: 1 + n % 3], since=moment,
    )  # fmt: skip


def routing(rounds: int) -> Iterator[Row]:
    """One look of the router at a full waiting room."""
    snapshot = waiting_room(300, 700)
    assert len(match(snapshot, START)) > 200
    yield row("router, 300 waiting x 700 free", times(lambda _: match(snapshot, START), rounds), 20)


# ---- the client's files ----------------------------------------------------------------------------------------------


def page_of(cache: Cache, at: int, size: int) -> Page:
    """A page of the feed that changes `size` contacts, a different stretch of the list each time."""
    seeded: list[Any] = cache.connection.execute(
        "SELECT body FROM row WHERE entity = 'contact' ORDER BY n LIMIT ? OFFSET ?", (size, at * size)
    ).fetchall()
    rows = [msgspec.json.decode(body, type=Contact) for (body,) in seeded]
    changed = [msgspec.structs.replace(r, version=1_000 + at, subject=f"changed {at}") for r in rows]
    return Page(
        start=cache.cursor, to=f"v1.seed.{at + 2}.1", more=False, head=at + 2, at=START, speed=0.0,
        changes=tuple(
            Change(entity="contact", id=r.id, version=r.version, image=msgspec.Raw(encode(r))) for r in changed
        ),
    )  # fmt: skip


def files(contacts: int, rounds: int) -> Iterator[Row]:
    """Journal, feed, window and the greying of all actions on one desk."""
    with tempfile.TemporaryDirectory() as place:
        desk = open_desk(
            Profile(name="bench", folder=Path(place), url="", login="bench", device_id="d", key=lambda _: b"k" * 32)
        )
        try:
            seed(desk.sight.cache, contacts)
            yield from _files(desk, contacts, rounds)
        finally:
            asyncio.run(desk.close())


def _files(desk: Desk, contacts: int, rounds: int) -> Iterator[Row]:
    cache = desk.sight.cache

    def note(at: int) -> object:
        return desk.submit(AddNote(text=f"note {at}", contact_id="k-mine"))

    yield row("journal: a note on disk", times(note, min(rounds, 100), time.perf_counter), 20)
    pages = [page_of(cache, at, 500) for at in range(min(rounds, contacts // 500, 20))]
    yield row(
        "feed: a page of 500 rows applied",
        times(lambda at: apply_page(cache, pages[at]), len(pages) - 1, time.perf_counter),
        100,
    )

    def window(at: int) -> object:
        return desk.view(QueueRows(offset=(at * 7_919) % contacts, limit=60))

    yield row(f"a window of 60 anywhere among {contacts:,}", times(window, rounds), FRAME_MS)

    def actions(at: int) -> object:
        return desk.view(ActionRows(customer_id=f"c-{at % 500:06d}"))

    desk.sight.link.to(Connection.LIVE)
    yield row("greying every action of another customer", times(actions, rounds), FRAME_MS)


def rows(contacts: int, rounds: int) -> Iterator[Row]:
    """Measure, a line at a time."""
    yield from decisions(rounds)
    yield from routing(max(rounds // 10, 5))
    yield from files(contacts, rounds)
