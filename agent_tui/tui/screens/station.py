"""What every mode's screen has: keys from the registry, bars, a line for what was said, and changes of data gathered
into a few repaints a second."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen, Screen
from textual.timer import Timer

from agent_tui.desk.door import Door
from agent_tui.desk.views import Status
from agent_tui.tui.ahead import ahead
from agent_tui.tui.cosign_watch import CosignWatch
from agent_tui.tui.effect_watch import EffectWatch
from agent_tui.tui.finding_watch import FindingWatch
from agent_tui.tui.lending_watch import LendingWatch
from agent_tui.tui.line import Line, piece, spread
from agent_tui.tui.screens.pulse import Pulse
from agent_tui.tui.screens.telling import Telling
from agent_tui.tui.widgets.lines import Bar, Lines, Painter
from agent_tui.tui.words import Words

T = TypeVar("T")

SAID_S = 12.0
"""How long the line of what happened stays: said long after, it would be taken for news."""
NARROW, WIDE = 100, 160
"""Below NARROW columns panes are pages; above WIDE there is more beside each other."""


class Station(Screen[None]):
    """Subclasses set `mode` and BINDINGS, yield `top` and `middle`, and paint in `refresh_view`."""

    mode: ClassVar[str] = "desk"
    unreal: ClassVar[bool] = False
    """Nothing on this screen is ever live, whatever the server says."""
    AUTO_FOCUS = None

    def __init__(self, door: Door, words: Words, painter: Painter) -> None:
        super().__init__(id="station")
        self.door, self.words, self.painter = door, words, painter
        self.busy: set[str] = set()
        """Commands that are being carried out: pressing the key again does not do it twice."""
        self.telling = Telling(self)
        # Looked up when it is called: what a subclass paints, and what a test puts in its place.
        self._pulse = Pulse(self, lambda entities: self.refresh_view(entities))
        self._stops: tuple[Callable[[], None], ...] = ()
        self._said: Timer | None = None

    # ---- layout ----------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        self.layout_for(self.app.size.width)
        yield Bar(self.painter, id="simulation", classes="bar")
        yield from self.top()
        yield from self.middle()
        yield Bar(self.painter, id="said", classes="bar")
        yield Bar(self.painter, id="status", classes="bar")
        yield Bar(self.painter, id="hints", classes="bar")

    def top(self) -> ComposeResult:
        """Bars above the panes."""
        yield from ()

    def middle(self) -> ComposeResult:
        """The panes."""
        yield from ()

    def on_mount(self) -> None:
        watches = (
            self._pulse.changed,
            CosignWatch(self).changed,
            FindingWatch(self).changed,
            LendingWatch(self).changed,
            EffectWatch(self).changed,
        )
        self._stops = tuple(self.door.watch(changed) for changed in watches)
        self.set_interval(1.0, self.tick)

    def on_unmount(self) -> None:
        for stop in self._stops:
            stop()

    def on_resize(self, event: events.Resize) -> None:
        self.layout_for(event.size.width)
        self.soon(frozenset({"*"}))

    def layout_for(self, width: int) -> None:
        """Pages, two by two, or wider."""
        self.set_class(width < NARROW, "-pages")
        self.set_class(width > WIDE, "-wide")

    def simulation_line(self, status: Status, width: int) -> Line:
        """What the line of simulation says, in its ink from end to end."""
        text = ((" ", "sim"), piece(self.words("simulation"), "sim"))
        return spread(text, (piece(self.words.clock(status.now), "sim"), (" ", "sim")), width, "sim")

    # ---- data ------------------------------------------------------------------------------------------------------

    def soon(self, entities: frozenset[str]) -> None:
        """Paint these with the next frame."""
        self._pulse.soon(entities)

    def refresh_view(self, entities: frozenset[str]) -> None:
        """Paint what changed; `*` means everything."""

    def tick(self) -> None:
        """Once a second: times."""

    # ---- people ----------------------------------------------------------------------------------------------------

    def say(self, text: str, role: str = "text") -> None:
        """Tell the person what happened, in the line that is always there."""
        bar = self.query_one("#said", Bar)
        width = bar.size.width or self.app.size.width
        bar.put(spread(((" ", "text"), piece(text, role)), (), width) if text else ())
        if self._said is not None:
            self._said.stop()
        self._said = self.set_timer(SAID_S, lambda: bar.put(())) if text else None

    async def ask(self, dialog: ModalScreen[T]) -> T | None:
        """Show a dialog and wait for its answer; only inside a worker."""
        return await self.app.push_screen_wait(dialog)

    def action_perform(self, command: str) -> None:
        """A key of the registry was pressed."""
        ahead(self.app).begin()
        self.run_worker(self._perform(command), name=command, group="perform", exit_on_error=True)

    async def _perform(self, command: str) -> None:
        from agent_tui.tui.perform import perform

        try:
            await perform(self, command)
        finally:
            ahead(self.app).end()

    def here(self) -> str:
        """The pane that has the focus, by the name of its keys' text; empty for none."""
        return ""

    def targets(self) -> list[tuple[str, str, str]]:
        """Where one can jump: (id, label, detail)."""
        return []

    def go_to(self, target: str) -> None:
        """Jump to one of `targets`."""

    def repaint_all(self) -> None:
        """Another theme or language: everything again."""
        for widget in self.query(Lines):
            widget.refresh()
        self.refresh_view(frozenset({"*"}))
