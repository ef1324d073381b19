"""Filling a cache with a made-up centre of any size, for benches, tests and pictures; no server needed."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from agent_tui.blueprints.model import dump
from agent_tui.blueprints.parse import parse
from agent_tui.canon import digest
from agent_tui.config.data import files, folder
from agent_tui.domain.agent import Agent, AgentState, Role
from agent_tui.domain.centre import Bundle, Category, Figure, Group, Names
from agent_tui.domain.contact import Channel, Contact, ContactState, Message, Priority, Thread, Why
from agent_tui.domain.customer import Customer, Product, Tier
from agent_tui.domain.rows import Entity
from agent_tui.domain.ticket import Note, Ticket, TicketKind
from agent_tui.policy.load import bundle
from agent_tui.store.cache import Cache
from agent_tui.store.write import put_meta, put_rows
from agent_tui.wire.signed import sign

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""Business time of a seeded cache: a Monday, 10:00 in Shanghai."""

ME = "a-me"
SURNAMES = "王李张刘陈杨黄赵吴周"
SUBJECTS = (
    "刷卡机显示通讯失败,今天收不了款",
    "年费为什么收了两次?",
    "信用卡丢了,要马上挂失",
    "Question about an instalment plan",
    "对账单没有收到",
    "今月の請求額を確認したい",
)
GROUPS = (
    Group(id="cards", names=Names("信用卡", "Cards", "クレジットカード"), target_s=20),
    Group(id="merchant", names=Names("商户服务", "Merchants", "加盟店"), target_s=30, languages=("zh", "en")),
    Group(id="vip", names=Names("贵宾专线", "VIP line", "VIPライン"), target_s=10),
    Group(id="dispute_desk", names=Names("争议处理部", "Disputes", "異議処理"), kind="department"),
)
CATEGORIES = (
    Category(id="card_fee", names=Names("费用咨询", "Fees", "手数料"), group="cards"),
    Category(id="card_loss", names=Names("挂失", "Loss report", "紛失"), group="cards"),
    Category(
        id="pos_trouble", names=Names("终端故障", "Terminal trouble", "端末障害"), group="merchant", blueprint="pos"
    ),
)


def seed(cache: Cache, contacts: int, customers: int = 500, *, now: datetime = START) -> None:
    """Put `contacts` open contacts (one in my hands) and `customers`, with groups, people, tickets and figures."""
    chance = random.Random(7)
    bundles, key = _bundles()
    put_rows(cache, (*_centre(now), *bundles))
    put_rows(cache, (row for n in range(customers) for row in _customer(n, now, chance)))
    put_rows(cache, (_contact(n, customers, now, chance) for n in range(contacts)))
    put_rows(cache, _mine(now))
    put_meta(
        cache,
        agent_id=ME,
        cursor="v1.seed.1.1",
        at=now.isoformat(),
        speed="0.0",
        wall=repr(datetime.now(UTC).timestamp()),
        signing_key=key,
    )


def _centre(now: datetime) -> Iterator[Entity]:
    yield from GROUPS
    yield from CATEGORIES
    yield Agent(
        id=ME,
        login="me",
        name="陈晓",
        level=2,
        groups=("cards", "merchant"),
        state=AgentState.BUSY,
        since=now - timedelta(seconds=75),
        contacts=("k-mine",),
    )
    for n in range(30):
        state = (AgentState.READY, AgentState.BUSY, AgentState.NOT_READY, AgentState.WRAP_UP)[n % 4]
        yield Agent(
            id=f"a-{n:03d}",
            login=f"a{n:03d}",
            name=SURNAMES[n % 10] + "工",
            role=Role.SUPERVISOR if n == 0 else Role.AGENT,
            level=4 if n == 0 else 2,
            groups=("cards",) if n % 2 else ("merchant", "vip"),
            state=state,
            reason="break" if state == AgentState.NOT_READY else None,
            since=now - timedelta(seconds=20 * n),
        )
    for metric, scope, value, target in (
        ("service_level", "centre", 0.824, 0.8),
        ("abandonment", "centre", 0.043, 0.05),
        ("service_level", "g:cards", 0.79, 0.8),
        ("abandonment", "g:cards", 0.051, 0.05),
    ):
        yield Figure(
            id=f"{metric}:{scope}",
            metric=metric,
            scope=scope,
            value=value,
            numerator=round(value * 1000),
            denominator=1000,
            rule=f"{metric}/default@1",
            unit="share",
            target=target,
            level="ok" if scope == "centre" else "warn",
        )


def _bundles() -> tuple[list[Bundle], str]:
    """Policy and blueprints that ship with the program as a server publishes them, and the key that signed them."""
    texts = {"policy": bundle(folder("scripts/policy"))}
    texts |= {
        f"blueprint:{f.stem}": dump(parse(f.read_text("utf-8"), f.name)).decode()
        for f in files("scripts/blueprints", "*.yaml")
    }
    private = os.urandom(32)
    made = [
        sign(Bundle(id=id_, kind=id_.partition(":")[0], revision=digest(text.encode()), text=text), private)
        for id_, text in texts.items()
    ]
    return [bundle for bundle, _ in made], made[0][1]


def _customer(n: int, now: datetime, chance: random.Random) -> Iterator[Entity]:
    id_ = f"c-{n:06d}"
    yield Customer(
        id=id_,
        name=SURNAMES[n % 10] + "•",
        tier=chance.choice(tuple(Tier)),
        phone=f"138••••{n % 10000:04d}",
        since="2014-03",
        satisfaction=(5, 4),
        products=(
            Product(
                id=f"{id_}-card", kind="credit_card", number=f"•••• {n % 10000:04d}", facts={"limit_minor": 5_000_000}
            ),
            Product(id=f"{id_}-pos", kind="terminal", number=f"T{n:07d}", status="locked" if n % 3 else "normal"),
        ),
    )
    if n % 5 == 0:
        yield Ticket(
            id=f"t-{n:06d}",
            number=f"260302-{n:04d}-0",
            kind=TicketKind.CALL_BACK if n % 2 else TicketKind.WORK_ORDER,
            customer_id=id_,
            name=SURNAMES[n % 10] + "•",
            group="cards",
            title=SUBJECTS[n % 6],
            opened_at=now - timedelta(hours=3),
            due_at=now + timedelta(hours=n % 48),
        )
        yield Note(
            id=f"n-{n:06d}", text=SUBJECTS[n % 6], at=now - timedelta(days=2), author_id="a-001", customer_id=id_
        )


def _contact(n: int, customers: int, now: datetime, chance: random.Random) -> Contact:
    queued_at = now - timedelta(milliseconds=250 * n + chance.randrange(200))
    tier = chance.choice(tuple(Tier))
    customer = n % customers if customers else None
    return Contact(
        id=f"k-{n:07d}",
        channel=chance.choice(tuple(Channel)),
        customer_id=f"c-{customer:06d}" if customer is not None else None,
        caller=f"138••••{n % 10000:04d}",
        name=SURNAMES[n % 10] + "•",
        tier=tier,
        language=("zh", "zh", "zh", "en", "zh", "ja")[n % 6],
        group=("cards", "merchant", "vip")[n % 3],
        first_group=("cards", "merchant", "vip")[n % 3],
        priority=Priority.HIGH if tier == Tier.VIP else Priority.NORMAL,
        subject=SUBJECTS[n % 6],
        offered_at=queued_at,
        queued_at=queued_at,
        why=(Why(key="acd.why.longest", args={"seconds": n % 600}),),
    )


def _mine(now: datetime) -> Iterator[Entity]:
    since = now - timedelta(seconds=75)
    yield Contact(
        id="k-mine",
        channel=Channel.CHAT,
        state=ContactState.CONNECTED,
        customer_id="c-000001",
        caller="d••@126.com",
        name="李•",
        tier=Tier.GOLD,
        group="merchant",
        first_group="merchant",
        category="pos_trouble",
        subject=SUBJECTS[0],
        offered_at=since - timedelta(seconds=12),
        queued_at=since - timedelta(seconds=12),
        established_at=since,
        agent_id=ME,
        owner_id=ME,
        wait_s=12.0,
        version=3,
    )
    yield Thread(
        id="k-mine",
        customer_id="c-000001",
        agent_id=ME,
        group="merchant",
        messages=(
            Message(author="customer", text=SUBJECTS[0], at=since - timedelta(seconds=12)),
            Message(
                author="agent", text="您好,请问机身背面的终端号是多少?", at=since + timedelta(seconds=9), agent_id=ME
            ),
            Message(author="customer", text="T0000001", at=since + timedelta(seconds=31)),
        ),
    )
