"""A blueprint file is read wholly or not at all, and every fault is named with file, line, column and a reason."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from agent_tui.blueprints.model import Ask, dump, in_force, load
from agent_tui.blueprints.parse import BrokenBlueprint, parse, text_of
from agent_tui.i18n.catalog import LANGUAGES, placeholders, texts
from tests.unit.blueprints.walks import FILES, read

SMALL = """\
blueprint: small
version: 3
state: released
title: {zh: 小, en: Small, ja: 小}
owner: card_ops
contact: 沈立群 6201
valid: {from: 2026-01-01, to: 2026-12-31}
change: first
categories: [card_loss]
words: {zh: [卡], en: [card], ja: [カード]}
start: hello
nodes:
  hello:
    say: {zh: "您好 {agent.name}", en: Hello, ja: こんにちは}
    must: true
    expect: 9
    next: which
  which:
    ask: {zh: 哪个？, en: Which?, ja: どれ？}
    type: choice
    as: kind
    choices:
      - {id: one, zh: 一, en: One, ja: 一, to: find}
      - {id: two, zh: 二, en: Two, ja: 二}
    next: done
  find:
    look_up: [product.id]
    next: {found: done, not_found: which}
  done: {end: card_loss, result: answered}
"""


def broken(text: str) -> BrokenBlueprint:
    with pytest.raises(BrokenBlueprint) as caught:
        parse(text, "small.yaml")
    return caught.value


def test_a_blueprint_is_read_as_written() -> None:
    blueprint = parse(SMALL, "small.yaml")
    assert (blueprint.key, blueprint.owner, blueprint.start) == ("small@3", "card_ops", "hello")
    hello, which, find, done = blueprint.nodes
    assert (hello.kind, hello.must, hello.expect_s, hello.line) == ("say", True, 9, 13)
    assert isinstance(which, Ask) and which.name == "kind" and [c.id for c in which.choices] == ["one", "two"]
    assert [(b.to, b.when is None) for b in which.branches] == [("find", False), ("done", True)]
    assert [b.to for b in find.branches] == ["done", "which"] and done.kind == "end"
    assert in_force(blueprint, "2026-06-30") and not in_force(blueprint, "2027-01-01")


@pytest.mark.parametrize("name", [file.stem for file in FILES])
def test_the_compact_form_is_the_same_blueprint(name: str) -> None:
    blueprint = read(name)
    assert load(dump(blueprint)) == blueprint


FAULTS = [
    ("blueprint: small", "bluprint: small", 1, "unknown_key"),
    ("version: 3", "version: three", 2, "shape_number"),
    ("version: 3", "version: 0", 2, "range"),
    ("version: 3", "version: 0x1F", 2, "whole"),
    ("state: released", "state: relesed", 3, "unknown_word"),
    ("title: {zh: 小, en: Small, ja: 小}", "title: Small", 4, "per_language"),
    ("title: {zh: 小, en: Small, ja: 小}", "title: {zh: 小, fr: Petit}", 4, "unknown_key"),
    ("owner: card_ops", "owner: Card Ops", 5, "name"),
    ("owner: card_ops\n", "", 1, "missing"),
    ("contact: 沈立群 6201", "contact: ''", 6, "blank"),
    ("from: 2026-01-01", "from: 2026-02-30", 7, "day"),
    ("to: 2026-12-31", "to: 2025-12-31", 7, "valid_order"),
    ("categories: [card_loss]", "categories: card_loss", 9, "shape_list"),
    ("start: hello", "start: helo", 11, "no_node"),
    ("    say:", "    sya:", 14, "no_kind"),
    ("您好 {agent.name}", "您好 {agent.name", 14, "template"),
    ("您好 {agent.name}", "您好 {agent name}", 14, "template"),
    ("    must: true", "    must: yes", 15, "shape_flag"),
    ("    must: true", "    must: {before: [nowhere]}", 15, "no_node"),
    ("    must: true", "    must: true\n    must: true", 16, "twice"),
    ("    expect: 9", "    expect: 9.5", 16, "shape_number"),
    ("    expect: 9", "    expect: 99999", 16, "range"),
    ("    next: which", "    next: wich", 17, "no_node"),
    ("    next: which", "    next: {found: which}", 17, "no_outcomes"),
    ("    next: which\n", "", 13, "open_end"),
    ("    next: which", "    next: [{when: {answer: kind}, to: which}]", 17, "condition"),
    ("    next: which", "    next: [{when: {answer: kind, is: one}, to: which}]", 13, "open_end"),
    ("    next: which", "    next: [{to: which}, {to: done}]", 17, "after_always"),
    ("    type: choice", "    type: chioce", 20, "unknown_word"),
    ("    type: choice\n", "", 18, "missing_in"),
    ("    type: choice", "    type: text", 22, "choices"),
    ("    type: choice", "    type: choice\n    low: 1", 21, "not_for"),
    ("{id: two,", "{id: one,", 24, "choice_twice"),
    ("en: Two, ja: 二}", "en: Two, ja: 二, too: x}", 24, "unknown_key"),
    ("      - {id: two, zh: 二, en: Two, ja: 二}\n", "", 23, "choice_count"),
    ("    look_up: [product.id]", "    look_up: []", 27, "blank"),
    ("    look_up: [product.id]", "    look_up: [product.id]\n    say: {zh: x}", 28, "two_kinds"),
    ("    next: {found: done, not_found: which}", "    next: {found: done, notfound: which}", 28, "unknown_key"),
    ("    next: {found: done, not_found: which}", "    next: {found: done}", 26, "open_end"),
    ("{end: card_loss, result: answered}", "{end: card_loss}", 29, "missing_in"),
    ("{end: card_loss, result: answered}", "{end: card_loss, result: answered, next: hello}", 29, "unknown_key"),
    ("change: first", "change: &a first", 8, "alias"),
    ("change: first", "change: !!python/object:os.system rm", 8, "tag"),
    ("change: first", 'change: "\\e[31mred"', 8, "control"),
    ("change: first", "change: a\u202eb", 8, "control"),
    ("change: first", "change: [first", 9, "yaml"),
    ("change: first", "\tchange: first", 8, "yaml"),
]


@pytest.mark.parametrize(("right", "wrong", "line", "code"), FAULTS, ids=lambda value: str(value)[:30])
def test_each_fault_is_named_with_its_place(right: str, wrong: str, line: int, code: str) -> None:
    assert right in SMALL
    problem = broken(SMALL.replace(right, wrong, 1)).problems[0]
    assert (problem.key, problem.line) == (f"blueprint.wrong.{code}", line)
    assert problem.file == "small.yaml" and problem.column >= 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fault_is_said_in_every_language_with_the_nearest_right_word(language: str) -> None:
    problem = broken(SMALL.replace("next: which", "next: wich", 1)).problems[0]
    said = text_of(problem, language)
    assert said.startswith("small.yaml:17:11: ") and "wich" in said and "which" in said


def test_every_fault_of_several_nodes_is_named() -> None:
    text = (
        SMALL.replace("expect: 9", "expect: -1")
        .replace("type: choice", "type: tuxt")
        .replace("found: done", "fund: x")
    )
    assert [problem.line for problem in broken(text).problems] == [16, 20, 28]


def test_the_error_that_leaves_carries_place_and_reason_for_anybody() -> None:
    error = broken(SMALL.replace("version: 3", "version: 0"))
    assert {"file", "line", "column", "more"} <= error.args_.keys() and error.exit_code == 65


@pytest.mark.parametrize(
    "text", ["", "   \n", "- a\n", "just text", "a: b\n---\nc: d\n", "\x00", "a: *b", "? [x]\n: y"]
)
def test_what_is_no_blueprint_at_all_is_said_so(text: str) -> None:
    assert broken(text).problems[0].line >= 1


def test_what_is_too_large_or_too_deep_is_refused() -> None:
    assert broken("a: " + "x" * 1_000_001).problems[0].key.endswith("too_large")
    assert broken("a: " + "[" * 60 + "]" * 60).problems[0].key.endswith("too_deep")


def test_every_reason_has_its_words() -> None:
    said = texts("en")
    used = {key for key in said if key.startswith("blueprint.wrong.")}
    assert {f"blueprint.wrong.{code}" for *_, code in FAULTS} <= used
    assert all({"file", "line", "column"} <= placeholders(said[key]) for key in used)


# ---- mutations: whatever somebody's slip does to a real file, nothing crashes and nothing loads by half ----------

Slip = Callable[[list[str], random.Random], list[str]]


def _drop_line(lines: list[str], rng: random.Random) -> list[str]:
    at = rng.randrange(len(lines))
    return lines[:at] + lines[at + 1 :]


def _indent(lines: list[str], rng: random.Random) -> list[str]:
    at = rng.randrange(len(lines))
    return [*lines[:at], " " * rng.randint(1, 3) + lines[at], *lines[at + 1 :]]


def _swap_letters(lines: list[str], rng: random.Random) -> list[str]:
    at = rng.choice([n for n, line in enumerate(lines) if len(line.strip()) > 3])
    line = lines[at]
    cut = rng.randrange(len(line) - 1)
    return [*lines[:at], line[:cut] + line[cut + 1] + line[cut] + line[cut + 2 :], *lines[at + 1 :]]


def _stray(lines: list[str], rng: random.Random) -> list[str]:
    at = rng.randrange(len(lines))
    cut = rng.randrange(len(lines[at]) + 1)
    sign = rng.choice([*"{}[]:,&*!|>'\"%@`\t#-", "\x1b", "\u202e", "{{", "}}"])
    return [*lines[:at], lines[at][:cut] + sign + lines[at][cut:], *lines[at + 1 :]]


def _double(lines: list[str], rng: random.Random) -> list[str]:
    at = rng.randrange(len(lines))
    return [*lines[: at + 1], lines[at], *lines[at + 1 :]]


def _cut_off(lines: list[str], rng: random.Random) -> list[str]:
    at = rng.randrange(len(lines))
    return [*lines[:at], lines[at][: len(lines[at]) // 2]]


SLIPS: tuple[Slip, ...] = (_drop_line, _indent, _swap_letters, _stray, _double, _cut_off)


def test_two_hundred_broken_files_each_name_file_line_and_reason() -> None:
    rng = random.Random(20260302)
    refused = 0
    for _ in range(2000):
        if refused == 200:
            break
        file = rng.choice(FILES)
        mutated = "\n".join(rng.choice(SLIPS)(file.read_text(encoding="utf-8").split("\n"), rng))
        try:
            parse(mutated, file.name)
        except BrokenBlueprint as error:
            refused += 1
            for problem in error.problems:
                total = mutated.count("\n") + 2
                assert problem.file == file.name and 1 <= problem.line <= total and problem.column >= 1
                said = text_of(problem, "en")
                assert said.startswith(f"{file.name}:{problem.line}:{problem.column}: ") and "blueprint." not in said
    assert refused == 200
