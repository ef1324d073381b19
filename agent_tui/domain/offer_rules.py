"""A contact arrives: who it is, what it is about, how urgent, and which group's queue it joins (M1 to M4)."""

from __future__ import annotations

import msgspec

from agent_tui.domain.case import Case, refuse, stale
from agent_tui.domain.centre import Category, Group
from agent_tui.domain.commands import OfferNew
from agent_tui.domain.contact import TEXT_CHANNELS, Contact, Message, Priority, Thread, Why
from agent_tui.domain.customer import Customer
from agent_tui.domain.effects import Effects
from agent_tui.domain.masking import mask_caller
from agent_tui.domain.scrub import scrub
from agent_tui.domain.triage import Guess, fits, triage

TIER_PRIORITY: dict[str, Priority] = {
    "vip": Priority.HIGH,
    "platinum": Priority.RAISED,
    "gold": Priority.RAISED,
    "standard": Priority.NORMAL,
}
"""M4: what a customer's tier is worth in the queue; urgent is left to alarms and to people."""

DEFAULT_GROUP = "general"
"""Where a contact goes that nothing speaks for; without such a group, the first that speaks its language."""
SUBJECT_LENGTH = 200


def priority_of(tier: str, given: Priority) -> Priority:
    """The more urgent of what was given and what the tier is worth."""
    return min(given, TIER_PRIORITY.get(tier, Priority.NORMAL), key=lambda p: p.rank)


def offer_new(command: OfferNew, case: Case) -> Effects:
    """Queue a new contact. An unknown customer is welcome; words are scrubbed and the caller masked before keeping."""
    if case.state.get(Contact, command.contact_id) is not None:
        stale("contact_exists", contact=command.contact_id)
    customer = case.state.get(Customer, command.customer_id) if command.customer_id else None
    language = command.language or (customer.language if customer else "zh")
    words = scrub(command.text).text
    tier = str(customer.tier) if customer else "standard"
    kind = customer.kind if customer else "merchant" if command.terminal_id else ""
    guess = _guess(command, words, language, tier, kind, case)
    contact = Contact(
        id=command.contact_id,
        channel=command.channel,
        link=case.actor.id.removeprefix("link:"),
        customer_id=customer.id if customer else None,
        caller=mask_caller(command.channel, command.caller),
        name=customer.name if customer else "",
        tier=tier,
        language=language,
        group=guess.group or "",
        first_group=guess.group or "",
        category=guess.category,
        guess=guess.category if guess.words or guess.confidence is not None else None,
        guess_confidence=guess.confidence,
        guess_words=guess.words,
        priority=priority_of(tier, command.priority),
        subject=" ".join(words.split())[:SUBJECT_LENGTH],
        terminal_id=command.terminal_id,
        offered_at=case.now,
        queued_at=case.now,
        why=_why(guess, tier),
    )
    puts = (contact, _thread(contact, words, case)) if contact.channel in TEXT_CHANNELS else (contact,)
    facts = (
        case.event("ContactOffered", contact, tier=tier, category=contact.category, language=language),
        case.event("ContactQueued", contact, again=False),
    )
    return Effects(puts=puts, events=facts)


def _thread(contact: Contact, words: str, case: Case) -> Thread:
    first = (Message(author="customer", text=words, at=case.now),) if words.strip() else ()
    return Thread(id=contact.id, customer_id=contact.customer_id, group=contact.group, messages=first)


def _guess(command: OfferNew, words: str, language: str, tier: str, kind: str, case: Case) -> Guess:
    """What was given stands; what was not is guessed by the model, where there is one, or from the words."""
    category = case.state.get(Category, command.category) if command.category else None
    guess = Guess(category=category.id, group=category.group) if category else Guess()
    if category is None and words.strip():
        guess = _modelled(command.guess, kind, case) or triage(words, case.state.find(Category), language, kind)
    return msgspec.structs.replace(guess, group=_group(command.group, guess.group, language, tier, case))


def _modelled(guess: Guess | None, kind: str, case: Case) -> Guess | None:
    """A model may know categories that the centre has no more, and knows nothing of the customer: a category that is gone,
    or is not about such customers, does not count."""
    category = case.state.get(Category, guess.category) if guess and guess.category else None
    return (
        msgspec.structs.replace(guess, group=category.group) if guess and category and fits(category, kind) else None
    )


def _group(given: str | None, guessed: str | None, language: str, tier: str, case: Case) -> str:
    """The group given; else that of the tier; else that of the category if it speaks the language; else one that does."""
    groups = {g.id: g for g in case.state.find(Group) if g.kind == "skill"}
    if not groups:
        refuse("no_groups")
    if given in groups:
        return groups[given].id
    able = [g for g in groups.values() if language in g.languages]
    ours = [g.id for g in able if tier in g.tiers]
    if ours:
        return min(ours)
    if guessed in groups and (groups[guessed] in able or not able):
        return groups[guessed].id
    return min(able or groups.values(), key=lambda g: (g.id != DEFAULT_GROUP, *_closeness(g, language))).id


def _closeness(group: Group, language: str) -> tuple[bool, bool, int, str]:
    """Sort key: a group for everybody, that speaks this language first and few others, comes first."""
    first = group.languages[:1] != (language,)
    return (bool(group.tiers), first, len(group.languages), group.id)


def _why(guess: Guess, tier: str) -> tuple[Why, ...]:
    said = (Why(key="domain.why.words", args={"words": ", ".join(guess.words)}),) if guess.words else ()
    rank = (Why(key=f"domain.why.tier_{tier}"),) if TIER_PRIORITY.get(tier, Priority.NORMAL).rank < 3 else ()
    return said + rank
