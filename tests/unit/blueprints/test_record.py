"""Whatever an agent did in a blueprint, its record prints again word for word what stood on the screen."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui.blueprints.facts import examples
from agent_tui.blueprints.model import Ask, Blueprint, End, HandOver, LookUp, load
from agent_tui.blueprints.model import dump as compact
from agent_tui.blueprints.parse import parse
from agent_tui.blueprints.record import VISIBLE, Notebook, closed, note, reprint
from agent_tui.blueprints.run import (
    Result,
    Run,
    Shown,
    advance,
    back,
    command,
    current,
    deviate,
    done_here,
    jump,
    learn,
    shown,
    speak,
    start,
    visited,
)
from agent_tui.domain.masking import mask_name
from agent_tui.domain.walk import Walk
from agent_tui.domain.walk_rules import stays
from tests import eg
from tests.unit.blueprints.walks import FILES, FOLDER, TODAY, answer, learned, read

NAMES = [file.stem for file in FILES]
FACTS = {**examples(), "contact.verified": "none", "time.today": TODAY}
HOUSES = ["zh", "en", "ja"]


def move(run: Run, rng: random.Random) -> Run:
    kind = rng.choice(["on", "on", "on", "on", "back", "jump", "speak", "deviate", "learn"])
    match kind:
        case "back":
            return back(run)
        case "jump":
            return jump(run, rng.choice(visited(run)))
        case "speak":
            return speak(run, rng.choice(["zh", "en", "ja"]))
        case "learn":
            return learn(
                run, {"customer.tier": rng.choice(["gold", "vip"]), "product.site": rng.choice(["东店", "西店"])}
            )
        case "deviate":
            ids = [node.id for node in run.blueprint.nodes]
            return deviate(run, "客户赶时间", rng.choice([*ids, None]))
    node = current(run)
    if isinstance(node, End):
        return back(run)
    if isinstance(node, LookUp):
        run = learn(run, learned(run, node.facts, rng))
    return advance(run, None if done_here(run) else answer(run, rng))


def visible(now: Shown) -> dict[str, object]:
    """What is painted of a node."""
    return {name: getattr(now, name) for name in VISIBLE}


def lived(blueprint: Blueprint, seed: int, moves: int = 40) -> tuple[list[dict[str, object]], Walk]:
    """A random run: every sight as it was painted when it changed, and its record after a journey as JSON."""
    rng = random.Random(seed)
    house = rng.choice(HOUSES)
    run = start(blueprint, {**FACTS, "contact.verified": rng.choice(["none", "full"])}, rng.choice(HOUSES))
    book = note(Notebook(began=eg.NOW), run, 0.0, house)
    painted = [visible(shown(run, house))]
    for n in range(1, moves):
        before, run = run, move(run, rng)
        book = note(book, run, n * 3.0, house)
        now = visible(shown(run, house))
        stayed = len(before.steps) == len(run.steps)
        if now != painted[-1] or not stayed:
            painted.append(now)
    walk = closed(book, run, moves * 3.0)
    assert walk is not None
    return painted, msgspec.json.decode(msgspec.json.encode(walk), type=Walk)


def private(blueprint: Blueprint) -> bool:
    return any(isinstance(node, Ask) and node.private for node in blueprint.nodes)


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), name=st.sampled_from([n for n in NAMES if not private(read(n))]))
def test_any_recorded_run_prints_again_exactly_what_was_shown(seed: int, name: str) -> None:
    """The pinned version comes back from its bundle, as it does on the server."""
    painted, walk = lived(read(name), seed)
    again = [visible(now) for now in reprint(walk, load(compact(read(name))))]
    assert again == painted


@pytest.mark.parametrize("name", [n for n in NAMES if private(read(n))])
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_of_a_private_answer_only_the_mask_is_printed(name: str, seed: int) -> None:
    painted, walk = lived(read(name), seed)
    again = [visible(now) for now in reprint(walk, read(name))]
    assert len(again) == len(painted)
    kept = msgspec.json.encode(walk).decode()
    assert "13800005678" not in kept and "someone@example.com" not in kept
    for then, now in zip(painted, again, strict=True):
        spoken = ("text", "tip", "message", "brief", "brief_title")
        assert {n: v for n, v in then.items() if n not in spoken} == {n: v for n, v in now.items() if n not in spoken}
        for field in spoken:
            assert then[field] == now[field] or "•" in str(now[field])


def test_a_name_in_clear_goes_into_no_record_and_no_work_order() -> None:
    """It stands in the greeting of the one who verified the caller, and only there."""
    text = (FOLDER / "card_loss.yaml").read_text("utf-8").replace("您别着急，", "您 {customer.name} 别着急，")
    blueprint = parse(text, "card_loss.yaml")
    run = start(blueprint, {**FACTS, "contact.verified": "full", "customer.name": "张三丰"}, "zh")
    order = next(n for n in blueprint.nodes if isinstance(n, HandOver) and "customer.name" in n.brief["zh"])
    here = deviate(run, "直接派单", order.id)
    walk = closed(note(note(Notebook(began=eg.NOW), run, 0, "zh"), here, 2, "zh"), here, 3)
    assert walk is not None
    assert "张三丰" in shown(run).text
    assert reprint(walk, blueprint)[0].text == shown(run).text.replace("张三丰", mask_name("张三丰"))
    assert "张三丰" not in msgspec.json.encode(walk).decode()
    assert "张三丰" not in shown(here, "zh").brief and mask_name("张三丰") in shown(here, "zh").brief
    assert "张三丰" not in str(command(here, contact_id="k1", customer_id="c1"))


def test_answers_and_deviations_stand_where_they_were_given() -> None:
    run = start(read("pos_terminal"), FACTS, "en")
    book = note(Notebook(began=eg.NOW), run, 0, "en")
    at = 0
    for each in (None, None, "locked"):
        run, at = advance(run, each), at + 10
        book = note(book, run, at, "en")
    run = deviate(run, "customer asked about fees first")
    book = note(book, run, 35, "en")
    run = advance(run, Result(outcome="failed"))
    book = note(book, run, 40, "en")
    walk = closed(book, run, 50)
    assert walk is not None
    assert [seen.node for seen in walk.seen][:4] == ["greet", "find_terminal", "trouble", "lock_verify"]
    assert "lock" in walk.seen[2].answer.lower()
    assert walk.seen[3].deviation == "customer asked about fees first" and walk.seen[3].answer == "failed"
    assert stays(walk)[:4] == [
        "greet/10/advance",
        "find_terminal/10/advance",
        "trouble/10/advance",
        "lock_verify/10/advance",
    ]
    assert stays(walk)[-1].endswith("/stopped")


def test_another_version_is_never_taken_for_the_one_that_was_walked() -> None:
    """The pinned version prints again, or nothing does."""
    _, walk = lived(read("card_loss"), 1)
    newer = msgspec.structs.replace(read("card_loss"), version=read("card_loss").version + 1)
    with pytest.raises(KeyError):
        reprint(walk, newer)
