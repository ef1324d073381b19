"""Every node of every blueprint, in every language: text, hint, choices and what to press stand on one 80×24 screen."""

from __future__ import annotations

import pytest

from agent_tui.blueprints.facts import VARIABLES
from agent_tui.blueprints.model import Blueprint, Node
from agent_tui.blueprints.record import Recorded
from agent_tui.blueprints.shown import Shown, painted
from agent_tui.i18n.catalog import LANGUAGES
from agent_tui.tui.panes.blueprint_lines import BlueprintText
from agent_tui.tui.text import width as cells
from agent_tui.tui.words import Words
from tests.tui.fake import FakeDoor
from tests.tui.stage import stage
from tests.unit.blueprints.walks import FILES, read

WIDTH, ROWS = 80, 19
"""What the pane has at 80×24; the first test below holds it to the real screen."""
ABOVE = 3
"""The customer's first words, what triage made of them, an empty line."""
ANSWER = "北京市朝阳区"


class Typical(Recorded):
    """Says an example of every variable, and something of ordinary length for an answer."""

    def __init__(self, language: str) -> None:
        super().__init__(language, {}, {})

    def say(self, name: str) -> str | None:
        return str(VARIABLES[name].example) if name in VARIABLES else ANSWER

    def seen(self, name: str) -> str:
        return str(VARIABLES[name].example)


def typical(blueprint: Blueprint, node: Node, spoken: str, house: str) -> Shown:
    return painted(blueprint, node, Typical(spoken), Typical(house))


async def test_the_pane_has_the_rows_that_are_counted_on() -> None:
    async with stage(FakeDoor(), size=(80, 24)) as at:
        at.desk.turn_to("blueprint")
        await at.settle()
        size = at.desk.query_one("#node").size
        assert (size.width, size.height) == (WIDTH, ROWS)


@pytest.mark.parametrize("name", [file.stem for file in FILES])
@pytest.mark.parametrize("house", LANGUAGES)
def test_a_node_its_choices_and_the_next_key_are_on_the_screen_at_once(name: str, house: str) -> None:
    blueprint = read(name)
    too_much = []
    for spoken in LANGUAGES:
        for node in blueprint.nodes:
            now = typical(blueprint, node, spoken, house)
            lines = BlueprintText(Words(house), WIDTH).node(now)
            typed = bool(now.type) and not now.choices
            if len(lines) + ABOVE + typed > ROWS:
                too_much.append(f"{node.id}/{spoken}: {len(lines)} lines")
            wide = [text for line in lines if cells("".join(text for text, _ in line)) > WIDTH for text, _ in line]
            too_much += [f"{node.id}/{spoken}: {text}" for text in wide]
    assert not too_much
