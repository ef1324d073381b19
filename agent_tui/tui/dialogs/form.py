"""A form filled by keys: Tab or Enter between fields, F9 checks it, shows the exact effect and does it; Escape keeps drafts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import ClassVar, TypeAlias

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, TextArea

from agent_tui.tui.dialogs.confirm import Confirm
from agent_tui.tui.dialogs.dialog import Dialog
from agent_tui.tui.dialogs.fields import Choice, Field, Kept, Line1, Writing
from agent_tui.tui.dialogs.pick import Pick
from agent_tui.tui.line import Line, folded, piece, spread
from agent_tui.tui.text import clean
from agent_tui.tui.widgets.lines import Bar, Lines, Painter
from agent_tui.tui.words import Words

Values: TypeAlias = dict[str, str]
Paragraphs: TypeAlias = Sequence[tuple[str, str]]
"""Texts, each with the role of its ink."""


LIVE_LINES = 8
"""The most that is said beside the fields: three sentences at 80 columns and the keys stay in sight at 24 rows."""


AROUND, LEAST = 8, 4
"""Rows of the terminal that fields leave to others (border, title and keys of the box, and what is around it), and the
least that they keep."""


class Form(Dialog[Values]):
    """The values by field name, or None.

    `check(values)` returns a complaint and the field it is about, or None. `live(values)` is shown while typing
    (limits, what the policy says). `effect(values)` is shown for confirmation; without it nothing is asked.
    """

    BINDINGS: ClassVar = [
        Binding("escape", "back", show=False, priority=True),
        Binding("f9", "submit", show=False, priority=True),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("enter", "app.focus_next", show=False),
    ]

    def __init__(
        self,
        words: Words,
        painter: Painter,
        title: str,
        fields: Sequence[Field],
        *,
        go: str = "save",
        check: Callable[[Values], tuple[str, str] | None] | None = None,
        live: Callable[[Values], Paragraphs] | None = None,
        effect: Callable[[Values], Paragraphs] | None = None,
        heading: Callable[[Values], str] | None = None,
        keep: Callable[[str, str], str] | None = None,
        follow: Callable[[Form, str], None] | None = None,
        at_once: bool = False,
    ) -> None:
        """`at_once`: it asks for one thing that does nothing yet, so that Enter is enough."""
        proves = fields[-1].kind == "password"
        keys = "form.keys_one" if at_once else "form.keys_proof" if proves else "form.keys"
        super().__init__(words, painter, title, words(keys, go=words(f"form.{go}")))
        self._at_once = at_once
        self.fields = fields
        self._check, self._live, self._effect, self._keep, self._follow = check, live, effect, keep, follow
        self._heading = heading or (lambda _: words("form.effect"))
        """Above what will happen."""
        self._drafts: dict[str, Kept] = {}

    def body(self) -> ComposeResult:
        with VerticalScroll(classes="form-fields", can_focus=False):
            for field in self.fields:
                with Horizontal(classes=f"field field-{field.kind}"):
                    yield Bar(self.painter, id=f"label-{field.name}", classes="field-label")
                    yield self._widget(field)
        yield Lines(self.painter, id="form-live", classes="form-live")

    def _widget(self, field: Field) -> Widget:
        if field.kind == "choice":
            return Choice(field, self.words, self.painter, self.open_list)
        kept = Kept(self._keep, field.draft, self.set_timer) if self._keep and field.draft else None
        if kept:
            self._drafts[field.name] = kept
        if field.kind == "area":
            return Writing(field.value, id=f"field-{field.name}", kept=kept)
        return Line1(
            field.value,
            id=f"field-{field.name}",
            password=field.kind == "password",
            placeholder=field.hint,
            compact=True,
        )

    def on_mount(self) -> None:
        super().on_mount()
        for field in self.fields:
            self.query_one(f"#label-{field.name}", Bar).put(_label(field))
        self.query_one(f"#field-{_first_empty(self.fields).name}").focus()
        rows = self.query_one(".form-fields", VerticalScroll)
        self.watch(rows, "scroll_y", self._count_below, init=False)
        self.watch(rows, "virtual_size", self._count_below, init=False)

    def paint(self) -> None:
        super().paint()
        self.show_live()

    def _count_below(self) -> None:
        self.query_one(".dialog-keys", Bar).put(self.keys_line(self.inner))

    def keys_line(self, width: int) -> Line:
        """The keys, and how many fields are still out of sight below: nobody sends half a form unknowingly."""
        rows = self.query_one(".form-fields", VerticalScroll)
        bottom = rows.scroll_y + rows.size.height
        below = sum(row.virtual_region.bottom > bottom for row in rows.children) if rows.size.height else 0
        more = (piece(self.words("form.below", count=below), "bar_warn"), (" ", "bar")) if below else ()
        return spread(((" ", "bar_muted"), piece(self._keys, "bar_muted")), more, width, "bar_muted")

    # ---- values ----------------------------------------------------------------------------------------------------

    @property
    def values(self) -> Values:
        """What stands in the fields."""
        return {field.name: self._value(self.query_one(f"#field-{field.name}")) for field in self.fields}

    def _value(self, widget: Widget) -> str:
        if isinstance(widget, Choice):
            return widget.value
        if isinstance(widget, TextArea):
            return clean(widget.text).strip()
        return clean(widget.value).strip() if isinstance(widget, Input) else ""

    def show_live(self, complaint: str = "") -> None:
        """What is wrong, or what the policy says of what stands there now."""
        said: Paragraphs = [(complaint, "bad")] if complaint else (self._live(self.values) if self._live else [])
        lines = [line for text, role in said for line in folded(text, self.inner - 2, role, ((" ", "text"),))]
        shown = self.query_one("#form-live", Lines)
        height = shown.styles.height = max(1, min(len(lines), LIVE_LINES))
        # Fields scroll in what is left, so that what is wrong and the keys stay in sight.
        self.query_one(".form-fields").styles.max_height = max(LEAST, self.size.height - AROUND - height)
        shown.show(lines)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._draft(event.input.id or "", event.value)
        self.show_live()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a line of text. After a password it goes no further: what is typed next could be the password again,
        in the clear of another field."""
        event.stop()
        if self._at_once or event.input.password:
            self.action_submit()
        else:
            self.focus_next()

    def _draft(self, id: str, text: str) -> None:
        kept = self._drafts.get(id.removeprefix("field-"))
        if kept is not None:
            kept.changed(text, lambda scrubbed: setattr(self.query_one(f"#{id}", Input), "value", scrubbed))

    def on_writing_scrubbed(self) -> None:
        self.show_live(self.words("said.scrubbed"))

    def on_choice_changed(self, event: Choice.Changed) -> None:
        event.stop()
        if self._follow is not None:
            self._follow(self, event.choice.field.name)
        self.show_live()

    # ---- keys ------------------------------------------------------------------------------------------------------

    def action_back(self) -> None:
        self._keep_now()
        self.dismiss(None)

    def _keep_now(self) -> None:
        for kept in self._drafts.values():
            kept.now()

    @work
    async def open_list(self, choice: Choice, typed: str) -> None:
        """The whole list of a choice, narrowed by what was typed."""
        found = await self.app.push_screen_wait(
            Pick(self.words, self.painter, choice.field.label, choice.items, typed=typed)
        )
        if found is not None:
            choice.set(found)
            self.focus_next()

    @work(exclusive=True)
    async def action_submit(self) -> None:
        """Check, show the effect, leave with the values."""
        values = self.values
        wrong = self._missing(values) or (self._check(values) if self._check else None)
        if wrong:
            self.show_live(wrong[0])
            _stand_in(self.query_one(f"#field-{wrong[1]}"))
            self.app.bell()
            return
        if self._effect is not None:
            asked = Confirm(self.words, self.painter, self._heading(values), partial(self._effect, values))
            if not await self.app.push_screen_wait(asked):
                return
        self._keep_now()
        self.dismiss(values)

    def _missing(self, values: Mapping[str, str]) -> tuple[str, str] | None:
        for field in self.fields:
            if field.required and not values[field.name]:
                return self.words("form.empty", field=field.label), field.name
        return None


def _stand_in(widget: Widget) -> None:
    """In a field that is wrong, with all of it chosen: what is typed takes its place."""
    widget.focus()
    if isinstance(widget, Input):
        widget.select_all()


def _first_empty(fields: Sequence[Field]) -> Field:
    """Where typing begins. When all are resumed, what is typed next replaces a text, not a choice already made."""
    empty = [field for field in fields if not field.value]
    if empty:
        return next((field for field in empty if field.required), empty[0])
    return next((field for field in fields if field.kind != "choice"), fields[0])


def _label(field: Field) -> tuple[tuple[str, str], ...]:
    return (piece(field.label, "accent"), (" *", "warn") if field.required else ("", "text"))
