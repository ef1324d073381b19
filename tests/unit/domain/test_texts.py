"""Whatever a rule or the router may say stands in the catalogue, in three languages, and can be filled."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import agent_tui
from agent_tui.domain.agent import AgentState
from agent_tui.domain.contact import ContactState
from agent_tui.domain.ticket import TicketState
from agent_tui.i18n.catalog import LANGUAGES, placeholders, texts

SOURCES = [path for area in ("domain", "acd") for path in Path(agent_tui.__file__).parent.joinpath(area).glob("*.py")]
STATES = {
    "contact_is_": [state.value for state in ContactState],
    "agent_is_": [state.value for state in AgentState],
    "ticket_is_": [state.value for state in TicketState],
    "product_is_": ["normal", "blocked", "lost", "frozen", "locked", "closed"],
    "unfit_": ["inactive", "role", "group", "certification"],
    "notice.returned_": ["inactive", "role", "group", "certification"],
    "holds_": ["card_number", "security_code", "secret"],
}


def _said() -> Iterator[tuple[str, frozenset[str]]]:
    """Keys in `refuse`, `stale` and their arguments, read from the source."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id in ("refuse", "stale") and isinstance(node.args[0], ast.Constant):
                yield f"domain.{node.args[0].value!s}", frozenset(word.arg or "" for word in node.keywords)


def _named() -> set[str]:
    found = re.compile(r'"(domain\.[a-z_.0-9]+[a-z_0-9])"')
    return {key for path in SOURCES for key in found.findall(path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_there(language: str) -> None:
    known = texts(language)
    wanted = {key for key, _ in _said()} | _named()
    wanted |= {f"domain.{stem}{state}" for stem, states in STATES.items() for state in states}
    wanted |= {f"domain.why.tier_{tier}" for tier in ("gold", "platinum", "vip")}
    wanted |= {f"domain.why.priority_{rank}" for rank in range(3)}
    assert not wanted - known.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_asks_for_what_the_rule_does_not_say(language: str) -> None:
    known = texts(language)
    assert {key: placeholders(known[key]) - args for key, args in _said() if placeholders(known[key]) - args} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_left_over(language: str) -> None:
    stems = tuple(f"domain.{stem}" for stem in STATES)
    mine = {key for key in texts(language) if key.startswith("domain.") and not key.startswith(stems)}
    tables = ("domain.found.", "domain.why.")
    assert {key for key in mine if not key.startswith(tables)} - {key for key, _ in _said()} - _named() == set()


def test_every_event_a_rule_tells_is_described() -> None:
    page = Path(agent_tui.__file__).parent.parent.joinpath("docs/events.md").read_text(encoding="utf-8")
    told = re.compile(r'(?:case\.event\(\s*|name=)"([A-Z][A-Za-z]+)"')
    names = {name for path in SOURCES for name in told.findall(path.read_text(encoding="utf-8"))}
    assert len(names) > 20
    assert {name for name in names if f"| {name} |" not in page} == set()
