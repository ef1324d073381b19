"""Searching as one types: every keystroke of golden questions, from the key to the ranked results, on an encrypted cache."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from agent_tui.desk.found import Search
from agent_tui.desk.select_search import search, settle
from agent_tui.desk.sight import Sight
from agent_tui.domain.knowledge import Article, ContactPerson, Page
from agent_tui.domain.ticket import Ticket, TicketKind
from agent_tui.store import index
from agent_tui.store.cache import Cache
from agent_tui.store.open import open_cache
from agent_tui.store.write import put_rows
from agent_tui.sync.reckoning import Reckoning
from bench.desk import Row, percentile

NOW = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
TYPED = (
    "挂失", "卡丢了怎么办", "guashi", "gs", "刷卡机没纸", "年费减免", "商户到账", "临时额度", "lost card", "dispuet",
    "settlement delay", "annual fee", "terminal code 55", "紛失", "年会費", "端末 通信エラー", "ふんしつ", "T0012345", "投诉 态度",
)  # fmt: skip
"""What is typed, a key at a time."""
SUBJECTS = (
    "刷卡机显示通讯失败", "年费重复收取请核实", "信用卡丢失后的不明交易", "商户结算款未到账", "对账单没有收到", "客户投诉等待时间过长",
    "临时额度申请复核", "Instalment plan question", "Refund not received from merchant", "今月の請求額を確認したい", "端末がロックされた",
    "积分兑换未到账", "手机号变更失败", "收款码被调换", "境外消费被拒",
)  # fmt: skip
PLACES = ("杭州", "上海", "广州", "大阪", "成都", "Singapore", "北京", "深圳", "南京", "武汉")
WORDS = tuple(
    a + b
    for a in ("商户", "终端", "账单", "额度", "分期", "积分", "密码", "结算", "投诉", "挂失", "年费", "手续费")
    for b in ("查询", "变更", "减免", "规则", "时限", "材料", "说明", "限额", "退款", "激活", "异常", "流程")
)


def run(quick: bool) -> list[Row]:
    """Goals: 5 ms at 5,000 guides, 10 ms at 100,000 tickets, 30 ms at 1,000,000 (not with `--quick`)."""
    rows: list[Row] = []
    sizes = [(5_000, 0, 5.0), (500, 100_000, 10.0)] + ([] if quick else [(500, 1_000_000, 30.0)])
    for guides, tickets, goal in sizes:
        with tempfile.TemporaryDirectory() as folder:
            cache = open_cache(Path(folder) / "cache.db", b"k" * 32)
            filled = _fill(cache, guides, tickets)
            spent = _index(cache)
            times = list(_keystrokes(cache))
            cache.close()
        what = f"{tickets:,} tickets" if tickets else f"{guides:,} guides"
        p50, p95 = percentile(times, 0.5), percentile(times, 0.95)
        rows.append(
            Row(f"search, a key among {what}", f"p50 {p50:.1f} ms, p95 {p95:.1f} ms", f"{goal:g} ms", p95 <= goal)
        )
        rows.append(Row(f"  indexing {what} in slices", f"{spent:.1f} s, {spent / filled * 1e6:.0f} us a row"))
    return rows


def _fill(cache: Cache, guides: int, tickets: int) -> int:
    chance = random.Random(11)
    put_rows(cache, (_article(n, chance) for n in range(guides)))
    for start in range(0, tickets, 20_000):
        put_rows(cache, [_ticket(n, chance) for n in range(start, min(start + 20_000, tickets))])
    return guides + tickets


def _article(n: int, chance: random.Random) -> Article:
    names = chance.sample(WORDS, 4)
    text = "。".join(chance.choice(SUBJECTS) + chance.choice(PLACES) + chance.choice(WORDS) for _ in range(12))
    pages = {"zh": Page(title=f"{names[0]}{chance.choice(PLACES)}{n}", text=text, words=tuple(names[1:]))}
    pages["en"] = Page(
        title=f"Card {chance.choice(('fee', 'dispute', 'loss', 'limit'))} rules {n}",
        text="Settlement and annual fee.",
    )
    return Article(
        id=f"a{n}", department="card_ops", pages=pages, people=(ContactPerson("沈", "1"),), valid_from=NOW,
        valid_to=NOW + timedelta(days=900), published_at=NOW, published_by="x",
    )  # fmt: skip


def _ticket(n: int, chance: random.Random) -> Ticket:
    title = f"{chance.choice(SUBJECTS)} {chance.choice(PLACES)}"
    return Ticket(
        id=f"t-{n:08d}",
        number=f"260302-{n:06d}-0",
        kind=TicketKind.WORK_ORDER,
        title=title,
        text=f"{chance.choice(WORDS)},终端 T{n:07d},{chance.choice(WORDS)}",
        opened_at=NOW - timedelta(seconds=n),
    )


def _index(cache: Cache) -> float:
    started = time.perf_counter()
    while index.step(cache, 0.004) or settle(cache, 0.004):
        pass
    return time.perf_counter() - started


def _keystrokes(cache: Cache) -> Iterator[float]:
    """Milliseconds of every key of every question."""
    clock = Reckoning()
    clock.learn(NOW, 0.0)
    sight = msgspec.structs.replace(_NOBODY, cache=cache, clock=clock)
    for typed in TYPED:
        for end in range(1, len(typed) + 1):
            started = time.perf_counter()
            search(sight, Search(typed=typed[:end]))
            yield (time.perf_counter() - started) * 1e3


_NOBODY = Sight(cache=None, pending=None, reveals=None, clock=None, link=None, language="zh")  # type: ignore[arg-type]
