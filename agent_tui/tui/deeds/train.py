"""What a trainee does besides the work: look at the coach's page, start over, choose another scenario."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from agent_tui.tui.dialogs.confirm import Confirm
from agent_tui.tui.panes.coach_lines import own
from agent_tui.tui.screens.train import TrainScreen

Deed = Callable[[TrainScreen], Awaitable[None]]


async def coach(desk: TrainScreen) -> None:
    await desk.coach()


def _instead(choice: str, asked: str) -> Deed:
    """Give this round up for something else; asked once more unless it is over."""

    async def instead(desk: TrainScreen) -> None:
        words = desk.words
        sure = desk.result is not None or await desk.ask(
            Confirm(words, desk.painter, words.label(f"train.{choice}"), [(own(words, asked), "text")])
        )
        if sure:
            desk.choose(choice)

    return instead


DEEDS: dict[str, Deed] = {
    "train.coach": coach,
    "train.again": _instead("again", "coach.again_ask"),
    "train.choose": _instead("choose", "coach.choose_ask"),
}
