"""The trainee's desk: it looks like nothing else, works like the real one, and says what was right only afterwards."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from rich.style import Style

from agent_tui.desk.door import Door
from agent_tui.desk.views import Status
from agent_tui.domain import commands as c
from agent_tui.errors import EnvironmentError_, UsageError
from agent_tui.i18n.message import msg
from agent_tui.policy.decision import Allow, Decision, Deny
from agent_tui.sim.coach import Score, ScoreLine
from agent_tui.sim.runner import Result
from agent_tui.sim.scenario import Scenario, shipped
from agent_tui.tui import themes, training
from agent_tui.tui.panes.coach_lines import CoachText
from agent_tui.tui.screens.lobby import Lobby
from agent_tui.tui.screens.train import TrainScreen
from agent_tui.tui.simulated import MARK, simulated
from agent_tui.tui.train_app import TrainApp, run
from agent_tui.tui.training import Round, Wanted
from agent_tui.tui.words import Words
from tests.tui.fake import FakeDoor
from tests.tui.stage import Stage, stage

POS = shipped()["pos-locked"]
RESULT = Result(
    scenario="pos-locked",
    seed=1,
    events=12,
    score=Score(
        points=30,
        max=40,
        lines=(
            ScoreLine(part="verification", points=20, max=20, why=msg("sim.why.verified_first", degree="basic")),
            ScoreLine(
                part="category", points=10, max=20,
                why=msg("sim.why.category_wrong", given="pos_trouble", right="terminal_locked"),
            ),
        ),
    ),
)  # fmt: skip


class FakeRound:
    def __init__(self, wanted: Wanted) -> None:
        self.wanted, self.password = wanted, "right"
        self.fake = FakeDoor(rows=0)
        self.fake.add_waiting(0)
        self.door: Door = self.fake
        self.score: asyncio.Future[Result] = asyncio.get_running_loop().create_future()

    async def finished(self) -> Result:
        return await self.score


class FakeRounds:
    def __init__(self) -> None:
        self.begun: list[FakeRound] = []
        self.ended = 0

    async def begin(self, wanted: Wanted) -> Round:
        self.begun.append(FakeRound(wanted))
        return self.begun[-1]

    async def end(self) -> None:
        self.ended += 1


class Trained(Stage):
    """A stage on which training goes on."""

    rounds: FakeRounds

    @property
    def train(self) -> TrainScreen:
        return next(screen for screen in self.pilot.app.screen_stack if isinstance(screen, TrainScreen))

    @property
    def at_lobby(self) -> bool:
        return isinstance(self.pilot.app.screen, Lobby)

    async def score(self, result: Result | None = RESULT) -> None:
        future = self.rounds.begun[-1].score
        if result is None:
            future.set_exception(EnvironmentError_("sim.backend_gone", detail="x"))
        else:
            future.set_result(result)
        await self.settle()


@asynccontextmanager
async def trained(
    first: Scenario | None = POS, *, size: tuple[int, int] = (120, 40), language: str = "zh"
) -> AsyncIterator[Trained]:
    rounds = FakeRounds()
    wanted = Wanted(first) if first else None
    app = TrainApp(rounds, Words(language), themes.load(None), 1, wanted)
    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.1)
        at = Trained(pilot, rounds.begun[-1].fake if rounds.begun else FakeDoor(), None)  # type: ignore[arg-type]
        at.rounds = rounds
        await at.settle()
        yield at


# ---- the lobby -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en", "ja"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_lobby_lists_scenarios_the_easy_first_and_a_digit_starts_one(
    language: str, size: tuple[int, int]
) -> None:
    async with trained(None, size=size, language=language) as at:
        assert at.at_lobby
        listed = [at.text.index(one.title.say(language)) for one in training.known()]
        assert listed == sorted(listed)
        await at.press("2")
        assert at.rounds.begun[0].wanted == Wanted(training.known()[1], 1)


async def test_the_seed_is_chosen_by_keys_and_never_below_one() -> None:
    async with trained(None) as at:
        await at.press("left", "right", "right", "down", "enter")
        assert at.rounds.begun[0].wanted == Wanted(training.known()[1], 3)


async def test_a_full_width_digit_chooses_too() -> None:
    async with trained(None) as at:
        await at.press("fullwidth_digit_one")
        assert at.rounds.begun[0].wanted.scenario == POS


async def test_escape_leaves_the_lobby() -> None:
    async with trained(None) as at:
        await at.press("escape")
        assert at.pilot.app.return_code == 0 and not at.rounds.begun


# ---- the look --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_trainee_sees_at_a_glance_that_nothing_is_real(size: tuple[int, int]) -> None:
    async with trained(size=size) as at:
        first = at.text.split("\n")[0]
        assert "模拟演练 · 不是真实客户" in first and "Ctrl+Y" in first
        assert POS.title.zh in first and "种子 1" in first


async def test_another_theme_is_a_simulation_all_the_same() -> None:
    async with trained() as at:
        await at.press("escape", "f2", "e", "2")
        app = at.pilot.app
        assert app.theme.endswith(MARK)
        ink = at.train.painter.ink
        assert ink["title"].bgcolor == ink["sim"].bgcolor


async def test_a_desk_on_a_simulation_server_says_so_and_a_live_one_does_not() -> None:
    class Simulated(FakeDoor):
        def view(self, query: object) -> object:
            seen = super().view(query)
            return msgspec.structs.replace(seen, simulation=True) if isinstance(seen, Status) else seen

    async with stage(Simulated()) as at:
        assert Words("zh")("simulation") in at.text.split("\n")[0]
    async with stage(FakeDoor()) as at:
        assert Words("zh")("simulation") not in at.text


def _light(colour: str) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(part) for part in bytes.fromhex(colour[1:]))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(style: Style) -> float:
    assert style.color is not None and style.bgcolor is not None
    one, other = sorted((_light(style.color.name), _light(style.bgcolor.name)))
    return (other + 0.05) / (one + 0.05)


@pytest.mark.parametrize("name", [n for n in themes.names() if not themes.load(n).ansi])
def test_every_ink_stays_readable_on_the_ground_of_simulation(name: str) -> None:
    ink = themes.Ink(simulated(themes.load(name)))
    weak = {role: round(_contrast(style), 2) for role, style in ink.styles.items() if _contrast(style) < 4.5}
    assert not weak


@pytest.mark.parametrize("name", themes.names())
def test_simulation_differs_from_live_in_every_theme(name: str) -> None:
    live, sim = themes.Ink(themes.load(name)), themes.Ink(simulated(themes.load(name)))
    assert live["title"].bgcolor != sim["title"].bgcolor
    assert themes.load(name).ansi or live.ground.bgcolor != sim.ground.bgcolor


# ---- the desk and the coach ------------------------------------------------------------------------------------------


async def test_the_keys_are_those_of_the_real_desk() -> None:
    async with trained() as at:
        await at.press("escape", "f9")
        at.door.offer()
        await at.told("contact")
        await at.press("f9")
        assert at.door.sent == [c.SetAgentState(state="ready"), c.AcceptContact(contact_id="q0")]


async def test_an_action_about_a_product_is_judged_with_the_only_one_that_fits() -> None:
    class NeedsTerminal(FakeDoor):
        def may(self, action: str, **about: Any) -> Decision:
            return Allow() if about.get("product_id") == "p2" else Deny(reasons=())

    async with stage(NeedsTerminal()) as at:
        await at.offer()
        await at.press("f9")
        await at.told("contact")
        await at.press("f2", "T")
        assert Words("zh").label("action.unlock_terminal") in at.text
        assert type(at.pilot.app.screen).__name__ == "DealForm"


async def test_the_coach_tells_the_task_and_none_of_the_answers_before_the_end() -> None:
    async with trained() as at:
        page = at.text
        assert "评分项，满分 100 分" in page and "尚未小结" in page
        words = Words("zh")
        text = CoachText(words, POS, 1, {POS.rubric.category: "终端锁定"})
        assert text.right()
        for answer in text.right():
            assert answer not in page
        await at.press("1", "2", "3", "4")
        assert len(at.rounds.begun) == 1 and isinstance(at.train, TrainScreen)


async def test_the_coach_shows_how_far_the_contact_is() -> None:
    async with trained() as at:
        await at.press("escape", "f9")
        at.door.offer()
        await at.told("contact")
        await at.press("f9")
        await at.told("contact")
        at.door.submit(c.VerifyCaller(contact_id="q0", degree="basic", checks=("name",)))  # type: ignore[arg-type]
        await at.told("contact")
        await at.press("ctrl+y")
        assert "基本核验" in at.text.split("先核身 ")[1].split("\n")[0]
        assert "已用 0:00" in at.text


async def test_the_score_comes_by_itself_with_reasons_and_what_was_right() -> None:
    async with trained() as at:
        await at.press("escape")
        await at.score()
        assert "得分 30 / 40" in at.text and "10/20" in at.text
        assert "POS机故障" in at.text, "categories are named, not numbered"
        assert "正确做法" in at.text


async def test_back_at_the_desk_after_the_score_it_is_said_how_to_go_on() -> None:
    async with trained() as at:
        await at.press("escape")
        await at.score()
        await at.press("escape")
        assert "Ctrl+Y" in at.text.split("本次演练已结束")[1].split("\n")[0]
        assert "得分 30/40" in at.text.split("\n")[0]


@pytest.mark.parametrize("language", ["zh", "en", "ja"])
async def test_the_score_fits_a_small_terminal_and_scrolls(language: str) -> None:
    async with trained(size=(80, 24), language=language) as at:
        await at.press("escape")
        await at.score()
        for _ in range(3):
            await at.press("pagedown")
        last = CoachText(Words(language), POS, 1, {}).right()[-1]
        assert last[:10] in at.text


async def test_again_plays_the_same_scenario_with_the_same_seed() -> None:
    async with trained() as at:
        await at.press("escape")
        await at.score()
        await at.press("1")
        assert [one.wanted for one in at.rounds.begun] == [Wanted(POS, 1)] * 2
        assert at.rounds.ended == 1


async def test_next_plays_the_next_of_the_list() -> None:
    async with trained() as at:
        await at.press("escape")
        await at.score()
        await at.press("2")
        assert at.rounds.begun[-1].wanted.scenario == training.known()[1]


async def test_choose_goes_back_to_the_list() -> None:
    async with trained() as at:
        await at.press("escape")
        await at.score()
        await at.press("3")
        assert at.at_lobby and at.rounds.ended == 1


async def test_leave_ends_the_program() -> None:
    async with trained() as at:
        await at.press("escape")
        await at.score()
        await at.press("4")
        assert at.pilot.app.return_code == 0


async def test_starting_over_in_the_middle_is_asked_once_more() -> None:
    async with trained() as at:
        await at.press("escape", "f2", "3", "escape")
        assert len(at.rounds.begun) == 1
        await at.press("f2", "3", "enter")
        assert len(at.rounds.begun) == 2


async def test_a_training_centre_that_ends_is_said_in_a_sentence() -> None:
    async with trained() as at:
        await at.press("escape")
        await at.score(None)
        assert "培训中心意外结束" in at.text


async def test_a_round_that_cannot_start_closes_the_program_with_the_reason() -> None:
    class Broken(FakeRounds):
        async def begin(self, wanted: Wanted) -> Round:
            raise EnvironmentError_("sim.backend_gone", detail="x")

    app = TrainApp(Broken(), Words("zh"), themes.load(None), 1, Wanted(POS))
    async with app.run_test() as pilot:
        await pilot.pause(0.1)
    assert isinstance(app.failure, EnvironmentError_) and app.return_code == 69


@pytest.mark.parametrize("option", ["demo", "server", "profile", "login"])
def test_training_is_led_to_no_other_server(option: str) -> None:
    args = Namespace(demo=False, server=None, profile=None, login=None, scenario=None, seed=None, theme=None)
    setattr(args, option, "x")
    with pytest.raises(UsageError) as raised:
        run(args)
    assert raised.value.args_ == {"option": f"--{option}"}
