"""Walking the blueprint: choose, answer, do what a node asks for, back, jump, another language."""

from __future__ import annotations

from agent_tui.blueprints.model import Blueprint
from agent_tui.blueprints.propose import Proposal
from agent_tui.blueprints.run import Result, Run, Shown, command, current, visited
from agent_tui.desk.commands import BY_ID
from agent_tui.desk.views import ContactView
from agent_tui.domain.customer import Product
from agent_tui.errors import InputError
from agent_tui.i18n.catalog import LANGUAGES, say
from agent_tui.search.fold import fold
from agent_tui.search.sound import typed_for
from agent_tui.tui.deeds import script
from agent_tui.tui.deeds.action import carry_out
from agent_tui.tui.dialogs.pick import Item, Pick
from agent_tui.tui.perform import perform, send
from agent_tui.tui.screens.desk import DeskScreen
from agent_tui.tui.text import clean

_OUTCOMES = {"applied": "applied", "awaiting_approval": "awaiting_approval"}


def _complain(desk: DeskScreen, error: InputError) -> None:
    desk.say(say(error.key, desk.words.language, **error.args_), "warn")
    desk.app.bell()


async def choose(desk: DeskScreen) -> None:
    """Open a blueprint for my contact; those for its category and words come first."""
    view, words = desk.facts.own, desk.words
    if view is None:
        desk.say(words("not.no_contact"), "warn")
        return
    guide = desk.seat.guide
    items = [
        Item(draft, words("draft", title=draft.title(words.language)), draft.key, words=_typed(draft))
        for draft in guide.shelf.drafts
    ] + [
        Item(found.blueprint, found.blueprint.title(words.language), _why(desk, found), words=_typed(found.blueprint))
        for found in guide.shelf.proposed(view)
    ]
    if not items:
        desk.say(words("not.no_blueprints"), "warn")
        return
    chosen = await desk.ask(Pick(words, desk.painter, words("pick.blueprint"), items))
    if chosen is not None:
        desk.begin(view, chosen)
        desk.turn_to("blueprint")


def _typed(blueprint: Blueprint) -> str:
    """What it is also found by: its id, and its Chinese title as it sounds."""
    return " ".join((blueprint.id, *typed_for(fold(blueprint.title("zh")))))


def _why(desk: DeskScreen, found: Proposal) -> str:
    """What spoke for a blueprint, and whose it is; a department this desk does not know is left out."""
    words = desk.words
    mine = desk.facts.own
    opened = desk.seat.guide.opened(mine.contact.id) if mine else ()
    if any(one.run.blueprint.id == found.blueprint.id and not one.draft for one in opened):
        return words("lies_open")
    said = words("guessed_by", words=words("comma").join(found.words)) if found.words else ""
    if found.category and not said:
        said = words("why_category")
    owner = desk.seat.groups.get(found.blueprint.owner, "")
    return "  ".join(filter(None, (said, owner)))


async def forward(desk: DeskScreen) -> None:
    """One node on: say it and go on, or do what the node asks for."""
    view = desk.facts.own
    shown = desk.seat.guide.shown(view.contact.id) if view else None
    if view is None or shown is None:
        return
    try:
        await _forward(desk, view, shown)
        settle_product(desk, view)
    except InputError as error:
        _complain(desk, error)
    desk.refresh_view(frozenset({"blueprint"}))
    if desk.here() not in ("blueprint", "compose"):
        # Whoever goes on with one key answers with the next; only what is being written keeps the keys.
        desk.blueprint.enter()


def settle_product(desk: DeskScreen, view: ContactView) -> None:
    """Where only one of the customer's products can be meant, it is meant, and stands in the text at once."""
    shown = desk.seat.guide.shown(view.contact.id)
    if shown is None or not shown.product or view.customer is None:
        return
    fitting = [product for product in view.customer.products if product.kind in shown.product]
    if len(fitting) == 1:
        desk.seat.guide.pick(view.contact.id, fitting[0])


async def _forward(desk: DeskScreen, view: ContactView, shown: Shown) -> None:
    guide, id = desk.seat.guide, view.contact.id
    if shown.ended:
        await perform(desk, "contact.next")
    elif shown.done or shown.kind in ("say", "note"):
        guide.advance(id)
    elif shown.kind == "look_up":
        await _product(desk, view, shown)
        guide.advance(id)
    elif shown.kind in ("ask", "offer"):
        if shown.answer is not None:
            guide.advance(id, shown.answer)
        else:
            desk.turn_to("blueprint")
            desk.say(desk.words("next.choose"), "warn")
    else:
        await _do(desk, view, shown)


async def _product(desk: DeskScreen, view: ContactView, shown: Shown) -> None:
    """Which of the customer's products is meant; asked only when there are several."""
    if not shown.product or view.customer is None:
        return
    fitting = [product for product in view.customer.products if product.kind in shown.product]
    if len(fitting) > 1:
        fitting = [picked] if (picked := await pick_product(desk, fitting)) else []
    if fitting:
        desk.seat.guide.pick(view.contact.id, fitting[0])


async def pick_product(desk: DeskScreen, products: list[Product]) -> Product | None:
    """One of several products, by keys."""
    words = desk.words
    items = [
        Item(
            product,
            f"{words.of('product', product.kind)} {product.number}",
            words.of("product_status", product.status),
        )
        for product in products
    ]
    return await desk.ask(Pick(words, desk.painter, words("pick.product"), items))


async def _do(desk: DeskScreen, view: ContactView, shown: Shown) -> None:
    """A node that acts: the form of its action, or its command straight away."""
    guide, id = desk.seat.guide, view.contact.id
    if shown.kind == "do":
        if shown.action in BY_ID:
            await perform(desk, shown.action)
            return
        outcome = await carry_out(desk, shown.action, dict(shown.args))
        if outcome is not None:
            guide.advance(id, Result(outcome=_OUTCOMES.get(outcome.outcome, "refused")))
        return
    run = guide.of(id)
    asked = guide.checked.get(id, ())
    if shown.kind == "check" and len(asked) < shown.need:
        desk.turn_to("blueprint")
        desk.say(
            desk.words(
                "need_checks", right=len(asked), need=shown.need, degree=desk.words.of("verified", shown.degree)
            ),
            "warn",
        )
        return
    if run is not None:
        await _submit(desk, view, run, shown, asked)


async def _submit(desk: DeskScreen, view: ContactView, run: Run, shown: Shown, checks: tuple[str, ...]) -> None:
    id = view.contact.id
    asked = command(run, contact_id=id, customer_id=view.contact.customer_id, checks=checks)
    if asked is None:
        desk.turn_to("blueprint")
        desk.say(desk.words("next.choose"), "warn")
        return
    outcome = await send(desk, asked, desk.words.of("node", shown.kind))
    good = outcome is None or outcome.outcome == "applied"
    if outcome is not None or shown.kind == "hand_over":
        desk.seat.guide.advance(id, Result(outcome=shown.outcomes[0 if good else -1], checks=checks if good else ()))


async def answer(desk: DeskScreen, digit: int | None, text: str) -> None:
    """A digit or a text for the present node; 0 is the last outcome, «could not»."""
    view = desk.facts.own
    shown = desk.seat.guide.shown(view.contact.id) if view else None
    if view is None or shown is None or shown.ended:
        return
    try:
        _answer(desk, view.contact.id, shown, digit, text)
        settle_product(desk, view)
    except InputError as error:
        _complain(desk, error)
    desk.refresh_view(frozenset({"blueprint"}))


def _answer(desk: DeskScreen, id: str, shown: Shown, digit: int | None, text: str) -> None:
    guide = desk.seat.guide
    if digit is None:
        guide.advance(id, text)
        desk.blueprint.clear_answer()
    elif shown.checks and digit:
        if digit <= len(shown.checks):
            guide.mark(id, shown.checks[digit - 1][0])
    elif digit == 0 and shown.outcomes:
        guide.advance(id, Result(outcome=shown.outcomes[-1]))
    elif 0 < digit <= len(shown.choices) and shown.kind != "do":
        value = shown.choices[digit - 1][0]
        guide.advance(id, Result(outcome=value) if shown.outcomes else value)


async def answer_written(desk: DeskScreen) -> None:
    """The present node waits for an answer: give what stands in its place, or go there and say how it is answered."""
    desk.turn_to("blueprint")
    text = clean(desk.blueprint.answer.value).strip() if desk.blueprint.typed else ""
    if text:
        await answer(desk, None, text)
    else:
        desk.say(desk.words("said.type_answer" if desk.blueprint.typed else "said.choose_answer"), "warn")


async def back(desk: DeskScreen) -> None:
    if desk.facts.own:
        desk.seat.guide.back(desk.facts.own.contact.id)
        desk.refresh_view(frozenset({"blueprint"}))


async def jump(desk: DeskScreen) -> None:
    """To a node already visited."""
    view, words = desk.facts.own, desk.words
    run = desk.seat.guide.of(view.contact.id) if view else None
    if view is None or run is None:
        return
    nodes = {node.id: node for node in run.blueprint.nodes}
    items = [
        Item(id, nodes[id].texts.get(run.language, id).partition("\n")[0], words.of("node", nodes[id].kind))
        for id in visited(run)
        if id != current(run).id
    ]
    chosen = await desk.ask(Pick(words, desk.painter, words("pick.jump"), items))
    if chosen:
        desk.seat.guide.jump(view.contact.id, chosen)
        desk.refresh_view(frozenset({"blueprint"}))


async def language(desk: DeskScreen) -> None:
    """Read it in another language."""
    view, words = desk.facts.own, desk.words
    run = desk.seat.guide.of(view.contact.id) if view else None
    if view is None or run is None:
        return
    known = [item for item in LANGUAGES if item in run.blueprint.languages]
    items = [Item(item, words.of("language", item), words=item) for item in known]
    chosen = await desk.ask(Pick(words, desk.painter, words("pick.language"), items))
    if chosen:
        desk.seat.guide.speak(view.contact.id, chosen)
        desk.refresh_view(frozenset({"blueprint"}))


DEEDS = {
    "blueprint.choose": choose,
    "blueprint.forward": forward,
    "blueprint.back": back,
    "blueprint.jump": jump,
    "blueprint.language": language,
    **script.DEEDS,
}
