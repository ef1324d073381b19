"""One robot customer: who they are, why they call, how patient they are and what they say. Pure and seeded.

`invent` draws a persona from the cast; `hear` is the whole conversation: (talk, words heard) → (talk, reply).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec

from agent_tui.domain.contact import Priority
from agent_tui.sim import traffic
from agent_tui.sim.cast import Cast, Deal, Lines, TopicLines

T = TypeVar("T")
TURNS = 14
"""A customer to whom nobody gave an answer after so many turns says goodbye."""
CARD_SLIP = 9
"""One customer in so many writes a card number into the chat."""
CHARS_PER_S = {"zh": 2.2, "ja": 2.6, "en": 6.0}
"""Typing speed on a phone: characters a second, by language."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A customer of the bank as robots know them: enough to call from the right number."""

    phone: str
    """Clear; it goes to the server as the caller's number and nowhere else."""
    kind: str = "person"
    language: str = "zh"
    tier: str = "standard"
    terminal: str | None = None


class Persona(msgspec.Struct, frozen=True, kw_only=True):
    seed: int
    topic: str
    mood: str
    language: str
    channel: str
    caller: str
    known: Known | None
    terminal: str | None
    deal: Deal
    amount_minor: int | None
    first: str
    """First words, as written or recognised from speech."""
    patience_s: float
    """Waits so long in queue, then gives up. Business seconds."""
    hold_s: float
    """Stays so long on hold."""
    talk_s: float
    """The conversation takes so long on the phone."""
    rating: int | None
    """Answer to the survey; None for no answer."""
    group: str | None = None
    """The line they chose themselves; None leaves it to triage."""
    priority: Priority = Priority.NORMAL
    wrap_s: float | None = None
    """How long the colleague's wrap-up takes, where the log knows it; None leaves it to the plan."""


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """Where a conversation stands."""

    turns: int = 0
    used: frozenset[str] = frozenset()
    settled: bool = False
    over: bool = False


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    over: bool = False
    """After these words they leave."""
    typing_s: float = 0.0


def weighted(rng: random.Random, choices: Mapping[T, float]) -> T:
    """A key, drawn by its weight."""
    return rng.choices(list(choices), weights=list(choices.values()))[0]


def fill(text: str, terminal: str | None) -> str:
    """The text with the terminal's number in its place; nothing else in it is parsed."""
    return text.replace("{terminal}", terminal or "")


def _settlement(rng: random.Random, deals: Sequence[Deal]) -> tuple[Deal, int | None]:
    deal = rng.choices(deals, weights=[deal.weight for deal in deals])[0]
    if deal.minor is None:
        return deal, None
    low, high = deal.minor
    return deal, rng.randrange(low, high + 1, 100)


def _fitting(known: Sequence[Known], who: str, language: str) -> list[Known]:
    return [one for one in known if who in ("any", one.kind) and one.language == language]


def invent(
    cast: Cast,
    seed: int,
    known: Sequence[Known] = (),
    *,
    topic: str | None = None,
    channel: str | None = None,
    language: str | None = None,
) -> Persona:
    """The persona of `seed`; the same cast, seed and customers give the same one. Given fields are not drawn."""
    rng = random.Random(seed)
    tongue = language or weighted(rng, cast.languages)
    about = topic or weighted(rng, {name: t.weight for name, t in cast.topics.items()})
    matter = cast.topics[about]
    way = channel or weighted(rng, matter.channels)
    moods = matter.moods or tuple(cast.moods)
    mood = weighted(rng, {name: cast.moods[name].weight for name in moods})
    feeling = cast.moods[mood]
    fits = _fitting(known, matter.who, tongue)
    one = rng.choice(fits) if fits and rng.random() >= cast.unknown_callers else None
    deal, amount = _settlement(rng, matter.deals)
    lines = cast.lines[tongue].topics[about]
    terminal = (
        (one.terminal if one and one.terminal else f"6100{rng.randrange(10_000):04d}") if matter.terminal else None
    )
    return Persona(
        seed=seed,
        topic=about,
        mood=mood,
        language=tongue,
        channel=way,
        caller=one.phone if one else f"1{rng.choice('3578')}9{rng.randrange(10**8):08d}",
        known=one,
        terminal=terminal,
        deal=deal,
        amount_minor=amount,
        first=fill(_first(rng, lines, way), terminal),
        patience_s=traffic.patience(rng) * feeling.patience,
        hold_s=feeling.hold_s * rng.uniform(0.7, 1.3),
        talk_s=traffic.talk(rng, matter.talk_s) * feeling.talk,
        rating=weighted(rng, dict(enumerate(feeling.rates, 1))) if rng.random() < feeling.answers else None,
    )


def _first(rng: random.Random, lines: TopicLines, channel: str) -> str:
    return rng.choice(lines.alarm if channel == "alarm" and lines.alarm else lines.first)


def _draw(persona: Persona, talk: Talk, texts: Sequence[str]) -> str:
    """One of `texts`, by seed and turn: the same conversation gives the same words."""
    return random.Random(f"{persona.seed}/{talk.turns}").choice(list(texts))


def _say(persona: Persona, talk: Talk, text: str, *, over: bool = False) -> tuple[Talk, Reply]:
    words = fill(text, persona.terminal)
    typing = 2.0 + len(words) / CHARS_PER_S.get(persona.language, 4.0)
    after = msgspec.structs.replace(talk, turns=talk.turns + 1, used=talk.used | {text}, over=over)
    return after, Reply(text=words, over=over, typing_s=typing)


def _match(lines: TopicLines, talk: Talk, heard: str) -> tuple[str, bool] | None:
    """The first unused answer whose words occur in what was heard."""
    low = heard.casefold()
    for answer in lines.answers:
        if answer.say not in talk.used and any(word.casefold() in low for word in answer.when):
            return answer.say, answer.done
    return None


def asks(text: str) -> bool:
    """Whether the words are a question."""
    return any(mark in text for mark in "?\uff1f吗呢か")


def hear(persona: Persona, lines: Lines, talk: Talk, heard: str) -> tuple[Talk, Reply | None]:
    """What the customer answers to `heard`; None once they have left."""
    if talk.over:
        return talk, None
    said, mood = lines.topics[persona.topic], lines.moods[persona.mood]
    if talk.turns == 1 and persona.seed % CARD_SLIP == 0:
        return _say(persona, talk, _draw(persona, talk, lines.generic.card_slip))
    if talk.settled or talk.turns >= TURNS:
        return _say(persona, talk, _draw(persona, talk, lines.generic.bye), over=True)
    found = _match(said, talk, heard)
    if found is not None:
        text, done = found
        after, reply = _say(persona, talk, text)
        return msgspec.structs.replace(after, settled=done), reply
    fresh = [text for text in said.more if text not in talk.used]
    if fresh and not asks(heard):
        return _say(persona, talk, fresh[0])
    texts = lines.generic.unsure if asks(heard) else mood.thanks
    return _say(persona, talk, _draw(persona, talk, texts), over=not asks(heard))


def on_hold(persona: Persona, lines: Lines) -> str:
    """What they say when put on hold."""
    return lines.moods[persona.mood].hold[0]


def on_refusal(persona: Persona, lines: Lines) -> str:
    """What they say when told no."""
    return lines.moods[persona.mood].refused[0]
