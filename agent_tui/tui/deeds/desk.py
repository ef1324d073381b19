"""The desk itself: help, leader, palette, jump, key card, colours, language, redraw, leave."""

from __future__ import annotations

from collections.abc import Sequence

from agent_tui.desk.commands import GROUPS, of_mode, ways
from agent_tui.desk.views import PolicyOf, StatusOf
from agent_tui.i18n.catalog import LANGUAGES
from agent_tui.tui import themes
from agent_tui.tui.deeds.hand_over import leaving
from agent_tui.tui.dialogs.confirm import Confirm
from agent_tui.tui.dialogs.leader import Leader
from agent_tui.tui.dialogs.page import Page
from agent_tui.tui.dialogs.pick import Item, Pick
from agent_tui.tui.facts import Facts, next_step, why_not
from agent_tui.tui.keymap import by_leader
from agent_tui.tui.line import EMPTY, Line, cell, folded, piece
from agent_tui.tui.perform import perform
from agent_tui.tui.screens.station import Station
from agent_tui.tui.words import Words

_INDENT = ((" ", "text"),)


def _facts(station: Station) -> Facts | None:
    return getattr(station, "facts", None)


async def leader(station: Station) -> None:
    """Show the letters and do the one pressed."""
    letters = by_leader(station.mode)
    facts = _facts(station)
    greyed = {
        command.id: why
        for command in letters.values()
        if facts is not None and (why := why_not(command.id, facts)) is not None
    }
    chosen = await station.ask(Leader(station.words, station.painter, letters, greyed))
    if chosen:
        await perform(station, chosen)


async def palette(station: Station) -> None:
    """Every command of this mode, by a few letters."""
    words, facts = station.words, _facts(station)
    items = []
    for command in of_mode(station.mode):
        if command.id in ("desk.palette", "desk.leader"):
            continue
        why = why_not(command.id, facts) if facts is not None else None
        items.append(
            Item(
                command.id,
                words.label(command.id),
                words.help(command.id),
                words.msg(why) if why else "",
                words=command.id,
                key=next(iter(ways(command)), ""),
            )
        )
    chosen = await station.ask(Pick(words, station.painter, words("pick.palette"), items, digits=False))
    if chosen:
        await perform(station, chosen)


async def jump(station: Station) -> None:
    """To a pane, or one of my contacts, by one more key."""
    words = station.words
    items = [Item(id, label, detail) for id, label, detail in station.targets()]
    chosen = await station.ask(Pick(words, station.painter, words("pick.goto"), items))
    if chosen:
        station.go_to(chosen)


def key_lines(mode: str, words: Words, width: int) -> list[Line]:
    """The key card: every command of a mode under its heading."""
    lines: list[Line] = []
    for group in GROUPS:
        commands = [command for command in of_mode(mode) if command.group == group]
        if not commands:
            continue
        lines += [EMPTY, ((" ", "text"), piece(words.heading(group), "accent"))]
        for command in commands:
            first = (
                (" ", "text"),
                cell("  ".join(ways(command)), 14, "key"),
                (" ", "text"),
                cell(words.label(command.id), 22, "strong"),
            )
            lines += folded(words.help(command.id), width, "muted", first)
    return lines


async def card(station: Station) -> None:
    words = station.words
    title = words("card.title", mode=words(f"card.mode.{station.mode}"))

    def lines(width: int) -> Sequence[Line]:
        return [*folded(words("card.note"), width, "text", ((" ", "text"),)), *key_lines(station.mode, words, width)]

    await station.ask(Page(words, station.painter, title, lines))


def connection_lines(station: Station, width: int) -> list[Line]:
    """Why the server is out of reach or refuses this desk; empty while it answers."""
    status = station.door.view(StatusOf())
    words = station.words
    if status.alert is not None:
        return [*folded(words.msg(status.alert), width, "bad", ((" ", "text"),)), EMPTY]
    if status.connection == "live" or status.why is None:
        return []
    said = f"{words.of('connection', status.connection)}{words('colon')}{words.msg(status.why)}"
    return [*folded(said, width, "warn", ((" ", "text"),)), EMPTY]


def policy_lines(station: Station, width: int) -> list[Line]:
    """Which authority rules this desk goes by, or why it goes by none."""
    words, view = station.words, station.door.view(PolicyOf())
    if not view.good:
        return [
            *folded(words("help.policy_forged" if view.forged else "help.no_policy"), width, "warn", _INDENT),
            EMPTY,
        ]
    said = words("help.policy", rules=view.rules, revision=view.revision.partition(":")[2][:12])
    return [*folded(said, width, "muted", _INDENT), EMPTY]


async def help_page(station: Station) -> None:
    """What can be done here and now."""
    words, facts = station.words, _facts(station)

    def lines(width: int) -> Sequence[Line]:
        page: list[Line] = [EMPTY, *connection_lines(station, width)]
        if facts is not None:
            step = next_step(facts)
            page += [
                ((" ", "text"), piece(words("help.now"), "accent")),
                ((" ", "text"), cell("F9", 14, "key"), piece(words.msg(step.label), "strong")),
                EMPTY,
            ]
        here = station.here()
        if here:
            page += [((" ", "text"), piece(words("help.here"), "accent"))]
            page += [*folded(words(f"keys.{here}"), width, "text", ((" ", "text"),)), EMPTY]
        page += policy_lines(station, width)
        page += folded(words("help.ime"), width, "muted", ((" ", "text"),))
        page += [EMPTY, ((" ", "text"), piece(words("help.keys"), "accent"))]
        return [*page, *key_lines(station.mode, words, width)]

    alert = station.door.view(StatusOf()).alert
    await station.ask(Page(words, station.painter, words("help.title"), lines))
    station.telling.was_read(alert)
    station.soon(frozenset({"connection"}))


def wear(station: Station, name: str) -> None:
    """Paint everything in another theme."""
    file = themes.load(name)
    station.app.register_theme(themes.textual_theme(file))
    station.app.theme = file.name
    station.painter.wear(themes.Ink(file))
    station.repaint_all()


async def theme(station: Station) -> None:
    words = station.words
    items = [Item(name, words.of("theme", name), words=name) for name in themes.names()]
    chosen = await station.ask(Pick(words, station.painter, words("pick.theme"), items))
    if chosen:
        wear(station, chosen)
        station.say(words("said.theme", name=words.of("theme", chosen)), "ok")


async def language(station: Station) -> None:
    words = station.words
    items = [Item(name, words.of("language", name), words=name) for name in LANGUAGES]
    chosen = await station.ask(Pick(words, station.painter, words("pick.language"), items))
    if chosen:
        station.words.language = chosen
        station.repaint_all()


async def redraw(station: Station) -> None:
    station.app.refresh(repaint=True, layout=True)


async def leave(station: Station) -> None:
    words, facts = station.words, _facts(station)
    unsent = facts.status.unsent if facts else 0
    said = [(words("ask.quit", unsent=unsent), "text"), *((text, "warn") for text in leaving(station))]
    asked = Confirm(words, station.painter, words.label("desk.quit"), said)
    if await station.ask(asked):
        station.app.exit(0)


async def lock(station: Station) -> None:
    """At once; nothing that is typed or open is lost."""
    guard = getattr(station.app, "guard", None)
    if guard is not None:
        guard.lock("key")


DEEDS = {
    "desk.lock": lock,
    "desk.help": help_page,
    "desk.leader": leader,
    "desk.palette": palette,
    "desk.jump": jump,
    "desk.card": card,
    "desk.theme": theme,
    "desk.language": language,
    "desk.redraw": redraw,
    "desk.quit": leave,
}
