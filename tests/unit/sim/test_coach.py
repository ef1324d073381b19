"""A score is a pure function of what happened, and says why."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain.effects import Event
from agent_tui.i18n.catalog import LANGUAGES, texts
from agent_tui.sim import coach
from agent_tui.sim.scenario import RightAction, Rubric, Sentence
from tests import eg
from tests.unit.sim.names import THREE

RUBRIC = Rubric(
    category="terminal_locked",
    degree="basic",
    disclosing=("已解锁",),
    action=RightAction(id="unlock_terminal"),
    forbidden=("waive_fee",),
    sentences=(Sentence(name=THREE, any=("您好",)),),
    nodes=("greet", "verify", "unlock"),
    handle_s=300,
)


def event(name: str, at: float = 0, **data: Any) -> Event:
    return Event(name=name, at=eg.at(at), contact_id="k1", agent_id="a1", data=data)


def log() -> list[Event]:
    """A contact handled as it should be."""
    return [
        event("ContactEstablished"),
        event("MessageSent", 5, text="您好"),
        event("CallerVerified", 20, degree="basic"),
        event("ActionPerformed", 60, action="unlock_terminal"),
        event("MessageSent", 70, text="已解锁"),
        event("ContactCleared", 90),
        event(
            "ContactClosed",
            120,
            category="terminal_locked",
            result="answered",
            path="p@1#greet p@1#x p@1#verify p@1#unlock",
        ),
    ]


def part(events: list[Event], name: str, rubric: Rubric = RUBRIC) -> coach.ScoreLine:
    return next(line for line in coach.score(events, rubric).lines if line.part == name)


def test_right_handling_gets_everything() -> None:
    score = coach.score(log(), RUBRIC)
    assert (score.points, score.max, score.share) == (100, 100, 1.0)


def test_telling_before_verifying_costs_the_verification() -> None:
    events = log()
    events.insert(1, event("MessageSent", 2, text="已解锁了"))
    assert part(events, "verification").points == 0


def test_acting_before_verifying_costs_the_verification() -> None:
    events = log()
    events.insert(1, event("ActionPerformed", 2, action="unlock_terminal"))
    assert part(events, "verification").why.key == "sim.why.told_unverified"


def test_a_lower_degree_does_not_count() -> None:
    higher = msgspec.structs.replace(RUBRIC, degree="full")
    assert part(log(), "verification", higher).points == 0


def test_a_forbidden_action_costs_the_action() -> None:
    assert part([*log(), event("ActionPerformed", action="waive_fee")], "action").points == 0


def test_refused_tries_cost_a_part_of_the_action() -> None:
    events = [event("ActionRefused", action="unlock_terminal"), *log()]
    assert 0 < part(events, "action").points < 20


@pytest.mark.parametrize(("category", "points"), [("terminal_locked", 20), ("annual_fee", 0), ("", 0)])
def test_category(category: str, points: int) -> None:
    events = [*log()[:-1], event("ContactClosed", 120, category=category, result="answered")]
    assert part(events, "category").points == points


def test_steps_out_of_order_count_as_far_as_they_were_in_order() -> None:
    events = [
        *log()[:-1],
        event("ContactClosed", 120, category="terminal_locked", result="answered", path="p#unlock p#greet p#verify"),
    ]
    assert part(events, "path").points == round(10 * 2 / 3)


@given(st.floats(min_value=0, max_value=3000))
def test_handle_time_is_full_to_the_target_and_nothing_from_twice_that(took: float) -> None:
    events = [*log()[:-1], event("ContactClosed", took, category="terminal_locked", result="answered")]
    points = part(events, "time").points
    assert points == 10 if took <= 300 else points <= 10
    assert took < 600 or points == 0


def test_a_promise_needs_a_ticket() -> None:
    events = [*log()[:-1], event("ContactClosed", 120, category="terminal_locked", result="ticket")]
    assert part(events, "nothing_lost").points == 0
    assert part([*events, event("TicketOpened")], "nothing_lost").points == 5


def test_an_unfinished_contact_is_scored_without_failing() -> None:
    assert coach.score([], RUBRIC).points == 0


NAMES = ["ContactEstablished", "ContactClosed", "ActionPerformed", "ActionRefused", "CallerVerified", "MessageSent"]
ANY = st.lists(st.builds(event, st.sampled_from(NAMES), st.floats(min_value=0, max_value=1e6)), max_size=12)


@given(ANY)
def test_a_score_never_leaves_its_bounds_and_every_line_can_be_said(events: list[Event]) -> None:
    score = coach.score(events, RUBRIC)
    assert score == coach.score(events, RUBRIC)
    for line in score.lines:
        assert 0 <= line.points <= line.max
        assert all(
            line.why.key in texts(language) and f"sim.part.{line.part}" in texts(language) for language in LANGUAGES
        )
