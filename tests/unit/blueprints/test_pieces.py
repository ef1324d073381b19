"""Templates, conditions, answers, proposals, pictures and differences of blueprints."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.blueprints.answers import FORMATS, read, spoken
from agent_tui.blueprints.conditions import All, Any, Not, Test, holds
from agent_tui.blueprints.diff import diff
from agent_tui.blueprints.facts import VARIABLES, enough, of_contact, of_customer, of_product
from agent_tui.blueprints.graph import dot, drawing
from agent_tui.blueprints.lint import cells
from agent_tui.blueprints.model import Ask, Choice
from agent_tui.blueprints.parse import parse
from agent_tui.blueprints.picture import svg
from agent_tui.blueprints.propose import propose
from agent_tui.blueprints.template import BLANK, BadTemplate, fill, names, single
from agent_tui.config import data
from agent_tui.domain.customer import Product
from agent_tui.errors import InputError
from tests import eg
from tests.unit.blueprints import walks
from tests.unit.blueprints.test_parse import SMALL

ALL = [walks.read(file.stem) for file in walks.FILES]


# ---- templates ---------------------------------------------------------------------------------------------------


@given(st.text(), st.text())
def test_what_is_filled_in_stands_as_it_is(before: str, value: str) -> None:
    template = before.replace("{", "{{").replace("}", "}}") + "{a.b}"
    said, blanks = fill(template, lambda name: value)
    assert said == before + (value or BLANK) and bool(blanks) == (value == "")


def test_placeholders_are_found_in_order() -> None:
    assert names("a {x} {{no}} {y.z}") == ("x", "y.z")
    assert (single("{x}"), single(" {x}"), single("x")) == ("x", None, None)


@pytest.mark.parametrize(
    ("text", "at"), [("a {", 2), ("}", 0), ("{}", 0), ("{a b}", 0), ("{a..b}", 0), ("x {{{y", 4)]
)
def test_a_brace_without_its_partner_is_told_with_its_place(text: str, at: int) -> None:
    with pytest.raises(BadTemplate) as caught:
        names(text)
    assert caught.value.at == at


# ---- conditions --------------------------------------------------------------------------------------------------


def test_(operator: str, *values: str | int | bool, source: str = "answer") -> Test:
    return Test(source=source, name="x", operator=operator, values=values)


test_.__test__ = False  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("test", "value", "true"),
    [
        (test_("is", "a"), "a", True),
        (test_("is", 1), True, False),
        (test_("is_not", "a"), "b", True),
        (test_("in", "a", "b"), "b", True),
        (test_("above", 5), 6, True),
        (test_("at_least", 5), 5, True),
        (test_("below", "2026-03-02"), "2026-03-01", True),
        (test_("at_most", 5), 6, False),
        (test_("above", 5), "6", False),
        (test_("known", True), "", False),
        (test_("known", False), "", True),
    ],
)
def test_comparisons(test: Test, value: str | int | bool, true: bool) -> None:
    assert holds(test, {"x": value}, {}) is true


@given(st.sampled_from(["is", "is_not", "in", "above", "below", "at_least", "at_most"]))
def test_nothing_is_true_of_the_unknown(operator: str) -> None:
    assert not holds(test_(operator, 1), {}, {})


@given(st.booleans(), st.booleans())
def test_all_any_and_not_join(a: bool, b: bool) -> None:
    one, two = test_("is", True), test_("is", True, source="fact")
    assert holds(All((one, two)), {"x": a}, {"x": b}) == (a and b)
    assert holds(Any((one, two)), {"x": a}, {"x": b}) == (a or b)
    assert holds(Not(one), {"x": a}, {}) == (not a)


# ---- answers -----------------------------------------------------------------------------------------------------


def ask(type_: str, **fields: object) -> Ask:
    choices = (Choice(id="a", texts={"zh": "甲"}), Choice(id="b", texts={"zh": "乙"})) if type_ == "choice" else ()
    return Ask(id="q", type=type_, choices=choices, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "raw", "value"),
    [
        (ask("choice"), "b", "b"),
        (ask("choice"), "2", "b"),
        (ask("choice"), "1", "a"),
        (ask("yes_no"), "是", True),
        (ask("yes_no"), "いいえ", False),
        (ask("yes_no"), True, True),
        (ask("number"), "１２", 12),
        (ask("number"), 7, 7),
        (ask("money"), "1,250.50", 125050),
        (ask("money"), "３００。５", 30050),
        (ask("date"), "2026/3/2", "2026-03-02"),
        (ask("date"), "20260302", "2026-03-02"),
        (ask("date"), "3-2", "2026-03-02"),
        (ask("moment"), "15:30", "2026-03-02T15:30"),
        (ask("moment"), "3/5 9：05", "2026-03-05T09:05"),
        (ask("text"), "  好  ", "好"),
        (ask("text", format="terminal"), "１００２３３４５", "10023345"),
    ],
)
def test_answers_are_read_as_people_type_them(asked: Ask, raw: str | int | bool, value: object) -> None:
    assert read(asked, raw, "2026-03-02") == value


@pytest.mark.parametrize(
    ("asked", "raw", "key"),
    [
        (ask("choice"), "c", "choice"),
        (ask("choice"), "0", "choice"),
        (ask("yes_no"), "maybe", "yes_no"),
        (ask("number"), "12a", "number"),
        (ask("number", low=1, high=5), "6", "range"),
        (ask("number", low=1), "0", "least"),
        (ask("number", high=5), "6", "most"),
        (ask("money"), "12.345", "money"),
        (ask("date"), "2026-02-30", "date"),
        (ask("date", low=0, high=3), "2026-03-09", "date_range"),
        (ask("moment"), "25:00", "moment"),
        (ask("text"), " ", "empty"),
        (ask("text", high=3), "abcd", "length"),
        (ask("text", format="card_tail"), "12345", "format.card_tail"),
        (ask("text", format="month"), "3月", "format.month"),
        (ask("text", format="month"), "2026-13", "format.month"),
        (ask("text"), "卡号 4111 1111 1111 1111", "card"),
        (ask("number"), True, "number"),
    ],
)
def test_a_wrong_answer_says_what_would_be_right(asked: Ask, raw: str | int | bool, key: str) -> None:
    with pytest.raises(InputError) as caught:
        read(asked, raw, "2026-03-02")
    assert caught.value.key == f"blueprint.answer.{key}"


@given(st.sampled_from(["choice", "yes_no", "number", "money", "date", "moment", "text"]), st.text() | st.none())
def test_no_answer_crashes(type_: str, raw: str | None) -> None:
    try:
        read(ask(type_), raw, "2026-03-02")
    except InputError as error:
        assert error.key.startswith("blueprint.answer.")


@given(st.sampled_from(sorted(FORMATS)), st.text(max_size=30))
def test_no_format_crashes(name: str, text: str) -> None:
    assert FORMATS[name](text) in (True, False)


def test_a_format_of_a_newer_centre_is_taken_as_it_is_typed() -> None:
    assert read(ask("text", format="of_tomorrow"), "x-1") == "x-1"


def test_values_are_said_as_people_say_them() -> None:
    assert spoken("2026-03-02", "date", "en") == "2 March 2026"
    assert spoken("2026-03-02T15:30", "moment", "zh") == "2026年3月2日 15:30"
    assert spoken(125050, "money", "ja") == "1,250.50"
    assert spoken(True, "yes_no", "ja") == "はい"
    assert spoken("lost", "word", "zh") == "已挂失"


# ---- facts -------------------------------------------------------------------------------------------------------


def test_facts_come_from_contact_customer_and_product_masked_as_they_are() -> None:
    terminal = Product(id="p1", kind="terminal", number="10023345", status="locked", facts={"model": "N910"})
    found = of_contact(eg.contact(terminal_id="10023345")) | of_customer(eg.customer()) | of_product(terminal)
    assert found["customer.name"] == "张•" and found["terminal.number"] == "10023345"
    assert found["product.status"] == "locked" and found.keys() <= VARIABLES.keys()


def test_who_was_verified_more_may_be_told_more() -> None:
    assert enough("full", "basic") and enough("basic", "basic") and not enough("none", "basic")
    assert not enough("anything", "basic") and enough("none", "none")


# ---- proposals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "language", "expected"),
    [
        ("我的卡丢了，要挂失", "zh", "card_loss"),
        ("POS机打印不出来了", "zh", "pos_terminal"),
        ("My card was stolen yesterday", "en", "card_loss"),
        ("年费能不能减免", "zh", "fee_waiver"),
        ("someone gave the code to a scammer", "en", "fraud"),
        ("身に覚えのない請求があります", "ja", "dispute"),
        ("结算款没到账", "zh", "merchant_settlement"),
        ("I want to raise my limit", "en", "temporary_limit"),
        ("换手机号了", "zh", "contact_data"),
        ("我要投诉，态度太差", "zh", "complaint"),
        ("ラウンジを使いたい", "ja", "vip_service"),
        ("账单能不能分期", "zh", "instalment"),
    ],
)
def test_the_first_words_find_the_blueprint(words: str, language: str, expected: str) -> None:
    first = propose(ALL, None, words, language)[0]
    assert first.blueprint.id == expected and first.words


def test_the_category_outweighs_words_and_nothing_proposes_nothing() -> None:
    assert propose(ALL, "card_loss", "年费", "zh")[0].blueprint.id == "card_loss"
    assert propose(ALL, None, "", "zh") == () and propose(ALL, "no_such", "qwerty", "en") == ()


def test_latin_words_are_found_whole_only() -> None:
    assert propose(ALL, None, "the reposition of", "en") == ()


# ---- pictures and differences ------------------------------------------------------------------------------------


@pytest.mark.parametrize("blueprint", ALL, ids=lambda b: b.id)
def test_every_node_is_in_both_pictures_and_no_line_is_wider_than_the_terminal(blueprint: object) -> None:
    drawn, dotted = drawing(blueprint, "zh", 80), dot(blueprint, "ja")  # type: ignore[arg-type]
    assert all(cells(line) <= 80 for line in drawn.split("\n"))
    for node in blueprint.nodes:  # type: ignore[attr-defined]
        assert f"{node.id} <" in drawn and f'"{node.id}" [' in dotted
    assert dotted.count("{") == dotted.count("}") or '"' in dotted


def test_a_difference_names_node_and_field() -> None:
    old = parse(SMALL, "old")
    new = parse(SMALL.replace("ja: こんにちは", "ja: はい").replace("version: 3", "version: 4"), "new")
    assert [(c.place, c.field, c.after) for c in diff(old, new)] == [
        ("head", "version", "4"),
        ("hello", "texts.ja", "はい"),
    ]
    assert diff(old, old) == ()


def test_added_and_removed_nodes_are_told() -> None:
    old = parse(SMALL, "old")
    more = (
        SMALL.replace("    next: which\n", "    next: extra\n", 1) + "  extra:\n    say: {zh: 一}\n    next: which\n"
    )
    changes = {(c.place, c.field) for c in diff(old, parse(more, "new"))}
    assert ("extra", "") in changes and ("hello", "branches.0.to") in changes


@pytest.mark.parametrize(
    "file", sorted(data.shipped("scripts/blueprints").glob("*.yaml")), ids=lambda file: file.stem
)
def test_the_svg_is_whole_and_shows_every_node_and_way(file: Path) -> None:
    blueprint = parse(file.read_text("utf-8"), file.name)
    drawn = ElementTree.fromstring(svg(blueprint, "ja"))
    texts = " ".join(element.text or "" for element in drawn.iter("{http://www.w3.org/2000/svg}text"))
    paths = drawn.findall("{http://www.w3.org/2000/svg}path")
    assert all(f"{node.id}  " in texts for node in blueprint.nodes)
    assert len(paths) == sum(len(node.branches) for node in blueprint.nodes)
