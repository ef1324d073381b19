"""Acts that are looked at afterwards as this person may act on them, one of them with what is known of it, findings
about one's own acts, and how far the centre is with its reviews.

Whether I may judge is asked of the same rule as the server's (`domain.review_rules`), over the rows of the cache.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from agent_tui.desk.review_views import CaseView, Findings, Followed, ReviewBoard, ReviewCase, Reviews, ReviewView
from agent_tui.desk.select_approvals import CacheState, spelled
from agent_tui.desk.sight import Sight
from agent_tui.domain.agent import Agent
from agent_tui.domain.approval import Approval
from agent_tui.domain.contact import Contact
from agent_tui.domain.customer import Customer
from agent_tui.domain.review import Review, ReviewState, Sample, Tally
from agent_tui.domain.review_rules import barred
from agent_tui.domain.ticket import Note, Ticket
from agent_tui.i18n.message import Msg
from agent_tui.store import read

PARTS = ("judge", "follow", "others", "closed")
AFTER = 12
"""So much of what followed an act is shown."""
_FINDING = (ReviewState.DONE, ReviewState.FOLLOWED)


def board(sight: Sight, query: Reviews) -> ReviewBoard:
    """Mine by what is due first, then findings to follow up, then those that are not for me, the closed last."""
    me = sight.me()
    reviews = read.every(sight.cache, Review)
    again = _to_be_made_again(reviews)
    rows = tuple(sorted((_view(sight, me, row, again) for row in reviews), key=_urgency)) if me else ()
    samples = read.every(sight.cache, Sample)
    parts = Counter(row.part for row in rows)
    return ReviewBoard(
        rows=rows,
        judge=parts["judge"],
        late=sum(row.part == "judge" and (row.left_s or 0) < 0 for row in rows),
        follow=parts["follow"],
        waiting=sum(not row.sample_id for row in reviews),
        tallies=_added(sample.tallies for sample in samples),
        whole=_added({"": sample.whole} for sample in samples).get("", Tally()),
        sample=samples[-1] if samples else None,
    )


def _urgency(view: ReviewView) -> tuple[int, float, float]:
    acted = view.review.acted_at.timestamp()
    return PARTS.index(view.part), view.left_s if view.left_s is not None else 0.0, -acted


def _added(parts: Iterator[dict[str, Tally]]) -> dict[str, Tally]:
    """Tallies of several draws as one; counts add up, shares never do."""
    found: dict[str, Tally] = {}
    for tallies in parts:
        for name, one in tallies.items():
            so_far = found.get(name, Tally())
            found[name] = Tally(
                population=so_far.population + one.population,
                drawn=so_far.drawn + one.drawn,
                reviewed=so_far.reviewed + one.reviewed,
                errors=so_far.errors + one.errors,
            )
    return found


def _to_be_made_again(reviews: Iterable[Review]) -> frozenset[str]:
    """Reviews whose second look is still open."""
    return frozenset(row.again_of for row in reviews if row.again_of and row.state is ReviewState.OPEN)


def _view(sight: Sight, me: Agent, review: Review, again: frozenset[str]) -> ReviewView:
    if review.id in again and me.id not in (review.reviewer_id, review.maker_id):
        review = _unread(review)
    why = barred(review, me, CacheState(sight))
    if review.id in again and review.finding is None:
        part = "others"
    elif review.state is ReviewState.CLOSED:
        part = "closed"
    elif review.state is ReviewState.OPEN:
        part = "others" if why else "judge"
    else:
        # A line manager follows up what they may not judge.
        part = "follow" if why in ("", "own_line") else "others"
    due = review.due_at if review.state is ReviewState.OPEN else None
    customer = read.get(sight.cache, Customer, review.customer_id)
    return ReviewView(
        review=review,
        part=part,
        left_s=(due - sight.clock.now()).total_seconds() if due else None,
        customer=customer.name if customer else "",
        cannot=Msg(f"review.refusal.{why}", {}) if why else None,
    )


def _unread(review: Review) -> Review:
    """Without what the first reviewer found: whoever makes it again shall not be led."""
    return msgspec.structs.replace(
        review, finding=None, kind=None, text="", answer="", answered_at=None, follow_ups=()
    )


# ---- one act -----------------------------------------------------------------------------------------------------


def case(sight: Sight, query: ReviewCase) -> CaseView | None:
    """Everything the cache holds about an act and what came after it."""
    me, review = sight.me(), read.get(sight.cache, Review, query.id)
    if me is None or review is None:
        return None
    again = _to_be_made_again(read.every(sight.cache, Review))
    approval = read.get(sight.cache, Approval, review.command_id)
    return CaseView(
        view=_view(sight, me, review, again),
        customer=read.get(sight.cache, Customer, review.customer_id),
        contact=read.get(sight.cache, Contact, review.contact_id),
        approval=approval,
        payload=spelled(approval.payload) if approval else (),
        names={one.id: one.name for one in read.every(sight.cache, Agent)},
        after=tuple(sorted(_after(sight, review), key=lambda one: one.at)[:AFTER]),
        sample=read.get(sight.cache, Sample, review.sample_id),
    )


def _after(sight: Sight, review: Review) -> Iterator[Followed]:
    """Notes, tickets, the end of the contact and other acts under authority for the same customer, from the act on."""
    customer, since = review.customer_id, review.acted_at
    if not customer:
        return
    for note in read.of_customer(sight.cache, Note, customer, 50):
        if note.at >= since:
            yield Followed(at=note.at, kind="note", who=note.author_id, text=note.text)
    for ticket in read.of_customer(sight.cache, Ticket, customer, 50):
        if ticket.opened_at >= since:
            yield Followed(at=ticket.opened_at, kind="ticket", who=ticket.owner_id or "", text=ticket.title)
    for other in read.of_customer(sight.cache, Review, customer, 50):
        if other.audit_seq > review.audit_seq and other.again_of is None:
            yield Followed(
                at=other.acted_at, kind="act", who=other.maker_id, text=other.action, amount_minor=other.amount_minor
            )
    contact = read.get(sight.cache, Contact, review.contact_id)
    if contact is not None and contact.closed_at is not None:
        yield Followed(at=contact.closed_at, kind="closed", who=contact.agent_id or "", text=contact.result or "")


# ---- findings about me -------------------------------------------------------------------------------------------


def findings(sight: Sight, query: Findings) -> tuple[Review, ...]:
    """Those without an answer first, then the latest."""
    me = sight.cache.agent_id
    mine = [row for row in read.every(sight.cache, Review) if row.maker_id == me and row.told]
    return tuple(sorted(mine, key=lambda row: (not _asks(row), -(row.done_at or row.acted_at).timestamp())))


def _asks(review: Review) -> bool:
    return review.answered_at is None and review.state in _FINDING


def unanswered(sight: Sight) -> int:
    """How many findings wait for my answer."""
    return sum(_asks(row) for row in findings(sight, Findings()))
