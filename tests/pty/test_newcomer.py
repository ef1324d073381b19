"""A newcomer's first ten minutes at the smallest terminal, in Chinese, by keys alone: take a call, be led through a
blueprint, act for the customer, note, wrap up, take the next one; then a chat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui.domain.commands import OfferNew, ReceiveMessage, ReportEvent
from agent_tui.domain.contact import Channel
from agent_tui.domain.customer import Product
from agent_tui.server.customers import NewCustomer
from bench.terminal import Terminal
from tests.pty.floor import AGENT, Floor, until

SAID = "我的POS机刷卡没有反应，店里等着用"


@pytest.fixture
def floor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Floor]:
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path / "home"))
    terminal = Product(id="t1", kind="terminal", number="61000011", facts={"model": "N910", "site": "杭州"})
    made = Floor(tmp_path / "home", [NewCustomer(id="c1", name="西湖茶庄", kind="merchant", products=(terminal,))])
    made.serve()
    yield made
    made.close()


def offer(floor: Floor, desk: Terminal, id: str, channel: Channel, text: str) -> None:
    """A contact is offered, and taken with the key that the screen names."""
    asked = OfferNew(contact_id=id, channel=channel, caller="13812345678", customer_id="c1", group="cards", text=text)
    assert floor.report(asked) == "applied"
    until(desk, "F9 接起")
    desk.send("f9")
    established = ReportEvent(contact_id=id, event="Established", agent_id=AGENT, party="agent")
    until(desk, "* 通话", again=lambda: floor.report(established))


def wrap_up(floor: Floor, desk: Terminal, id: str) -> None:
    """End, category and result by digits, done."""
    desk.send("f12")
    until(desk, "回车或 F9：是")
    desk.send("enter")
    cleared = ReportEvent(contact_id=id, event="ConnectionCleared", agent_id=AGENT, party="agent")
    until(desk, "F9 话后小结", again=lambda: floor.report(cleared))
    desk.send("f9")
    until(desk, "处理结果 *")


def test_a_newcomer_finds_the_way_by_keys(floor: Floor) -> None:
    desk = floor.desk(columns=80, rows=24, language="zh")
    until(desk, "+ 在线", "F9 示闲")
    desk.send("f9")
    until(desk, "+ 示闲")

    offer(floor, desk, "k1", Channel.PHONE, SAID)
    until(desk, "客户：" + SAID)
    desk.send("f2", "p", "pos_terminal", "enter")
    until(desk, "第 1 步", "客户：" + SAID)
    desk.send("f9")
    until(desk, "第 2 步", "客户：" + SAID)

    desk.send("f2", "n", "customer waits", "f9")
    until(desk, "已完成：备注")
    desk.send("f2", "W")
    until(desk, "减免费用", "金额", "来电人身份尚未核验")
    desk.send("escape")
    until(desk, "第 2 步")
    wrap_up(floor, desk, "k1")
    desk.send("1", "f9")
    until(desk, "+ 示闲", "没有联络")

    offer(floor, desk, "k2", Channel.CHAT, "年费怎么收")
    until(desk, "在此书写；F9 发送，Esc 返回并保留", "年费怎么收")
    floor.report(ReceiveMessage(contact_id="k2", text="在吗"))
    until(desk, "在吗")
    desk.send("hello")
    until(desk, "F9 发送", "hello")
    desk.send("f9")
    until(desk, "> 坐席", "hello")
