"""Events → facts. The only place that knows what the events of `domain.effects` mean for the indicators.

Events of one contact or one agent must come in the order in which they happened; where their times differ, any
order will do. Events of different contacts and agents may be mixed at will.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import msgspec

from agent_tui.domain.agent import AgentState
from agent_tui.domain.effects import Event
from agent_tui.metrics.facts import AgentSpan, ContactFact, Leg, TicketFact


def fold(
    events: Iterable[Event], until: datetime, since: datetime | None = None
) -> tuple[tuple[ContactFact, ...], tuple[AgentSpan, ...]]:
    """The facts as they stood at `until`: later events are not looked at, open spans end there.

    A contact whose arrival is not among the events is left out: it belongs to an earlier interval. A person's spans
    begin with the first change that is; where the events begin at `since`, the state that change came from is taken to
    have lasted from then on.
    """
    contacts: dict[str, list[Event]] = defaultdict(list)
    agents: dict[str, list[Event]] = defaultdict(list)
    for event in _in_time(events, until):
        if event.name == "AgentStateChanged" and event.agent_id:
            agents[event.agent_id].append(event)
        elif event.contact_id:
            contacts[event.contact_id].append(event)
    facts = [_Contact(id).over(found).fact(until) for id, found in contacts.items()]
    known = [fact for fact in facts if fact is not None]
    known.sort(key=lambda fact: (fact.offered_at, fact.contact_id))
    spans = [span for id, found in sorted(agents.items()) for span in _spans(id, found, since, until)]
    return tuple(known), tuple(spans)


def fold_tickets(events: Iterable[Event], until: datetime) -> tuple[TicketFact, ...]:
    """Tickets opened by `until` and where their clocks stand, in order of opening."""
    facts: dict[str, TicketFact] = {}
    for event in _in_time(events, until):
        id = _text(event, "ticket")
        if event.name == "TicketOpened" and id:
            facts[id] = _opened(id, event)
        elif event.name == "TicketMoved" and id in facts:
            facts[id] = _moved(facts[id], event)
    return tuple(facts.values())


def _in_time(events: Iterable[Event], until: datetime) -> list[Event]:
    """Stable: events of one moment keep the order of the ledger."""
    return sorted((event for event in events if event.at <= until), key=lambda event: event.at)


def _text(event: Event, name: str) -> str | None:
    """What the event's data says under `name`; None where it says nothing."""
    value = event.data.get(name)
    return None if value is None or value == "" else str(value)


# ---- tickets -----------------------------------------------------------------------------------------------------


def _opened(id: str, event: Event) -> TicketFact:
    due_s = event.data.get("due_s")
    return TicketFact(
        ticket_id=id,
        kind=_text(event, "kind") or "work_order",
        group=event.group or "",
        owner_id=event.agent_id,
        opened_at=event.at,
        due_at=event.at + timedelta(seconds=due_s) if isinstance(due_s, int | float) else None,
    )


def _moved(fact: TicketFact, event: Event) -> TicketFact:
    state = _text(event, "to")
    answered = event.at if state in ("answered", "closed") else None
    closed = event.at if state == "closed" else None
    return msgspec.structs.replace(
        fact,
        answered_at=fact.answered_at or answered,
        closed_at=fact.closed_at or closed,
        group=event.group or fact.group,
    )


# ---- agents ------------------------------------------------------------------------------------------------------


def _spans(agent_id: str, changes: list[Event], since: datetime | None, until: datetime) -> list[AgentSpan]:
    """Stretches between changes. Those of no length and those of being logged off are left out."""
    stretches = [
        (change.at, after.at if after else until, _text(change, "to"), _text(change, "reason"))
        for change, after in zip(changes, [*changes[1:], None], strict=True)
    ]
    if since is not None:
        stretches.insert(0, (since, changes[0].at, _text(changes[0], "from"), None))
    return [
        AgentSpan(agent_id=agent_id, state=state, reason=reason, start=start, end=end)
        for start, end, state, reason in stretches
        if end > start and state is not None and state != AgentState.LOGGED_OFF
    ]


# ---- contacts ----------------------------------------------------------------------------------------------------


def _seconds(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds()


class _Leg:
    """An agent's part while it is being folded: what it is in (`talk`, `hold`, `wrap`, `over`) and since when."""

    def __init__(self, agent_id: str, group: str, start: datetime) -> None:
        self.agent_id, self.group, self.start = agent_id, group, start
        self.phase, self.since = "talk", start
        self.spent = {"talk": 0.0, "hold": 0.0, "wrap": 0.0}

    def enter(self, phase: str, at: datetime) -> None:
        """Book the time since the last change and go on in `phase`; a part that is over stays over."""
        if self.phase == "over" or (self.phase == "wrap" and phase != "over"):
            return
        self.spent[self.phase] += _seconds(self.since, at)
        self.phase, self.since = phase, at

    def fact(self, until: datetime) -> Leg:
        spent = dict(self.spent)
        if self.phase != "over":
            spent[self.phase] += _seconds(self.since, until)
        return Leg(
            agent_id=self.agent_id,
            group=self.group,
            start=self.start,
            end=self.since if self.phase == "over" else None,
            talk_s=spent["talk"],
            hold_s=spent["hold"],
            wrap_s=spent["wrap"],
        )


class _Contact:
    """One contact while its events are being folded."""

    def __init__(self, contact_id: str) -> None:
        self.contact_id = contact_id
        self.offered: Event | None = None
        self.moments: dict[str, datetime] = {}
        self.words: dict[str, str] = {}
        self.counts: dict[str, int] = defaultdict(int)
        self.satisfaction: int | None = None
        self.legs: list[_Leg] = []

    def over(self, events: list[Event]) -> _Contact:
        for event in events:
            step = _STEPS.get(event.name)
            if step is not None:
                step(self, event)
        return self

    def keep(self, event: Event) -> None:
        """What any event may say about the contact; the last word counts, except for the queue of an answered one."""
        for name in ("category", "result", "tier"):
            value = _text(event, name)
            if value is not None:
                self.words[name] = value
        if event.customer_id:
            self.words["customer_id"] = event.customer_id
        if event.group and "answered" not in self.moments:
            self.words["group"] = event.group

    def once(self, name: str, at: datetime) -> None:
        self.moments.setdefault(name, at)

    def phase(self, name: str, at: datetime) -> None:
        if self.legs:
            self.legs[-1].enter(name, at)

    def fact(self, until: datetime) -> ContactFact | None:
        """None if the arrival is not known."""
        if self.offered is None:
            return None
        legs = tuple(leg.fact(until) for leg in self.legs)
        queued, answered = self.moments.get("queued"), self.moments.get("answered")
        given_up = self.moments.get("abandoned")
        return ContactFact(
            contact_id=self.contact_id,
            channel=self.offered.channel or "phone",
            group=self.words.get("group", ""),
            first_group=self.offered.group or "",
            agent_id=legs[-1].agent_id if legs else None,
            customer_id=self.words.get("customer_id"),
            tier=self.words.get("tier", "standard"),
            category=self.words.get("category"),
            result=self.words.get("result"),
            offered_at=self.offered.at,
            queued_at=queued,
            answered_at=answered,
            abandoned_at=None if answered else given_up,
            cleared_at=self.moments.get("cleared"),
            closed_at=self.moments.get("closed"),
            wait_s=_seconds(queued, answered or given_up or until) if queued else 0.0,
            talk_s=sum(leg.talk_s for leg in legs),
            hold_s=sum(leg.hold_s for leg in legs),
            wrap_s=sum(leg.wrap_s for leg in legs),
            transfers=self.counts["transfers"],
            diverted=self.counts["diverted"],
            overflowed=self.counts["overflowed"] > 0,
            retriaged=self.counts["retriaged"] > 0,
            satisfaction=self.satisfaction,
            legs=legs,
        )


def _on_offered(contact: _Contact, event: Event) -> None:
    contact.offered = contact.offered or event
    contact.keep(event)


def _on_queued(contact: _Contact, event: Event) -> None:
    contact.once("queued", event.at)
    contact.keep(event)


def _on_established(contact: _Contact, event: Event) -> None:
    contact.keep(event)
    contact.once("answered", event.at)
    contact.phase("over", event.at)
    if event.agent_id:
        contact.legs.append(_Leg(event.agent_id, event.group or contact.words.get("group", ""), event.at))


def _on_transferred(contact: _Contact, event: Event) -> None:
    contact.counts["transfers"] += 1
    contact.phase("over", event.at)
    contact.keep(event)


def _on_abandoned(contact: _Contact, event: Event) -> None:
    contact.keep(event)
    contact.once("abandoned", event.at)
    contact.once("closed", event.at)
    contact.phase("over", event.at)


def _on_cleared(contact: _Contact, event: Event) -> None:
    contact.once("cleared", event.at)
    contact.phase("wrap", event.at)


def _on_closed(contact: _Contact, event: Event) -> None:
    contact.once("closed", event.at)
    contact.phase("over", event.at)
    contact.keep(event)


def _on_retriaged(contact: _Contact, event: Event) -> None:
    contact.counts["retriaged"] += 1
    contact.keep(event)


def _on_satisfaction(contact: _Contact, event: Event) -> None:
    score = event.data.get("score")
    if isinstance(score, int | float):
        contact.satisfaction = int(score)


def _counting(name: str) -> Callable[[_Contact, Event], None]:
    def step(contact: _Contact, event: Event) -> None:
        contact.counts[name] += 1

    return step


def _phase(name: str) -> Callable[[_Contact, Event], None]:
    def step(contact: _Contact, event: Event) -> None:
        contact.phase(name, event.at)

    return step


_STEPS: dict[str, Callable[[_Contact, Event], None]] = {
    "ContactOffered": _on_offered,
    "ContactQueued": _on_queued,
    "ContactEstablished": _on_established,
    "ContactHeld": _phase("hold"),
    "ContactConsulted": _phase("hold"),
    "ContactRetrieved": _phase("talk"),
    "ContactTransferred": _on_transferred,
    "ContactDiverted": _counting("diverted"),
    "ContactOverflowed": _counting("overflowed"),
    "ContactAbandoned": _on_abandoned,
    "ContactCleared": _on_cleared,
    "ContactClosed": _on_closed,
    "ContactRetriaged": _on_retriaged,
    "SatisfactionRecorded": _on_satisfaction,
}
