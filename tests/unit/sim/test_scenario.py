"""Training scenarios: the shipped ones are playable, a broken one says what is wrong."""

from __future__ import annotations

import pytest

from agent_tui.blueprints.parse import parse as parse_blueprint
from agent_tui.config import data
from agent_tui.config.centre import load as load_centre
from agent_tui.domain.actions import ACTIONS
from agent_tui.errors import InputError
from agent_tui.sim import runner, scenario
from agent_tui.sim.drill import Speaker
from agent_tui.sim.scenario import Scenario

SHIPPED = scenario.shipped()
POS = data.shipped("scripts/scenarios") / "pos-locked.yaml"


@pytest.fixture(params=sorted(SHIPPED))
def one(request: pytest.FixtureRequest) -> Scenario:
    return SHIPPED[request.param]


def test_it_asks_for_what_the_centre_has(one: Scenario) -> None:
    centre = load_centre(data.shipped("scripts/centre"))
    category = next(c for c in centre.categories if c.id == one.rubric.category)
    assert set(one.rubric.results) <= set(category.results)
    assert one.group in {group.id for group in centre.groups}
    wanted = {one.rubric.action.id} if one.rubric.action else set()
    assert wanted | set(one.rubric.forbidden) <= ACTIONS.keys()


def test_its_path_is_one_of_the_blueprint(one: Scenario) -> None:
    file = data.shipped("scripts/blueprints") / f"{one.rubric.blueprint}.yaml"
    blueprint = parse_blueprint(file.read_text("utf-8"), file.name)
    assert set(one.rubric.nodes) <= {node.id for node in blueprint.nodes}


def test_its_customer_can_be_satisfied(one: Scenario) -> None:
    speaker = Speaker(one)
    done = next(answer for answer in one.caller.answers if answer.done)
    for _ in range(len(one.happenings) + 3):
        if speaker.settled:
            break
        speaker.hear(done.when[0])
    assert speaker.settled
    assert speaker.hear("再见") == one.caller.bye and speaker.gone
    assert speaker.hear("再见") is None


def test_a_customer_who_gets_nowhere_leaves(one: Scenario) -> None:
    speaker = Speaker(one)
    for _ in range(one.caller.patience_turns + 1):
        speaker.hear("…")
    assert speaker.gone


def test_a_wrong_field_is_named() -> None:
    text = POS.read_text("utf-8").replace("patience_turns:", "patience_turn:")
    with pytest.raises(InputError) as error:
        scenario.from_text(text, "mine.yaml")
    assert error.value.args_["file"] == "mine.yaml" and "patience_turn" in str(error.value.args_["reason"])


def test_broken_yaml_names_its_line() -> None:
    with pytest.raises(InputError) as error:
        scenario.from_text("kind: scenario\nid: [x\n", "mine.yaml")
    assert error.value.args_["line"] in (2, 3)


def test_an_unknown_scenario_names_those_there_are() -> None:
    with pytest.raises(InputError) as error:
        runner.find("nothing")
    assert "pos-locked" in str(error.value.args_["known"])
