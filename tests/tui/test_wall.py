"""The supervisor's wall: figures carry their arithmetic, the longest in a state stand first, curves fit their cells."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from agent_tui.desk.wall_views import AgentTile, GroupTile, WallView
from agent_tui.domain.agent import AgentState
from agent_tui.domain.centre import Figure
from agent_tui.i18n.catalog import LANGUAGES
from agent_tui.tui.line import Line, length
from agent_tui.tui.panes import wall_lines
from agent_tui.tui.words import Words
from tests import eg


def figure(
    metric: str, value: float, *, level: str = "ok", target: float | None = None, unit: str = "share"
) -> Figure:
    return Figure(
        id=f"{metric}:centre", metric=metric, scope="centre", value=value, numerator=7, denominator=100,
        rule=f"{metric}/default@1", unit=unit, target=target, level=level, curve=(None,) * 18 + (0.5, 1.0) + (None,) * 28,
    )  # fmt: skip


def tile(id: str, state: AgentState, seconds: float, **fields: object) -> AgentTile:
    agent = eg.agent(id, state=state, since=eg.NOW - timedelta(seconds=seconds), **fields)
    return AgentTile(agent=agent, in_state_s=seconds, channel=None, contact_state=None, long=seconds > 900)


def said(lines: list[Line] | Line) -> str:
    rows = lines if isinstance(lines, list) else [lines]
    return "\n".join("".join(text for text, _ in row) for row in rows)


def view() -> WallView:
    lost = figure("abandonment", 0.07, level="bad", target=0.05)
    return WallView(
        figures={"abandonment": lost, "service_level": figure("service_level", 0.7, level="bad", target=0.8)},
        groups=(
            GroupTile(group=eg.group(), waiting=3, longest_s=75, ready=0, busy=2, figures={"abandonment": lost}),
        ),
        agents=(tile("a1", AgentState.READY, 5), tile("a2", AgentState.BUSY, 60), tile("a3", AgentState.BUSY, 900)),
        notices=(),
        waiting=3,
        longest_s=75,
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [38, 58, 78, 118, 198])
def test_every_line_fits_its_width(language: str, width: int) -> None:
    words, wall = Words(language), view()
    lines = [
        *wall_lines.figures(wall, words, width),
        wall_lines.group_head(words, width),
        *(wall_lines.group_line(group, words, width) for group in wall.groups),
        *(wall_lines.person_line(person, words, width, {}) for person in wall.agents),
        *wall_lines.curve(wall.figures["abandonment"], "abandonment", words, width, 7, 20),
    ]
    assert max(map(length, lines)) <= width


def test_a_figure_shows_numerator_denominator_rule_and_target() -> None:
    text = said(
        wall_lines.figure_lines(figure("abandonment", 0.07, level="bad", target=0.05), "abandonment", Words("en"), 60)
    )
    assert "7.0%" in text and "<= 5%" in text and "7 / 100" in text and "abandonment/default@1" in text


def test_a_band_is_shown_as_a_band() -> None:
    assert wall_lines.target(figure("occupancy", 0.6, target=0.85), Words("en")) == "75%-85%"


def test_people_stand_by_state_and_the_longest_first() -> None:
    assert [t.agent.id for t in wall_lines.sorted_people(view().agents)] == ["a3", "a2", "a1"]


def test_a_group_without_a_ready_person_and_a_late_contact_is_marked_in_words_and_signs() -> None:
    line = said(wall_lines.group_line(view().groups[0], Words("en"), 78))
    assert "1:15!" in line and "7.0% !!" in line


def test_a_curve_has_a_column_for_each_half_hour_that_was_counted() -> None:
    lines = wall_lines.curve(figure("service_level", 0.7), "service_level", Words("en"), 60, 7, 20)
    body = [said(line) for line in lines[1:-1]]
    assert all(row.rstrip().endswith(("#", "%", " ", "")) for row in body)
    assert body[-1].count("#") == 2 and body[0].count("#") == 1


def test_nothing_counted_says_so() -> None:
    assert "Nothing" in said(wall_lines.curve(None, "offered", Words("en"), 60, 7, None))


def test_each_group_shows_the_target_it_is_measured_against() -> None:
    tile = msgspec.structs.replace(view().groups[0], group=eg.group(target_share=0.65))
    assert "65%" in said(wall_lines.group_line(tile, Words("zh"), 78))
    assert "目标" in said(wall_lines.group_head(Words("zh"), 78))
    assert "65%" not in said(wall_lines.group_line(tile, Words("zh"), 58)), (
        "the figures come first where it is narrow"
    )
