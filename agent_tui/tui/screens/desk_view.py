"""The agent's desk as it is painted: four panes that never change places, the conversation between them, the bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.timer import Timer
from textual.widgets import TextArea

from agent_tui.desk.door import Door
from agent_tui.desk.views import ActionRows, ContactView, Reveals, ThreadOf
from agent_tui.domain.contact import TEXT_CHANNELS, ContactState
from agent_tui.tui.bars import contact_bar, hint_bar, status_line
from agent_tui.tui.facts import Facts
from agent_tui.tui.keymap import shown as key_of
from agent_tui.tui.line import folded
from agent_tui.tui.panes.actions import ActionsPane, signers_here
from agent_tui.tui.panes.blueprint import BlueprintPane
from agent_tui.tui.panes.customer import CustomerPane
from agent_tui.tui.panes.customer_lines import CustomerText
from agent_tui.tui.panes.first_words import own_words
from agent_tui.tui.panes.pane import Pane
from agent_tui.tui.panes.queue import QueuePane
from agent_tui.tui.panes.queue_lines import QueueText
from agent_tui.tui.panes.run_lines import closing, trouble
from agent_tui.tui.panes.thread import ThreadPane
from agent_tui.tui.panes.unconfirmed import said
from agent_tui.tui.screens.arrange import Arrangement, arrange
from agent_tui.tui.screens.attending import Attending
from agent_tui.tui.widgets.lines import Bar, Painter
from agent_tui.tui.words import Words

if TYPE_CHECKING:
    from agent_tui.blueprints.shown import Shown

PANES = ("queue", "customer", "thread", "blueprint", "actions")
EVERYTHING = frozenset({"*"})
ACTIONS_AFTER_S = 0.12
"""Another customer: their actions are judged this long after they are on the screen."""
_CARD = frozenset({"customer", "contact", "ticket", "note", "reveal"})
_QUEUE = frozenset({"contact", "ticket", "journal"})
_ACTIONS = frozenset({"bundle", "connection", "command", "customer", "agent", "approval"})


class DeskView(Attending):
    mode: ClassVar[str] = "desk"

    def __init__(self, door: Door, words: Words, painter: Painter) -> None:
        super().__init__(door, words, painter)
        text = QueueText(words, self.seat.groups, self.seat.facts.status.now)
        self.queue = QueuePane(words, painter, door, text)
        self.customer = CustomerPane(words, painter)
        self.thread = ThreadPane(words, painter, door)
        self.blueprint = BlueprintPane(words, painter)
        self.actions = ActionsPane(words, painter)
        self.page = "queue"
        self._subject: tuple[str | None, str | None, str] | None = None
        self._offered: str | None = None
        self._unconfirmed: tuple[tuple[str, str], ...] = ()
        self.text_shown = False
        """A conversation is on the screen."""
        self._arranged: Arrangement | None = None
        self._actions_due: Timer | None = None

    # ---- layout ----------------------------------------------------------------------------------------------------

    def top(self) -> ComposeResult:
        yield Bar(self.painter, id="contact", classes="bar")

    def middle(self) -> ComposeResult:
        with Container(id="panes"):
            yield self.queue
            yield self.customer
            yield self.thread
            yield self.blueprint
            yield self.actions

    def on_mount(self) -> None:
        super().on_mount()
        self.seat.learn_names()
        self.turn_to("queue")

    def layout_for(self, width: int) -> None:
        super().layout_for(width)
        if self.is_mounted:
            self.settle_panes()

    def settle_panes(self) -> None:
        """Put the panes where they belong now."""
        wanted = Arrangement(self.has_class("-pages"), self.has_class("-wide"), self.text_shown, self.page)
        if wanted != self._arranged:
            self._arranged = wanted
            arrange(self.query_one("#panes", Container), wanted)

    def turn_to(self, pane: str) -> None:
        """Show a pane's page and give it the focus."""
        self.page = pane
        self.settle_panes()
        self.query_one(f"#pane-{pane}", Pane).enter()
        self.soon(EVERYTHING)

    def here(self) -> str:
        """The pane that has the focus; `compose` for the place to write."""
        if isinstance(self.focused, TextArea):
            return "compose"
        return next((name for name in PANES if self.query_one(f"#pane-{name}", Pane).focused), "")

    # ---- painting --------------------------------------------------------------------------------------------------

    def refresh_view(self, entities: frozenset[str]) -> None:
        """Gather the facts and paint what changed."""
        everything = bool(entities & {"*", "connection"})
        if everything or entities & {"group", "category"}:
            self.seat.learn_names()
        facts = _gather(self)
        self._notice_offer(facts)
        self._paint_bars(facts)
        self.queue.text = QueueText(self.words, self.seat.groups, facts.status.now)
        if everything or entities & _QUEUE:
            self.queue.right = self.seat.as_of()
            self.queue.update()
        changed = self._changed_subject(facts)
        marked = _marked(self, facts)
        if everything or changed or marked or entities & _CARD:
            self._paint_customer(facts, changed)
        if everything or changed or marked or entities & _ACTIONS:
            self._actions_soon()
        self._paint_thread(facts)
        self._paint_blueprint(facts)

    def _changed_subject(self, facts: Facts) -> bool:
        contact = facts.contact.contact if facts.contact else None
        subject = (contact.id if contact else None, facts.customer_id, contact.verified if contact else "")
        changed, self._subject = subject != self._subject, subject
        return changed

    def _paint_bars(self, facts: Facts) -> None:
        width = self.app.size.width
        self.telling.tell(facts.status)
        self.query_one("#contact", Bar).put(contact_bar(facts, self.words, width))
        self.query_one("#status", Bar).put(status_line(self.telling.unread(facts.status), self.words, width))
        self.query_one("#hints", Bar).put(hint_bar(facts, self.words, width, self.here()))

    def _paint_customer(self, facts: Facts, other: bool) -> None:
        pane, words, seat = self.customer, self.words, self.seat
        card = seat.read_card()
        contact = facts.contact.contact if facts.contact else None
        if card is None:
            empty = "empty.anonymous" if contact else "empty.customer"
            lines = folded(words(empty), max(pane.width, 20), "muted", ((" ", "text"),))
            pane.show(lines, "", seat.as_of(), other=other)
            return
        text = CustomerText(words, facts.status.now, seat.groups, seat.categories)
        lines = text.lines(card, self.door.view(Reveals()), max(pane.width, 20), contact)
        looking = words("looking_at", name=card.customer.name) if seat.looked else ""
        unsure = said(facts.unconfirmed, words)
        pane.show(lines, "  ".join(filter(None, (looking, unsure))), seat.as_of(), other=other)

    def _actions_soon(self) -> None:
        """The policy is asked for every action once the rest is on the screen."""
        if self._actions_due is not None:
            self._actions_due.stop()
        self._actions_due = self.set_timer(ACTIONS_AFTER_S, self._paint_actions)

    def _paint_actions(self) -> None:
        facts = self.facts
        contact_id = facts.contact.contact.id if facts.contact else None
        wanted = ActionRows(customer_id=facts.customer_id, contact_id=contact_id)
        self.action_rows = self.door.view(wanted) if facts.customer_id else ()
        here = signers_here(self.action_rows, self.door)
        empty = self.words("empty.actions")
        self.actions.show(self.action_rows, empty, self.seat.as_of(), here, facts.unconfirmed)

    def _paint_thread(self, facts: Facts) -> None:
        contact = facts.contact.contact if facts.contact else None
        own = facts.own is not None and contact is not None and facts.own.contact.id == contact.id
        text = contact is not None and contact.channel in TEXT_CHANNELS and contact.state != ContactState.ALERTING
        messages = self.door.view(ThreadOf(contact_id=contact.id)) if text and contact else ()
        self.text_shown = text and (own or bool(messages))
        self.settle_panes()
        self.thread.compose_area.display = own and text
        if self.page == "thread" and not self.text_shown:
            self.turn_to("customer")
        self.thread.open(contact.id if text and own and contact else None)
        if self.text_shown:
            self.thread.show(messages, "", self.seat.as_of())

    def _paint_blueprint(self, facts: Facts) -> None:
        own = facts.own
        id = own.contact.id if own and self.seat.guided(own.contact.id) else None
        shown_now = self.seat.guide.shown(id) if id else None
        checked = self.seat.guide.checked.get(id, ()) if id else ()
        if shown_now is not None and shown_now.ended and id is not None:
            shown_now = self._at_end(shown_now, id)
        draft = self.seat.guide.draft(id) if id else None
        drafts = self.seat.drafts
        wrong = drafts.wrong(draft) if drafts is not None and (draft or shown_now is None) else ()
        empty = self.words("empty.blueprint" if own else "empty.blueprint_idle")
        self.blueprint.answering(self.door, id)
        self.blueprint.show(
            shown_now,
            checked,
            empty,
            lambda width: [
                *trouble(wrong, self.words, width),
                *own_words(facts.own, self.words, self.seat.categories, width),
            ],
            self.seat.as_of(),
        )

    def _at_end(self, now: Shown, contact_id: str) -> Shown:
        """The end of the run in front, with what it leaves to do."""
        category = self.seat.categories.get(now.category, "")
        return closing(now, self.words, category, self.seat.guide.unfinished(contact_id), key_of("blueprint.other"))

    def _notice_offer(self, facts: Facts) -> None:
        """Ring once for each offer; when it was answered go to where it is worked on, when it went away say so."""
        own = facts.own.contact if facts.own else None
        offered = own.id if own and own.state == ContactState.ALERTING else None
        if offered == self._offered:
            return
        before, self._offered = self._offered, offered
        if offered:
            self.app.bell()
            self.run_worker(self.seat.guide.shelf.warm(), group="warm", exclusive=True)
            self.say(self.words("said.offered"), "warn")
        elif before is not None:
            answered = next((view for view in facts.mine if view.contact.id == before), None)
            self.arrive(answered) if answered else self.say(self.words("said.lost_offer"), "warn")

    def arrive(self, view: ContactView) -> object:
        """A contact that was offered is connected."""

    def tick(self) -> None:
        """Times go on: bars, waiting times, the countdown of what is revealed."""
        facts = _gather(self)
        self._notice_offer(facts)
        self._paint_bars(facts)
        self.queue.text = QueueText(self.words, self.seat.groups, facts.status.now)
        self.queue.rows.repaint_changed()
        marked = _marked(self, facts)
        if marked:
            self._actions_soon()
        if marked or self.door.view(Reveals()):
            self._paint_customer(facts, other=False)


def _gather(view: DeskView) -> Facts:
    """The situation, with what only the screen knows."""
    rows, blueprint = view.queue.rows, view.blueprint
    row = rows.row if rows.total else None
    return view.seat.gather(
        row, writing=bool(view.thread.written), read=bool(blueprint.display), typed=blueprint.typed
    )


def _marked(view: DeskView, facts: Facts) -> bool:
    """Whether something is newly unconfirmed, or confirmed, or of unknown outcome by now."""
    now = tuple((item.id, item.state) for item in facts.unconfirmed)
    changed, view._unconfirmed = now != view._unconfirmed, now
    return changed
