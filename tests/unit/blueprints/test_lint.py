"""The linter finds each fault that a well-formed blueprint may still have, and nothing in the shipped ones."""

from __future__ import annotations

import pytest

from agent_tui.blueprints.known import ACTION_NEEDS, Known
from agent_tui.blueprints.lint import cells, lint
from agent_tui.blueprints.parse import parse
from agent_tui.domain.actions import ACTIONS
from agent_tui.i18n.catalog import LANGUAGES, say

HEAD = """\
blueprint: small
version: 1
title: {zh: 小, en: Small, ja: 小}
owner: card_ops
contact: 沈立群 6201
valid: {from: 2026-01-01, to: 2026-12-31}
change: first
categories: [card_loss]
words: {zh: [卡], en: [card], ja: [カード]}
start: hello
nodes:
"""
CHECK = """\
  check:
    check: basic
    text: {zh: 核对, en: Check, ja: 確認}
    checks: [name, id_tail]
    need: 2
    next: {passed: find, failed: done}
  find:
    look_up: [product.number, product.limit]
    product: [credit_card]
    next: {found: tell, not_found: done}
"""
SAID = "{zh: 说, en: Say, ja: 言う}"
END = "  done: {end: card_loss, result: answered}\n"
KNOWN = Known(
    groups=frozenset({"cards", "vip"}),
    departments=frozenset({"card_ops", "risk"}),
    categories={"card_loss": ("answered", "ticket")},
    commands=frozenset({"contact.hold"}),
)


def codes(nodes: str, head: str = HEAD, known: Known | None = KNOWN) -> set[str]:
    return {finding.code for finding in lint(parse(head + nodes, "small.yaml"), known)}


def say_(id_: str, to: str, extra: str = "", text: str = SAID) -> str:
    return f"  {id_}:\n    say: {text}\n{extra}    next: {to}\n"


GOOD = (
    say_("hello", "check")
    + CHECK
    + say_("tell", "done", text='{zh: "{product.number}", en: "{product.number}", ja: "{product.number}"}')
    + END
)


def test_a_good_one_has_no_findings() -> None:
    assert codes(GOOD) == set()


@pytest.mark.parametrize(
    ("code", "nodes"),
    [
        ("unreachable", say_("hello", "done") + say_("alone", "done") + END),
        ("loop", say_("hello", "again") + say_("again", "hello") + END),
        ("language", say_("hello", "done", text="{zh: 说, en: Say}") + END),
        ("variable", say_("hello", "done", text='{zh: "{customer.nmae}", en: a, ja: a}') + END),
        ("variable", say_("hello", "done", text='{zh: "{answer.gone}", en: a, ja: a}') + END),
        ("maybe_unknown", say_("hello", "done", text='{zh: "{product.model}", en: a, ja: a}') + END),
        ("disclosure", say_("hello", "done", text='{zh: "{product.number}", en: a, ja: a}') + END),
        ("disclosure", GOOD.replace("{product.number}", "{product.limit}")),
        ("wide", say_("hello", "done", text="{zh: " + "长" * 39 + ", en: a, ja: a}") + END),
        ("tall", say_("hello", "done", text='{zh: "' + "行\\n" * 16 + '", en: a, ja: a}') + END),
        ("category", say_("hello", "done") + "  done: {end: card_los, result: answered}\n"),
        ("result", say_("hello", "done") + "  done: {end: card_loss, result: callback}\n"),
        (
            "skipped",
            "  hello:\n    ask: {zh: 问, en: Ask, ja: 問}\n    type: yes_no\n    next: {yes: law, no: done}\n"
            + say_("law", "done", "    must: true\n")
            + END,
        ),
        (
            "skipped",
            "  hello:\n    ask: {zh: 问, en: Ask, ja: 問}\n    type: yes_no\n    next: {yes: law, no: act}\n"
            + say_("law", "act", "    must: {before: [act]}\n")
            + say_("act", "done")
            + END,
        ),
        (
            "early_offer",
            f"  hello:\n    offer: {SAID}\n    product: autopay\n    next: {{accepted: done, declined: done}}\n" + END,
        ),
        ("unverified_action", "  hello:\n    do: waive_fee\n    with: {amount: '1'}\n    next: {applied: done, otherwise: done}\n" + END),
        (
            "unverified_action",
            GOOD.replace("    say: {zh: \"{product.number}\", en: \"{product.number}\", ja: \"{product.number}\"}\n    next: done", "    do: unblock_card\n    with: {product: '{product.id}'}\n    next: {applied: done, otherwise: done}"),
        ),
        ("action", "  hello:\n    do: wave_fee\n    next: {applied: done, otherwise: done}\n" + END),
        ("action", "  hello:\n    do: contact.hlod\n    next: {applied: done, otherwise: done}\n" + END),
        ("argument", "  hello:\n    do: block_card\n    next: {applied: done, otherwise: done}\n" + END),
        (
            "group",
            f"  hello:\n    hand_over: cardops\n    how: work_order\n    text: {SAID}\n    title: {SAID}\n    brief: {SAID}\n    next: {{done: done, not_done: done}}\n" + END,
        ),
        (
            "not_a_queue",
            f"  hello:\n    hand_over: risk\n    how: transfer\n    text: {SAID}\n    next: {{done: done, not_done: done}}\n" + END,
        ),
        ("weak_check", GOOD.replace("check: basic", "check: full").replace("[name, id_tail]", "[name, id_tail, one_time_code]")),
        ("no_answer", "  hello:\n    say: {zh: 说, en: Say, ja: 言う}\n    next: [{when: {answer: kind, is: x}, to: done}, {to: done}]\n" + END),
        ("variable", "  hello:\n    say: {zh: 说, en: Say, ja: 言う}\n    next: [{when: {fact: customer.teir, is: vip}, to: done}, {to: done}]\n" + END),
        ("no_value", GOOD.replace("next: {passed: find, failed: done}", "next: [{when: {answer: check, is: past}, to: find}, {to: done}]")),
        ("variable", "  hello:\n    ask: {zh: 问, en: Ask, ja: 問}\n    type: text\n    as: terminal.nmber\n    next: done\n" + END),
    ],
)  # fmt: skip
def test_each_planted_fault_is_found(code: str, nodes: str) -> None:
    assert code in codes(nodes)


@pytest.mark.parametrize(
    ("code", "head"),
    [
        ("owner", HEAD.replace("owner: card_ops", "owner: card_opps")),
        ("category", HEAD.replace("[card_loss]", "[card_los]")),
        ("title_language", HEAD.replace(", ja: 小}", "}")),
        ("words_language", HEAD.replace(", ja: [カード]}", "}")),
    ],
)
def test_faults_of_the_head_are_found(code: str, head: str) -> None:
    assert codes(GOOD, head) == {code}


def test_a_node_that_cannot_end_but_is_on_no_loop_is_named_so() -> None:
    nodes = say_("hello", "a") + say_("a", "b") + say_("b", "a") + END
    assert {(f.node, f.code) for f in lint(parse(HEAD + nodes, "x"), KNOWN)} >= {
        ("hello", "never_ends"),
        ("a", "loop"),
    }


def test_an_answer_must_be_given_on_every_way_to_where_it_is_said() -> None:
    ask = "  hello:\n    ask: {zh: 问, en: Ask, ja: 問}\n    type: yes_no\n    next: {yes: how, no: tell}\n"
    how = "  how:\n    ask: {zh: 问, en: Ask, ja: 問}\n    type: text\n    next: tell\n"
    tell = say_("tell", "done", text='{zh: "{answer.how}", en: a, ja: a}')
    assert codes(ask + how + tell + END) == {"maybe_unknown"}
    assert codes(ask.replace("no: tell", "no: how") + how + tell + END) == set()


def test_personal_data_stays_out_of_tickets_and_messages() -> None:
    ask = "  hello:\n    ask: {zh: 问, en: Ask, ja: 問}\n    type: text\n    private: true\n    next: tell\n"
    leak = '{zh: "{answer.hello}", en: a, ja: a}'
    text = (
        f"  tell:\n    send: sms\n    text: {SAID}\n    message: {leak}\n    next: {{sent: done, not_sent: done}}\n"
    )
    assert codes(ask + text + END) == {"private"}


def test_a_test_that_something_is_known_makes_it_sayable() -> None:
    hello = "  hello:\n    say: {zh: 说, en: Say, ja: 言う}\n    next: [{when: {fact: product.model, known: true}, to: tell}, {to: done}]\n"
    tell = say_("tell", "done", text='{zh: "{product.model}", en: a, ja: a}')
    assert codes(hello + tell + END) == set()


def test_an_ask_may_make_a_fact_known() -> None:
    hello = "  hello:\n    ask: {zh: 问, en: Ask, ja: 問}\n    type: text\n    as: terminal.number\n    next: tell\n"
    tell = say_("tell", "done", text='{zh: "{terminal.number}", en: a, ja: a}')
    assert codes(hello + tell + END) == set()


def test_without_a_centre_its_ids_are_not_judged() -> None:
    assert codes(GOOD, HEAD.replace("card_ops", "anybody").replace("[card_loss]", "[anything]"), None) == set()


def test_findings_are_said_in_every_language() -> None:
    found = lint(parse(HEAD + say_("hello", "done", text='{zh: "{product.number}", en: a, ja: a}') + END, "x"), KNOWN)
    for language in LANGUAGES:
        said = say(found[0].message.key, language, **found[0].message.args)
        assert "product.number" in said and "{" not in said


def test_every_action_that_needs_verification_exists() -> None:
    assert ACTION_NEEDS.keys() <= ACTIONS.keys()
    assert "block_card" not in ACTION_NEEDS


def test_a_chinese_sign_takes_two_columns_and_a_combining_mark_none() -> None:
    assert (cells("卡a"), cells("é"), cells("e\u0301")) == (3, 1, 1)
