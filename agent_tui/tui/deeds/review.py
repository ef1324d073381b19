"""Post-hoc supervision by keys: the list and the page of one act, judging, following up, closing; and for the person a
finding is about, reading and answering it."""

from __future__ import annotations

from collections.abc import Sequence

from agent_tui.desk.review_views import CaseView, Findings, ReviewCase, Reviews
from agent_tui.domain.commands import AnswerFinding, CloseFinding, Command, FollowFinding, RecordFinding
from agent_tui.domain.review import Finding, Remedy, Review
from agent_tui.tui.authenticate import always
from agent_tui.tui.dialogs.approval import LivePick
from agent_tui.tui.dialogs.confirm import Confirm
from agent_tui.tui.dialogs.fields import Field
from agent_tui.tui.dialogs.form import Form, Paragraphs, Values
from agent_tui.tui.dialogs.page import Page
from agent_tui.tui.dialogs.pick import Item
from agent_tui.tui.dialogs.review import CasePage
from agent_tui.tui.panes.review_lines import act, amount, entry, of, own, seed_page
from agent_tui.tui.perform import Deed, send
from agent_tui.tui.screens.monitor import MonitorScreen
from agent_tui.tui.screens.station import Station


async def open_list(monitor: MonitorScreen) -> None:
    """The list; from the list the act under the cursor, and after it the next that waits for me."""
    if monitor.page != "reviews":
        monitor.turn_to("reviews")
        return
    chosen = monitor.reviews.chosen
    while chosen is not None:
        if not await open_one(monitor, chosen):
            return
        chosen = _next(monitor, chosen)


def _next(monitor: MonitorScreen, done: str) -> str | None:
    """The next act that waits for me; the row of what was just judged may still be on its way."""
    found = monitor.door.view(Reviews())
    return next((row.id for row in found.rows if row.part == "judge" and row.id != done), None)


def one(station: Station, id: str) -> CaseView | None:
    """The act as it now is."""
    return station.door.view(ReviewCase(id=id))


async def open_one(station: Station, id: str, *, mine: bool = False) -> bool:
    """Read one; judge, follow up, close or answer from there. True when it was judged."""
    while True:
        page = CasePage(station.words, station.painter, lambda: one(station, id), mine=mine)
        chosen = await station.ask(page)
        if chosen is None or page.shown is None:
            return False
        if await _DOES[chosen](station, page.shown.view.review):
            return chosen in ("clean", "finding")


def _what(station: Station, review: Review) -> str:
    words = station.words
    return " ".join(filter(None, (act(words, review), amount(words, review), review.maker_name)))


async def clean(station: Station, review: Review) -> bool:
    """Record that nothing was found, once confirmed."""
    words = station.words
    text = [(own(words, "clean.ask", what=_what(station, review)), "strong"), (own(words, "clean.final"), "muted")]
    if not await station.ask(Confirm(words, station.painter, own(words, "clean.title"), text)):
        return False
    return await _sent(station, RecordFinding(review_id=review.id, finding=Finding.NONE), "clean", review)


async def finding(station: Station, review: Review) -> bool:
    """What was found, how bad it is and what it leads to; the text is journalled as it is typed."""
    words, key = station.words, f"review:{review.id}"
    grades = tuple(Item(one.value, of(words, "finding", one)) for one in (Finding.ERROR, Finding.SERIOUS))
    remedies = tuple(Item(one.value, of(words, "kind", one)) for one in Remedy)
    fields = [
        Field(name="finding", kind="choice", label=own(words, "field.finding"), required=True, items=grades,
              value=Finding.ERROR.value),
        Field(name="kind", kind="choice", label=own(words, "field.kind"), required=True, items=remedies),
        _area(station, "text", own(words, "field.text"), key, required=True),
    ]  # fmt: skip
    values = await _asked(station, own(words, "finding.title"), fields, [(own(words, "finding.goes_back", name=review.maker_name), "muted")])  # fmt: skip
    if values is None:
        return False
    command = RecordFinding(
        review_id=review.id, finding=Finding(values["finding"]), kind=Remedy(values["kind"]), text=values["text"]
    )
    return await _sent(station, command, "finding", review, key)


async def follow(station: Station, review: Review) -> bool:
    """One more step that was taken about a finding."""
    words, key = station.words, f"follow:{review.id}"
    fields = [_area(station, "text", own(words, "field.step"), key, required=True)]
    values = await _asked(station, own(words, "follow.title"), fields, [(own(words, "follow.hint"), "muted")])
    if values is None:
        return False
    return await _sent(station, FollowFinding(review_id=review.id, text=values["text"]), "follow", review, key)


async def close(station: Station, review: Review) -> bool:
    """It is settled; without the maker's answer only with a reason."""
    words, key = station.words, f"close:{review.id}"
    silent = review.answered_at is None
    fields = [_area(station, "text", own(words, "field.close"), key, required=silent)]
    hint = own(words, "close.unanswered" if silent else "close.hint")
    values = await _asked(station, own(words, "close.title"), fields, [(hint, "warn" if silent else "muted")])
    if values is None:
        return False
    return await _sent(station, CloseFinding(review_id=review.id, text=values["text"]), "close", review, key)


async def answer(station: Station, review: Review) -> bool:
    """The maker has read it and may say something to it."""
    words, key = station.words, f"answer:{review.id}"
    fields = [_area(station, "text", own(words, "field.answer"), key)]
    values = await _asked(station, own(words, "answer.title"), fields, [(own(words, "answer.hint"), "muted")])
    if values is None:
        return False
    return await _sent(station, AnswerFinding(review_id=review.id, text=values["text"]), "answer", review, key)


def _area(station: Station, name: str, label: str, key: str, *, required: bool = False) -> Field:
    return Field(name=name, kind="area", label=label, required=required, value=station.door.draft(key), draft=key)


async def _asked(station: Station, title: str, fields: list[Field], said: Paragraphs) -> Values | None:
    form = Form(station.words, station.painter, title, fields, live=always(said), keep=station.door.keep_draft)
    return await station.ask(form)


async def _sent(station: Station, command: Command, doing: str, review: Review, key: str = "") -> bool:
    """Whether the server took it; what it refused stays to be read, with the text that was typed."""
    label = f"{own(station.words, f'{doing}.title')} {_what(station, review)}"
    outcome = await send(station, command, label, quiet=True, seen=review)
    if outcome is None or outcome.outcome != "applied":
        return False
    if key:
        station.door.drop_draft(key)
    station.say(own(station.words, f"{doing}.done", what=_what(station, review)), "ok")
    return True


async def findings(station: Station) -> None:
    """Findings about acts of mine; Enter reads one, F9 there answers it."""
    words = station.words
    while _items(station):
        picked = LivePick(
            words, station.painter, own(words, "mine"), lambda: _items(station), own(words, "keys.list")
        )
        chosen = await station.ask(picked)
        if chosen is None:
            return
        await open_one(station, chosen, mine=True)
    station.say(own(words, "no_findings"), "ok")


def _items(station: Station) -> Sequence[Item[str]]:
    found = station.door.view(Findings())
    return [Item(review.id, *entry(station.words, review)) for review in found]


async def seed(station: Station) -> None:
    """The published seed, and how to draw the sample again."""
    found = station.door.view(Reviews())
    words = station.words
    title = own(words, "seed.title")
    await station.ask(Page(words, station.painter, title, lambda width: seed_page(words, found.sample, width)))


_DOES = {"clean": clean, "finding": finding, "follow": follow, "close": close, "answer": answer}

DEEDS: dict[str, Deed] = {"review.list": open_list, "review.mine": findings, "review.seed": seed}
