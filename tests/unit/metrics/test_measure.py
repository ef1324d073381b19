"""The laws of the indicators: nothing is averaged, nothing is counted twice, the same facts give the same figures."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui.domain.centre import Figure
from agent_tui.metrics.facts import AgentSpan, ContactFact, TicketFact
from agent_tui.metrics.interval import Counts, Rules, count_contacts, count_spans, half_hours, repeats, within
from agent_tui.metrics.measure import measure, quantile
from agent_tui.metrics.registry import METRICS, Goal
from tests.eg import NOW, at
from tests.unit.metrics.days import DAY, abandoned, answered, worked_day

SECONDS = st.integers(0, 7200)


@st.composite
def contacts(draw: st.DrawFn) -> list[ContactFact]:
    found = []
    for n in range(draw(st.integers(0, 25))):
        start, wait = at(draw(SECONDS)), float(draw(st.integers(0, 60)))
        agent = draw(st.sampled_from(["a1", "a2", None]))
        if agent is None:
            found.append(abandoned(f"k{n}", wait, start))
        else:
            score = draw(st.sampled_from([None, 1, 3, 4, 5]))
            who = draw(st.sampled_from(["c1", "c2", "c3"]))
            found.append(answered(f"k{n}", wait, 60.0, start, agent_id=agent, satisfaction=score, customer_id=who))
    return found


@st.composite
def spans(draw: st.DrawFn) -> list[AgentSpan]:
    found = []
    for agent in ("a1", "a2"):
        edges = sorted(draw(st.lists(SECONDS, max_size=8)))
        for start, end in pairwise(edges):
            state = draw(st.sampled_from(["ready", "reserved", "busy", "wrap_up", "not_ready"]))
            found.append(AgentSpan(agent_id=agent, state=state, reason=None, start=at(start), end=at(end)))
    return found


def cut(edges: list[int]) -> list[tuple[datetime, datetime]]:
    moments = [NOW, *(at(edge) for edge in sorted(edges)), at(7201)]
    return list(pairwise(moments))


def count(facts: list[ContactFact], people: list[AgentSpan], since: datetime, until: datetime) -> Counts:
    return count_contacts(within(facts, since, until), Rules(), repeats(facts)) + count_spans(people, since, until)


@given(contacts(), spans(), st.lists(SECONDS, max_size=6))
def test_counts_of_the_parts_add_up_to_the_whole(
    facts: list[ContactFact], people: list[AgentSpan], edges: list[int]
) -> None:
    parts = sum((count(facts, people, since, until) for since, until in cut(edges)), Counts())
    assert parts == count(facts, people, NOW, at(7201))


@given(contacts(), spans(), st.lists(SECONDS, max_size=6))
def test_numerators_and_denominators_add_up_too_and_percentages_are_never_averaged(
    facts: list[ContactFact], people: list[AgentSpan], edges: list[int]
) -> None:
    whole = measure(facts, people, NOW, at(7201))
    parts = [measure(facts, people, since, until) for since, until in cut(edges)]
    for id, figure in whole.items():
        if METRICS[id].rules[0].quantile is None and figure.unit != "count":
            assert sum(part[id].numerator for part in parts) == pytest.approx(figure.numerator)
            assert sum(part[id].denominator for part in parts) == pytest.approx(figure.denominator)


@given(contacts(), spans(), st.randoms())
def test_the_order_of_facts_is_irrelevant(facts: list[ContactFact], people: list[AgentSpan], random: object) -> None:
    mixed = list(facts)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert measure(mixed, people[::-1], NOW, at(7201)) == measure(facts, people, NOW, at(7201))


@given(contacts())
def test_agents_share_out_what_the_centre_answered(facts: list[ContactFact]) -> None:
    whole = measure(facts, (), NOW, at(7201))
    each = [measure(facts, (), NOW, at(7201), f"a:{agent}") for agent in ("a1", "a2")]
    for id in ("answered", "handled", "csat", "asa", "aht", "contacts_per_hour"):
        assert sum(figures[id].numerator for figures in each) == pytest.approx(whole[id].numerator)


@settings(max_examples=30)
@given(contacts())
def test_under_every_rule_a_share_is_a_share(facts: list[ContactFact]) -> None:
    for metric in ("service_level", "abandonment"):
        for rule in METRICS[metric].rules:
            value = measure(facts, (), NOW, at(7201), rules=Rules(variants={metric: rule.name}))[metric].value
            assert value is None or 0.0 <= value <= 1.0


def only(figures: dict[str, Figure], id: str) -> float:
    value = figures[id].value
    assert value is not None
    return value


@settings(max_examples=30)
@given(contacts(), spans())
def test_the_curve_of_the_wallboard_is_the_report_of_each_half_hour(
    facts: list[ContactFact], people: list[AgentSpan]
) -> None:
    day = measure(facts, people, NOW, at(7200))
    for half in range(4):
        reported = measure(facts, people, at(1800 * half), at(1800 * (half + 1)))
        for id, figure in day.items():
            if METRICS[id].curve:
                assert figure.curve[20 + half] == pytest.approx(reported[id].value), id


def test_a_curve_has_the_half_hours_of_the_centres_day_and_ends_where_the_facts_end() -> None:
    curve = measure(worked_day(), (), NOW, at(3600))["offered"].curve
    assert len(curve) == 48
    assert curve[19] is None, "before the interval (10:00 in Shanghai)"
    assert curve[20:22] == (60, 30)
    assert curve[22] is None, "after it"


@pytest.mark.parametrize(("day", "halves"), [((2026, 3, 28), 48), ((2026, 3, 29), 46), ((2026, 10, 25), 50)])
def test_days_on_which_clocks_change_have_fewer_or_more_half_hours(day: tuple[int, int, int], halves: int) -> None:
    noon = NOW.replace(year=day[0], month=day[1], day=day[2], hour=12)
    assert len(half_hours(noon, "Europe/Berlin")) == halves + 1


def span(state: str, start: float, end: float, agent: str = "a1") -> AgentSpan:
    return AgentSpan(agent_id=agent, state=state, reason=None, start=at(start), end=at(end))


WORKED = [
    span("ready", 0, 600),
    span("reserved", 600, 660),
    span("busy", 660, 2460),
    span("wrap_up", 2460, 3000),
    span("not_ready", 3000, 3600),
]


def test_occupancy_and_utilisation_have_different_denominators() -> None:
    figures = measure([], WORKED, NOW, at(3600))
    assert only(figures, "occupancy") == pytest.approx(2340 / 3000)
    assert only(figures, "utilisation") == pytest.approx(3000 / 3600)


def test_time_of_agents_is_cut_at_the_edges() -> None:
    figures = measure([], WORKED, at(2400), at(3300))
    assert (figures["occupancy"].numerator, figures["utilisation"].denominator) == (600, 900)


def test_contacts_per_hour_counts_hours_on_queue_only() -> None:
    took = [answered(f"k{n}", 5, at=at(60 * n)) for n in range(10)]
    assert only(measure(took, WORKED, NOW, at(3600)), "contacts_per_hour") == pytest.approx(10 / (3000 / 3600))


def test_a_group_has_occupancy_when_its_members_are_known() -> None:
    both = [*WORKED, span("ready", 0, 3600, "a2")]
    assert "occupancy" not in measure([], both, NOW, at(3600), "g:cards")
    assert only(measure([], both, NOW, at(3600), "g:cards", members=["a2"]), "occupancy") == 0.0


def came(
    id: str, day: float, category: str = "card_loss", result: str = "answered", channel: str = "phone"
) -> ContactFact:
    return answered(id, 5, at=NOW + day * DAY, customer_id="c1", category=category, result=result, channel=channel)


def fcr(*facts: ContactFact, known_days: float = 30.0) -> Figure:
    return measure(facts, (), NOW, NOW + DAY, as_of=NOW + known_days * DAY)["fcr"]


def test_a_repeat_through_another_channel_within_seven_days_undoes_a_solution() -> None:
    assert fcr(came("k1", 0), came("k2", 6.9, channel="email")).value == 0.0


def test_another_reason_or_a_later_day_is_no_repeat() -> None:
    assert fcr(came("k1", 0), came("k2", 3, category="dispute"), came("k3", 7.1)).value == 1.0


def test_what_was_not_solved_is_not_counted() -> None:
    assert fcr(came("k1", 0, result="ticket")).value is None


def test_first_contact_resolution_is_provisional_for_seven_days() -> None:
    assert fcr(came("k1", 0), known_days=6.9).provisional
    assert not fcr(came("k1", 0), known_days=7.1).provisional


def test_satisfaction_stands_beside_the_share_of_answers() -> None:
    facts = [answered(f"k{n}", 5, satisfaction=score) for n, score in enumerate([5, 4, 3, 1, None, None])]
    figures = measure(facts, (), NOW, NOW + DAY)
    assert only(figures, "csat") == 0.5
    assert only(figures, "csat_answer_rate") == pytest.approx(4 / 6)


def test_who_still_waits_makes_the_figures_of_the_queue_provisional() -> None:
    waiting = ContactFact(contact_id="k1", offered_at=NOW, queued_at=NOW, wait_s=30)
    figures = measure([waiting, answered("k2", 5)], (), NOW, at(60))
    assert figures["service_level"].provisional
    assert only(figures, "offered") == 1, "offered is answered and abandoned"
    assert not measure([answered("k2", 5)], (), NOW, at(60))["service_level"].provisional


def ticket(kind: str, due: float, done: float | None) -> TicketFact:
    moment = at(done) if done is not None else None
    return TicketFact(
        ticket_id=f"{kind}{due}{done}", kind=kind, opened_at=NOW, due_at=at(due), answered_at=moment, closed_at=moment
    )


@pytest.mark.parametrize(
    ("kind", "metric"),
    [("work_order", "transfer_in_time"), ("call_back", "callback_in_time"), ("complaint", "complaint_in_time")],
)
def test_a_clock_is_kept_or_missed_in_the_interval_in_which_it_runs_out(kind: str, metric: str) -> None:
    tickets = [ticket(kind, 60, 50), ticket(kind, 60, 61), ticket(kind, 60, None), ticket(kind, 9999, None)]
    figure = measure([], (), NOW, at(3600), tickets=tickets)[metric]
    assert (figure.numerator, figure.denominator) == (1, 3)


def test_a_clock_that_still_runs_is_neither_kept_nor_missed() -> None:
    tickets = [ticket("work_order", 60, 50), ticket("work_order", 3000, None)]
    figure = measure([], (), NOW, at(3600), tickets=tickets, as_of=at(1200))["transfer_in_time"]
    assert (figure.numerator, figure.denominator) == (1, 1)


def test_a_curve_is_not_drawn_into_the_future() -> None:
    curve = measure([answered("k1", 5)], (), NOW, NOW + DAY, as_of=at(1200))["offered"].curve
    assert curve[20:22] == (1, None)


def test_feedback_counts_from_the_opening_of_the_work_order() -> None:
    tickets = [ticket("work_order", 60, 80_000), ticket("work_order", 60, 90_000)]
    figure = measure([], (), NOW, NOW + 2 * DAY, tickets=tickets)["feedback_in_24h"]
    assert (figure.numerator, figure.denominator) == (1, 2)


def test_a_figure_says_which_rule_and_thresholds_made_it() -> None:
    rules = Rules(answer_within_s=30, short_abandon_s=10, targets={"service_level": 0.9})
    figure = measure(worked_day(), (), NOW, NOW + DAY, "g:cards", rules)["service_level"]
    assert (figure.id, figure.rule) == ("service_level:g:cards", "service_level/default@1")
    assert figure.parameters == {"answer_within_s": 30, "short_abandon_s": 10}
    assert (figure.target, figure.level) == (0.9, "bad")


def test_nothing_counted_is_no_value_and_no_alarm() -> None:
    figures = measure([], (), NOW, at(60))
    assert {figure.value for figure in figures.values() if figure.unit != "count"} == {None}
    assert {figure.level for figure in figures.values()} == {"ok"}


@pytest.mark.parametrize(
    ("goal", "value", "level"),
    [
        (Goal(kind="at_most", target=0.05), 0.04, "ok"),
        (Goal(kind="at_most", target=0.05), 0.045, "warn"),
        (Goal(kind="at_most", target=0.05), 0.051, "bad"),
        (Goal(kind="at_least", target=0.80), 0.79, "bad"),
        (Goal(kind="at_least", target=0.80), 0.82, "warn"),
        (Goal(kind="at_least", target=0.80), 0.85, "ok"),
        (Goal(kind="at_least", target=1.0), 1.0, "ok"),
        (Goal(kind="band", target=0.85, low=0.75, limit=0.90), 0.80, "ok"),
        (Goal(kind="band", target=0.85, low=0.75, limit=0.90), 0.70, "warn"),
        (Goal(kind="band", target=0.85, low=0.75, limit=0.90), 0.91, "bad"),
    ],
)
def test_the_last_fifth_before_a_missed_target_is_a_warning(goal: Goal, value: float, level: str) -> None:
    assert goal.level(value) == level


def test_the_wait_of_nine_in_ten_is_a_wait_that_somebody_had() -> None:
    assert quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9) == 9
    assert quantile([7], 0.9) == 7
    assert quantile([], 0.9) is None


def test_figures_travel_as_they_are() -> None:
    figure = measure(worked_day(), (), NOW, NOW + DAY)["service_level"]
    assert msgspec.json.decode(msgspec.json.encode(figure), type=Figure) == figure


def test_the_day_may_begin_anywhere() -> None:
    assert half_hours(NOW, "Asia/Shanghai")[0] == NOW - timedelta(hours=10)
