"""The supervisor's screen: life lines and groups, people, the day, every figure; alarms above, keys below."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Container

from agent_tui.desk.door import Door
from agent_tui.desk.hand_over_views import HandOverBoard, HandOvers
from agent_tui.desk.release_views import Releases
from agent_tui.desk.review_views import Reviews
from agent_tui.desk.wall_views import Wall
from agent_tui.domain.centre import Notice
from agent_tui.domain.ticket import TicketState
from agent_tui.i18n.catalog import say
from agent_tui.i18n.message import Msg
from agent_tui.tui.bars import age, status_line
from agent_tui.tui.keymap import bindings, shown
from agent_tui.tui.line import EMPTY, Line, joined, piece, spread
from agent_tui.tui.panes import wall_lines
from agent_tui.tui.panes.review import ReviewPane
from agent_tui.tui.panes.wall import PeoplePane, WallPane
from agent_tui.tui.panes.wall_lines import own
from agent_tui.tui.screens.attending import Attending
from agent_tui.tui.widgets.lines import Bar, Painter
from agent_tui.tui.words import Words

PANES = ("floor", "people", "day", "figures", "reviews")
HINTS = (
    "cosign.watch", "review.list", "monitor.recall", "monitor.notice", "monitor.floor", "monitor.people", "monitor.day",
    "monitor.figures", "desk.leader", "desk.help", "desk.palette",
)  # fmt: skip
CURVES = ("offered", "service_level", "abandonment")


class MonitorScreen(Attending):
    mode: ClassVar[str] = "monitor"
    shows_customer: ClassVar[bool] = False
    BINDINGS = [*bindings("monitor")]

    def __init__(self, door: Door, words: Words, painter: Painter) -> None:
        super().__init__(door, words, painter)
        self.page = "floor"
        self.wall = door.view(Wall())
        self.status = self.seat.facts.status

    # ---- layout ----------------------------------------------------------------------------------------------------

    def top(self) -> ComposeResult:
        yield Bar(self.painter, id="alarm", classes="bar")
        yield Bar(self.painter, id="summary", classes="bar")

    def middle(self) -> ComposeResult:
        words, painter = self.words, self.painter
        with Container(id="panes"):
            yield WallPane("floor", "F3", words, painter)
            yield PeoplePane("F4", words, painter)
            yield WallPane("day", "F5", words, painter)
            yield WallPane("figures", "F6", words, painter)
            yield ReviewPane("F9", words, painter)

    def pane(self, name: str) -> WallPane:
        return self.query_one(f"#pane-{name}", WallPane)

    @property
    def reviews(self) -> ReviewPane:
        return self.query_one(ReviewPane)

    def on_opened(self) -> None:
        """Enter in the list of reviews."""
        self.action_perform("review.list")

    def on_mount(self) -> None:
        super().on_mount()
        self.turn_to("floor")

    def turn_to(self, pane: str) -> None:
        """Show a pane's page and give it the focus."""
        self.page = pane
        # The reviews have the whole screen; the wall's panes share it where there is room.
        self.set_class(pane == "reviews", "-reviewing")
        for name in PANES:
            self.pane(name).set_class(name == pane, "-page")
        self.pane(pane).enter()
        self.call_after_refresh(self.refresh_view, frozenset({"*"}))

    def open(self, contact_id: str | None, customer_id: str | None, ticket_id: str | None = None) -> None:
        """For one act; nothing of a customer stands on the wall."""
        super().open(contact_id, customer_id, ticket_id)
        self.seat.watch()

    def targets(self) -> list[tuple[str, str, str]]:
        return [(name, own(self.words, name), "") for name in PANES]

    def go_to(self, target: str) -> None:
        self.turn_to(target)

    # ---- painting --------------------------------------------------------------------------------------------------

    def refresh_view(self, entities: frozenset[str]) -> None:
        """Read the wall once and paint every pane from it."""
        self.wall, self.status = self.door.view(Wall()), self.seat.watch().status
        self._paint_bars()
        self._paint_floor()
        self._paint_people()
        self._paint_day()
        self._paint_figures()
        if self.page == "reviews":
            self.reviews.show_board(self.door.view(Reviews()), self._as_of())

    def tick(self) -> None:
        self.refresh_view(frozenset({"*"}))

    def _paint_bars(self) -> None:
        width = self.app.size.width
        self.telling.tell(self.status)
        self.query_one("#alarm", Bar).put(self._alarm(width))
        self.query_one("#summary", Bar).put((("  ", "text"), *wall_lines.summary(self.wall, self.words, width - 4)))
        self.query_one("#status", Bar).put(status_line(self.telling.unread(self.status), self.words, width))
        parts: list[Line] = [(piece(shown(id) + " ", "bar_key"), piece(self.words.label(id), "bar")) for id in HINTS]
        self.query_one("#hints", Bar).put(spread(joined(parts, ("  ", "bar"), width - 1), (), width, "bar"))

    def _alarm(self, width: int) -> Line:
        """The newest alarm in force, or what this screen is."""
        alarm: Notice | None = next((n for n in self.wall.notices if n.kind == "alarm"), None)
        if alarm is None:
            proposed = sum(view.waits for view in self.door.view(Releases()))
            title = (
                piece(f"  {own(self.words, 'title')}", "bar_key"),
                *_to_release(proposed, self.words),
                *_left(self.door.view(HandOvers()), self.words),
            )
            return spread(title, (piece(self.words.clock(self.status.now), "bar"), (" ", "bar")), width, "bar")
        text = self.words.msg(Msg(alarm.key, dict(alarm.args)))
        return spread((piece(" " + own(self.words, "alarm", text=text), "offer"),), (), width, "offer")

    def _as_of(self) -> str:
        if self.status.connection == "live":
            return ""
        return age(self.status, self.words)

    def _paint_floor(self) -> None:
        pane = self.pane("floor")
        width, _ = pane.room
        lines = [*wall_lines.figures(self.wall, self.words, width), EMPTY, wall_lines.group_head(self.words, width)]
        groups = sorted(self.wall.groups, key=lambda tile: (-tile.waiting, not tile.group.open_now, tile.group.id))
        lines += [wall_lines.group_line(tile, self.words, width) for tile in groups]
        pane.show(lines, "", self._as_of())

    def _paint_people(self) -> None:
        pane = self.query_one(PeoplePane)
        width, _ = pane.room
        names = {tile.group.id: tile.group.names.say(self.words.language) for tile in self.wall.groups}
        tiles = wall_lines.sorted_people(self.wall.agents)
        lines = [wall_lines.person_line(tile, self.words, width, names) for tile in tiles]
        pane.show_people([tile.agent.id for tile in tiles], lines, str(len(tiles)), self._as_of())

    def _paint_day(self) -> None:
        pane = self.pane("day")
        width, height = pane.room
        each = max(6, height // len(CURVES))
        lines: list[Line] = []
        slot = _half_hour(self.status.now.astimezone(self.words.zone))
        for metric in CURVES:
            lines += wall_lines.curve(self.wall.figures.get(metric), metric, self.words, width, each, slot)
        pane.show(lines, "", self._as_of())

    def _paint_figures(self) -> None:
        pane = self.pane("figures")
        width, _ = pane.room
        metrics = [*wall_lines.LIFE_LINES, *(m for m in wall_lines.MORE if m in self.wall.figures)]
        pane.show(wall_lines.figures(self.wall, self.words, width, metrics), "", self._as_of())


def _to_release(count: int, words: Words) -> Line:
    """How many blueprints wait for a second person, and the key to them; nothing when none does."""
    said = say("release.screen.waiting", words.language, count=count, key=shown("monitor.releases"))
    return (piece(f"  {said}", "bar_warn"),) if count else ()


def _left(found: HandOverBoard, words: Words) -> Line:
    """How much was handed over that nobody has taken, and the key to it; nothing when there is none."""
    count = sum(ticket.state is TicketState.OPEN for ticket in found.tickets)
    said = say("handover.waiting", words.language, count=count, key=shown("monitor.hand_overs"))
    return (piece(f"  {said}", "bar_warn"),) if count else ()


def _half_hour(now: datetime) -> int:
    """Which half-hour of its day is running, from 0."""
    return now.hour * 2 + now.minute // 30
