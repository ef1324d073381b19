"""A run goes on, back and over again without losing, repeating or inventing anything."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui.blueprints.facts import examples
from agent_tui.blueprints.model import End, LookUp
from agent_tui.blueprints.run import (
    Result,
    advance,
    back,
    command,
    current,
    deviate,
    done_here,
    ended,
    filled,
    jump,
    learn,
    leave,
    path,
    pinned,
    place,
    resume,
    shown,
    speak,
    start,
    transcript,
    verified,
    visited,
)
from agent_tui.blueprints.walk import Run, missed
from agent_tui.domain.commands import PerformAction, RaiseWorkOrder, VerifyCaller
from agent_tui.domain.contact import Verified
from agent_tui.errors import InputError
from tests.unit.blueprints.walks import FILES, STEPS, TODAY, answer, learned, read, walk

NAMES = [file.stem for file in FILES]
SEEDS = st.integers(0, 2**32)
LANGUAGES = st.sampled_from(["zh", "en", "ja"])
FACTS = {**examples(), "contact.verified": "none", "time.today": TODAY}


def pos(language: str = "en") -> Run:
    return start(read("pos_terminal"), FACTS, language)


def to(run: Run, *answers: str | int | bool | Result | None) -> Run:
    for each in answers:
        run = advance(run, each)
    return run


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, language=LANGUAGES)
def test_every_walk_ends_without_blanks_and_with_every_mandatory_sentence(
    name: str, seed: int, language: str
) -> None:
    places = list(walk(read(name), seed, language))
    assert len(places) < STEPS and ended(places[-1])
    for run in places:
        now = shown(run)
        assert now.blanks == () and "____" not in now.text + now.tip + now.message + now.brief
        assert "{" not in now.text
    assert missed(places[-1]) == ()
    done = filled(places[-1])
    assert done.category and done.result and "____" not in done.note


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, language=LANGUAGES)
def test_back_undoes_advance_and_a_kept_run_is_the_same_run(name: str, seed: int, language: str) -> None:
    places = list(walk(read(name), seed, language))
    for before, after in pairwise(places):
        assert place(back(after)) == place(before)
        undone = back(after)
        again = None if done_here(undone) else after.steps[len(undone.steps)].answer
        assert place(advance(undone, again)) == place(after)
        assert resume(leave(after), read(name), after.facts) == after


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, name=st.sampled_from(NAMES))
def test_any_mix_of_moves_keeps_the_run_whole(seed: int, name: str) -> None:
    rng = random.Random(seed)
    run = start(read(name), {**FACTS, "contact.verified": "full"}, "zh")
    for _ in range(60):
        run = _move(run, rng)
        assert shown(run).node == run.node
        assert set(visited(run)) <= {node.id for node in run.blueprint.nodes}
        assert not run.ahead or run.ahead[0].node == run.node
        assert path(run)[-1].endswith(f"#{run.node}")


def _move(run: Run, rng: random.Random) -> Run:
    kind = rng.choice(["on", "on", "on", "back", "jump", "speak", "deviate"])
    if kind == "back":
        return back(run)
    if kind == "jump":
        return jump(run, rng.choice(visited(run)))
    if kind == "speak":
        return speak(run, rng.choice(["zh", "en", "ja"]))
    if kind == "deviate" and rng.random() < 0.2:
        return deviate(run, "客户赶时间", rng.choice([node.id for node in run.blueprint.nodes]))
    node = current(run)
    if isinstance(node, End):
        return back(run)
    if isinstance(node, LookUp):
        run = learn(run, learned(run, node.facts, rng))
    return advance(run, None if done_here(run) else answer(run, rng))


def test_an_action_that_was_done_stays_done_when_going_back() -> None:
    checks = Result(outcome="passed", checks=("merchant_name", "legal_person"))
    run = to(pos(), None, None, "locked", checks, "code", None)
    assert isinstance(command(run, contact_id="k1", customer_id="c1"), PerformAction)
    after = advance(run, Result(outcome="applied"))
    again = back(after)
    assert shown(again).done == "applied"
    assert advance(again).node == after.node
    with pytest.raises(InputError, match="already"):
        advance(again, "refused")


def test_going_round_again_is_a_new_visit() -> None:
    run = start(read("statement_billing"), {**FACTS, "contact.verified": "basic"}, "zh")
    once = to(run, "resend", None, None, "email", "2026-01", "applied", None, "accepted", None, True)
    twice = to(once, "resend", None, None, "sms", "2026-02")
    assert twice.node == "resend" and done_here(twice) is None
    assert advance(twice, "refused").node == "cannot"


def test_a_check_passes_only_with_enough_right_answers() -> None:
    run = to(pos(), None, None, "locked")
    assert command(run, contact_id="k1", checks=("merchant_name",)) == VerifyCaller(
        contact_id="k1", degree=Verified.BASIC, checks=("merchant_name",)
    )
    with pytest.raises(InputError, match="checks"):
        advance(run, Result(outcome="passed", checks=("merchant_name",)))
    with pytest.raises(InputError, match="checks"):
        advance(run, "passed")
    passed = advance(run, Result(outcome="passed", checks=("merchant_name", "legal_person")))
    assert verified(run) == "none" and verified(passed) == "basic"


def test_a_caller_already_verified_is_not_asked_again() -> None:
    run = start(read("pos_terminal"), {**FACTS, "contact.verified": "basic"}, "zh")
    at = to(run, None, None, "locked")
    assert at.node == "lock_why"
    assert not any("lock_verify" in node for node in path(at))
    assert back(at).node == "trouble"


def test_a_look_up_has_found_only_what_is_known() -> None:
    run = advance(start(read("pos_terminal"), {"bank.name": "B", "agent.name": "A"}, "zh"))
    assert advance(run).node == "ask_terminal"
    with pytest.raises(InputError, match="unknown"):
        advance(run, "found")
    number = advance(advance(run), "10023345")
    assert number.node == "trouble"
    assert "10023345" in shown(to(number, "fails", "issuer", None)).text


def test_a_result_is_waited_for() -> None:
    with pytest.raises(InputError, match="awaits"):
        advance(to(pos(), None, None, "locked"))
    with pytest.raises(InputError, match="outcome"):
        advance(to(pos(), None, None, "locked"), "perhaps")


def test_nothing_comes_after_the_end() -> None:
    run = to(pos(), None, None, "paper", None, True, True, None)
    assert ended(run) and shown(run).ended
    with pytest.raises(InputError, match="ended"):
        advance(run)


def test_only_visited_nodes_can_be_jumped_to() -> None:
    run = to(pos(), None, None, "paper")
    assert jump(run, "greet").node == "greet"
    assert jump(jump(run, "greet"), "paper_how").node == "paper_how"
    with pytest.raises(InputError, match="not_visited"):
        jump(run, "unlock")


def test_another_answer_after_going_back_forgets_what_was_ahead() -> None:
    run = to(pos(), None, None, "paper", None)
    at = jump(run, "trouble")
    assert shown(at).answer == "paper"
    assert advance(at, "paper").ahead != ()
    other = advance(at, "network")
    assert other.ahead == () and "paper_how" not in visited(other)


def test_the_language_changes_midway_and_the_transcript_remembers() -> None:
    run = speak(to(pos("zh"), None, None), "ja")
    assert "どのような状態" in shown(run).text
    said = transcript(advance(run, "paper"))
    assert "您好" in said[0][1] and "ロール紙" in said[-1][1]
    with pytest.raises(InputError):
        speak(run, "fr")


def test_what_is_meant_for_the_agent_is_in_the_agents_language() -> None:
    now = shown(to(pos("ja"), None), "zh")
    assert "お調べ" in now.text and "一户多机" in now.tip and ("found", "已查到") in now.choices


def test_the_transcript_shows_what_could_be_said_by_then() -> None:
    run = start(read("inquiry_standard"), {**FACTS}, "zh")
    told = to(run, None, "bill", Result(outcome="passed", checks=("name", "id_tail", "birth_date")), None)
    assert transcript(told)[-1] == ("basic_topic", shown(told).text) and "1234" in shown(told).text
    early = deviate(deviate(run, "r", "basic_topic"), "r", "verify_basic")
    late = advance(early, Result(outcome="passed", checks=("name", "id_tail", "birth_date")))
    assert "____" in dict(transcript(late))["basic_topic"]


def test_a_deviation_needs_a_reason_and_is_recorded() -> None:
    run = to(pos(), None, None)
    with pytest.raises(InputError, match="reason"):
        deviate(run, "  ", "note_done")
    stayed = deviate(run, "客户先问了费用")
    assert place(stayed) == place(run) and stayed.deviations[0].reason == "客户先问了费用"
    assert filled(deviate(run, "r", "end_order")).deviations == ("trouble: r",)


def test_secrets_in_the_reason_of_a_deviation_are_blacked_out() -> None:
    run = deviate(pos(), "客户报了卡号 4111 1111 1111 1111")
    assert "4111" not in run.deviations[0].reason and "4111" not in leave(run)


def test_what_a_deviation_left_unsaid_is_named() -> None:
    run = deviate(to(pos(), None, None), "客户挂断在即", "end_order")
    assert missed(run) == ("tell_number",) and filled(run).missed == ("tell_number",)


def test_what_may_not_be_said_yet_is_a_blank() -> None:
    blueprint = read("inquiry_standard")
    node = next(node for node in blueprint.nodes if "product.number" in node.texts.get("zh", ""))
    run = deviate(start(blueprint, {**FACTS}, "zh"), "test", node.id)
    assert "product.number" in shown(run).blanks and "1234" not in shown(run).text


def test_what_is_filled_in_is_never_read_again() -> None:
    run = start(read("pos_terminal"), {**FACTS, "agent.name": "{bank.name} [/x]"}, "zh")
    assert "{bank.name} [/x]" in shown(run).text


def test_a_kept_run_has_no_private_facts_and_stays_with_its_version() -> None:
    run = to(pos(), None, None)
    text = leave(learn(run, {"customer.name": "张三丰"}))
    assert "张三丰" not in text and pinned(text) == read("pos_terminal").key
    other = read("inquiry_standard")
    with pytest.raises(InputError, match="other_version"):
        resume(text, other, FACTS)
    with pytest.raises(InputError, match="unreadable"):
        resume("{}", other, FACTS)


def test_answers_fill_the_work_order_and_the_wrap_up() -> None:
    run = to(pos("zh"), None, None, "paper", None, True, False, "3")
    order = command(run, contact_id="k1", customer_id="c1")
    assert isinstance(order, RaiseWorkOrder) and order.group == "merchant_ops" and "3 卷" in order.title
    english = command(speak(run, "ja"), contact_id="k1", desk="en")
    assert isinstance(english, RaiseWorkOrder) and english.title == "Deliver 3 paper rolls"
    late = to(run, "not_done", "15:30", None)
    done = filled(late, "en", zone="Asia/Shanghai")
    assert done.result == "callback" and done.call_back_at == f"{TODAY}T07:30:00Z"
    assert done.path[0] == f"{read('pos_terminal').key}#greet" and "2 March 2026 15:30" in done.note


def test_a_reason_taken_in_words_is_what_the_choice_says_to_the_desk() -> None:
    run = start(read("fee_waiver"), {**FACTS, "contact.verified": "full"}, "ja")
    for _ in range(20):
        now = shown(run, "zh")
        if now.action == "waive_fee":
            break
        run = advance(run, _fee(now.node))
    assert now.args["reason"] == "第一次发生"
    assert now.args["amount"] == 1000, "an amount stays a value"


def _fee(node: str) -> str | None:
    return {"card": "found", "kind": "annual", "amount": "10", "reason": "first_time"}.get(node)
