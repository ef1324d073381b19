"""Beside the script: leaving it with a reason, turning to the other blueprint that lies open, an author's drafts."""

from __future__ import annotations

from agent_tui.blueprints.run import current
from agent_tui.errors import InputError
from agent_tui.i18n.catalog import say
from agent_tui.tui.dialogs.fields import Field
from agent_tui.tui.dialogs.form import Form
from agent_tui.tui.dialogs.pick import Item
from agent_tui.tui.drafts import Drafts, News
from agent_tui.tui.screens.desk import DeskScreen

HERE = "."
"""Said differently, but still at this node. No node is called so."""


async def deviate(desk: DeskScreen) -> None:
    """Why the script does not fit, and where to go instead; the reason is recorded."""
    view, words = desk.facts.own, desk.words
    run = desk.seat.guide.of(view.contact.id) if view else None
    if view is None or run is None:
        return
    key = f"deviate:{view.contact.id}"
    nodes = tuple(
        Item(
            node.id,
            node.texts.get(run.language, node.id).partition("\n")[0],
            words.of("node", node.kind),
            words=node.id,
        )
        for node in run.blueprint.nodes
        if node.id != current(run).id
    )
    stay = Item(HERE, words("deviate.stay"), words=HERE)
    form = Form(
        words,
        desk.painter,
        words.label("blueprint.deviate"),
        [
            Field(name="reason", label=words("deviate.reason"), value=desk.door.draft(key), draft=key, required=True),
            Field(
                name="to", kind="choice", label=words("deviate.to"), items=(stay, *nodes), value=HERE, required=True
            ),
        ],
        keep=desk.door.keep_draft,
    )
    values = await desk.ask(form)
    if values is None:
        return
    desk.door.drop_draft(key)
    try:
        desk.seat.guide.deviate(view.contact.id, values["reason"], None if values["to"] == HERE else values["to"])
        desk.say(words("deviate.noted"), "ok")
    except InputError as error:
        desk.say(say(error.key, words.language, **error.args_), "warn")
    desk.turn_to("blueprint")


async def other(desk: DeskScreen) -> None:
    """The next blueprint that lies open for this contact, where it was left."""
    view, words = desk.facts.own, desk.words
    run = desk.seat.guide.turn(view.contact.id) if view else None
    if run is None:
        desk.say(words("not.one_blueprint"), "warn")
        return
    desk.turn_to("blueprint")


DEEDS = {"blueprint.deviate": deviate, "blueprint.other": other}


# ---- an author's drafts ------------------------------------------------------------------------------------------


async def look(desk: DeskScreen, drafts: Drafts) -> None:
    """Take in what the author saved; a run in a draft goes on in the new wording where it can."""
    for news in await drafts.look(desk.words.language):
        _tell(desk, news)
        if news.blueprint is not None:
            desk.seat.guide.reword(news.blueprint)
        desk.soon(frozenset({"blueprint"}))


def _tell(desk: DeskScreen, news: News) -> None:
    words = desk.words
    if news.blueprint is None:
        desk.say(words("drafts.kept", why=news.why) if news.why else words("drafts.gone", file=news.file), "bad")
    elif news.why:
        desk.say(words("drafts.found", why=news.why), "warn")
    else:
        desk.say(words("drafts.taken", file=news.file), "ok")
