"""Random walks over every blueprint: each ends properly, shows no unfilled variable, skips no mandatory sentence.

A thousand with every run of the tests; `make walks` takes ten thousand (`AGENT_TUI_WALKS`).
"""

from __future__ import annotations

import os

import pytest

from agent_tui.blueprints.lint import all_texts
from agent_tui.blueprints.model import Blueprint, Do, End, HandOver
from agent_tui.blueprints.run import Run, command, ended, filled, shown
from agent_tui.blueprints.template import BLANK
from agent_tui.blueprints.walk import missed
from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.commands import PerformAction, RaiseWorkOrder
from agent_tui.i18n.catalog import LANGUAGES
from tests.unit.blueprints.walks import FILES, STEPS, read, walk

COUNT = int(os.environ.get("AGENT_TUI_WALKS", "1000"))
PER_FILE = -(-COUNT // len(FILES))


def check_place(run: Run) -> None:
    """What stands on the screen at one place of a walk, and what is sent from there."""
    now = shown(run)
    said = (now.text, now.tip, now.message, now.brief, now.brief_title)
    assert now.blanks == (), (run.blueprint.id, now.node, now.blanks)
    assert not any(BLANK in text or "{" in text for text in said)
    check_command(run)


def check_command(run: Run) -> None:
    """An action has its arguments, a work order its words."""
    sent = command(run, contact_id="k1", customer_id="c1")
    match sent:
        case PerformAction():
            action = ACTIONS[sent.action]
            assert sent.product_id or action.subject != "product", sent
            assert not action.amount or (sent.amount_minor or 0) > 0, sent
            assert BLANK not in str(sent.args)
        case RaiseWorkOrder():
            assert sent.title and sent.text and BLANK not in sent.title + sent.text


def check_end(run: Run, results: dict[str, tuple[str, ...]]) -> None:
    assert ended(run) and missed(run) == ()
    done = filled(run)
    assert done.result in results[done.category]
    assert BLANK not in done.note


@pytest.fixture(scope="module")
def results() -> dict[str, tuple[str, ...]]:
    """Category → its results, as the sample centre has them."""
    from agent_tui.config.centre import load

    return {category.id: category.results for category in load(FILES[0].parents[1] / "centre").categories}


@pytest.mark.parametrize("name", [file.stem for file in FILES])
def test_every_walk_ends_properly(name: str, results: dict[str, tuple[str, ...]]) -> None:
    blueprint = read(name)
    for seed in range(PER_FILE):
        places = list(walk(blueprint, seed, LANGUAGES[seed % len(LANGUAGES)]))
        assert len(places) < STEPS
        for run in places:
            check_place(run)
        check_end(places[-1], results)


@pytest.mark.parametrize("name", [file.stem for file in FILES])
def test_the_walks_come_everywhere(name: str) -> None:
    """A node that no walk ever reaches would be checked by nothing above."""
    blueprint = read(name)
    seen = {run.node for seed in range(400) for run in walk(blueprint, seed, "zh")}
    assert {node.id for node in blueprint.nodes} - seen == set()


def kinds(blueprints: list[Blueprint]) -> set[str]:
    return {node.kind for blueprint in blueprints for node in blueprint.nodes}


def test_every_kind_of_node_is_used_and_every_action_that_is_done_exists() -> None:
    shipped = [read(file.stem) for file in FILES]
    every = [node for blueprint in shipped for node in blueprint.nodes]
    assert kinds(shipped) == {
        "say", "ask", "check", "look_up", "do", "offer", "send", "hand_over", "note", "end",
    }  # fmt: skip
    done = {node.action for node in every if isinstance(node, Do)}
    assert {action for action in done if "." not in action} <= ACTIONS.keys()
    assert all(any(all_texts(node)) or isinstance(node, Do | End | HandOver) for node in every if node.must)
