"""What a well-formed blueprint may still have wrong: dead ends, gaps in a language, words that nobody knows,
sentences that can be skipped, and anything told to a caller who was not verified.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import msgspec

from agent_tui.blueprints import paths
from agent_tui.blueprints.checks import CHECKS
from agent_tui.blueprints.conditions import Test, tests
from agent_tui.blueprints.facts import VARIABLES, examples
from agent_tui.blueprints.known import ACTION_NEEDS, Known
from agent_tui.blueprints.model import Ask, Blueprint, Check, Do, End, HandOver, Node, Offer, Send, Texts
from agent_tui.blueprints.schema import nearest
from agent_tui.blueprints.shown import placeholder
from agent_tui.blueprints.template import fill, names
from agent_tui.domain.actions import ACTIONS
from agent_tui.i18n.message import Msg, msg

WIDTH = 76
"""Columns for a line of text in an 80-column terminal, its frame taken off."""
HEIGHT = 15
"""Lines for text, hint and choices of one node in a 24-line terminal."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One fault, at a line of the author's file (0 for the head)."""

    line: int
    node: str
    code: str
    message: Msg


def lint(blueprint: Blueprint, known: Known | None = None) -> list[Finding]:
    """All findings, by line. Without `known`, groups, departments, categories and desk commands are not judged."""
    centre = known or Known()
    held = paths.held(blueprint)
    found = [*_head(blueprint, centre), *_ways(blueprint)]
    for node in blueprint.nodes:
        found += _node(blueprint, node, centre)
        if node.id in held:
            found += _told(blueprint, node, held[node.id])
            found += _order(blueprint, node, held)
    return sorted(found, key=lambda finding: (finding.line, finding.code))


def _finding(node: Node | None, code: str, **args: str | int) -> Finding:
    return Finding(
        line=node.line if node else 0,
        node=node.id if node else "",
        code=code,
        message=msg(f"blueprint.lint.{code}", **({"node": node.id} if node else {}), **args),
    )


# ---- the head ----------------------------------------------------------------------------------------------------


def _head(blueprint: Blueprint, known: Known) -> Iterator[Finding]:
    if known.departments is not None and blueprint.owner not in known.departments:
        yield _finding(None, "owner", word=blueprint.owner, near=nearest(blueprint.owner, known.departments))
    for category in blueprint.categories:
        if known.categories is not None and category not in known.categories:
            yield _finding(None, "category", word=category, near=nearest(category, known.categories))
    for language in blueprint.languages:
        if language not in blueprint.titles:
            yield _finding(None, "title_language", language=language)
        if not blueprint.words.get(language):
            yield _finding(None, "words_language", language=language)


# ---- ways --------------------------------------------------------------------------------------------------------


def _ways(blueprint: Blueprint) -> Iterator[Finding]:
    seen = paths.reachable(paths.successors(blueprint), blueprint.start)
    ends = paths.ending(blueprint)
    for node in blueprint.nodes:
        if node.id not in seen:
            yield _finding(node, "unreachable")
        if node.id not in ends:
            yield _finding(node, "loop" if paths.on_loop(blueprint, node.id) else "never_ends")


def _order(blueprint: Blueprint, node: Node, held: dict[str, frozenset[str]]) -> Iterator[Finding]:
    """Mandatory sentences, offers and actions in the right order."""
    if node.must:
        ends = [end.id for end in blueprint.nodes if isinstance(end, End) and end.id in held]
        for target in node.before or ends:
            if target in held and target != node.id and f"said:{node.id}" not in held[target]:
                yield _finding(node, "skipped", target=target)
    if isinstance(node, Offer) and paths.ANSWERED not in held[node.id]:
        yield _finding(node, "early_offer")
    if isinstance(node, Do):
        needs = ACTION_NEEDS.get(node.action, "none")
        if needs != "none" and f"verified:{needs}" not in held[node.id]:
            yield _finding(node, "unverified_action", action=node.action, degree=needs)


# ---- one node ----------------------------------------------------------------------------------------------------


def all_texts(node: Node) -> Iterator[Texts]:
    """Every text of a node, in the order people meet them."""
    yield from (node.texts, node.tip)
    if isinstance(node, Send):
        yield node.message
    if isinstance(node, HandOver):
        yield from (node.title, node.brief)


def _templates(node: Node) -> Iterator[str]:
    for texts in all_texts(node):
        yield from texts.values()
    if isinstance(node, Do):
        yield from node.args.values()
    if isinstance(node, End) and node.call_back:
        yield node.call_back


def _node(blueprint: Blueprint, node: Node, known: Known) -> Iterator[Finding]:
    yield from _languages(blueprint, node)
    yield from _sizes(blueprint, node)
    yield from _conditions(blueprint, node)
    match node:
        case Do():
            yield from _action(node, known)
        case HandOver():
            yield from _party(node, known)
        case End():
            yield from _wrap_up(node, known)
        case Check(degree="full"):
            weak = [id_ for id_ in node.checks if not CHECKS[id_].strong]
            if node.need <= len(weak):
                yield _finding(node, "weak_check", need=len(weak) + 1)
        case Ask() if "." in node.saved and node.saved not in VARIABLES:
            yield _finding(node, "variable", name=node.saved, near=nearest(node.saved, VARIABLES))


def _languages(blueprint: Blueprint, node: Node) -> Iterator[Finding]:
    given = [texts for texts in all_texts(node) if texts]
    if isinstance(node, Ask):
        given += [choice.texts for choice in node.choices]
    for language in blueprint.languages:
        if any(language not in texts for texts in given):
            yield _finding(node, "language", language=language)


def cells(text: str) -> int:
    """Columns of a terminal that a text takes."""
    return sum(
        0 if unicodedata.combining(ch) else 2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in text
    )


def _sizes(blueprint: Blueprint, node: Node) -> Iterator[Finding]:
    typical = {name: str(value) for name, value in examples().items()}
    for language in blueprint.languages:
        tall = len(getattr(node, "choices", ())) + len(node.outcomes) + len(getattr(node, "checks", ()))
        for texts in all_texts(node):
            lines = fill(texts.get(language, ""), lambda name: typical.get(name, "……"))[0].split("\n")
            tall += len(lines)
            for line in lines:
                if cells(line) > WIDTH:
                    yield _finding(node, "wide", language=language, cells=cells(line), limit=WIDTH, text=line[:12])
        if tall > HEIGHT:
            yield _finding(node, "tall", language=language, lines=tall, limit=HEIGHT)


def _conditions(blueprint: Blueprint, node: Node) -> Iterator[Finding]:
    named = {other.name: other for other in blueprint.nodes}
    for branch in node.branches:
        for test in tests(branch.when) if branch.when else ():
            if test.source == "fact":
                if test.name not in VARIABLES:
                    yield _finding(node, "variable", name=test.name, near=nearest(test.name, VARIABLES))
            elif test.name not in named:
                yield _finding(node, "no_answer", name=test.name, near=nearest(test.name, named))
            else:
                yield from _values(node, test, named[test.name])


def _values(node: Node, test: Test, asked: Node) -> Iterator[Finding]:
    """A choice or outcome that the tested node cannot have."""
    possible = [choice.id for choice in asked.choices] if isinstance(asked, Ask) else list(asked.outcomes)
    if possible and test.operator in ("is", "is_not", "in"):
        for value in test.values:
            if value not in possible:
                yield _finding(node, "no_value", value=str(value), near=nearest(str(value), possible))


def _action(node: Do, known: Known) -> Iterator[Finding]:
    action = ACTIONS.get(node.action)
    if action is None:
        commands = known.commands or frozenset()
        if "." not in node.action or (known.commands is not None and node.action not in commands):
            near = nearest(node.action, [*ACTIONS, *commands])
            yield _finding(node, "action", word=node.action, near=near)
        return
    for wanted, needed in (("amount", action.amount), ("product", action.subject == "product")):
        if needed and wanted not in node.args:
            yield _finding(node, "argument", action=node.action, name=wanted)


def _party(node: HandOver, known: Known) -> Iterator[Finding]:
    if known.groups is None or known.departments is None:
        return
    parties = known.groups | known.departments
    if node.to not in parties:
        yield _finding(node, "group", word=node.to, near=nearest(node.to, parties))
    elif node.how != "work_order" and node.to not in known.groups:
        yield _finding(node, "not_a_queue", word=node.to)


def _wrap_up(node: End, known: Known) -> Iterator[Finding]:
    if known.categories is None:
        return
    if node.category not in known.categories:
        yield _finding(node, "category", word=node.category, near=nearest(node.category, known.categories))
    elif node.result not in known.categories[node.category]:
        results = known.categories[node.category]
        yield _finding(node, "result", word=node.result, category=node.category, near=nearest(node.result, results))


# ---- what is told ------------------------------------------------------------------------------------------------


def _kept(node: Node) -> set[str]:
    """Variables that would stand in clear in a ticket or message and travel to many desks."""
    kept = (
        [node.title, node.brief] if isinstance(node, HandOver) else [node.message] if isinstance(node, Send) else []
    )
    return {name for texts in kept for text in texts.values() for name in names(text)}


def _told(blueprint: Blueprint, node: Node, held: frozenset[str]) -> Iterator[Finding]:
    """Every variable is declared, surely known here, and may be told to a caller verified this far."""
    answers = {placeholder(ask) for ask in blueprint.nodes if isinstance(ask, Ask)}
    private = {placeholder(ask) for ask in blueprint.nodes if isinstance(ask, Ask) and ask.private}
    for name in sorted(private & _kept(node)):
        yield _finding(node, "private", name=name)
    for name in dict.fromkeys(name for template in _templates(node) for name in names(template)):
        variable = VARIABLES.get(name)
        if variable is None and name not in answers:
            near = nearest(name, [*VARIABLES, *answers])
            yield _finding(node, "variable", name=name, near=near)
        elif variable is not None and variable.needs != "none" and f"verified:{variable.needs}" not in held:
            yield _finding(node, "disclosure", name=name, degree=variable.needs)
        elif name not in held:
            yield _finding(node, "maybe_unknown", name=name)
