"""Who may judge an act afterwards, and how a finding goes to its end. A reviewer is neither maker nor checker."""

from __future__ import annotations

from typing import NoReturn

import msgspec

from agent_tui.domain.agent import Agent
from agent_tui.domain.case import Case, Stop
from agent_tui.domain.effects import Effects, Event, Refusal
from agent_tui.domain.review import (
    REVIEW_MOVES,
    REVIEWERS,
    Finding,
    FollowUp,
    Review,
    ReviewState,
    Sample,
    Tally,
)
from agent_tui.domain.review_commands import CloseFinding, FollowFinding, RecordFinding
from agent_tui.domain.rows import Entity


def _no(key: str, *, conflict: bool = False, **args: str | int) -> NoReturn:
    """It is not allowed; `review.refusal.<key>` says why and what would help."""
    raise Stop(Refusal(key=f"review.refusal.{key}", args=args, conflict=conflict))


def _allowed(review_id: str, case: Case, to: ReviewState) -> tuple[Review, Agent]:
    """The review and whoever judges it, if they may and it can still go there."""
    me = case.agent()
    if me.role not in REVIEWERS or not me.active:
        _no("not_a_reviewer")
    review = case.state.get(Review, review_id) or _no("no_review")
    if me.id == review.maker_id:
        _no("own_act")
    if me.id in review.checkers:
        _no("own_signature")
    if to not in REVIEW_MOVES[review.state]:
        _no(f"is_{review.state.value}", conflict=True)
    return review, me


def _fact(name: str, review: Review, me: Agent, case: Case) -> Event:
    return Event(
        name=name,
        at=case.now,
        agent_id=me.id,
        customer_id=review.customer_id,
        data={
            "review": review.id,
            "maker": review.maker_id,
            "action": review.action,
            "stratum": review.stratum.value,
            "finding": review.finding.value if review.finding else None,
            "kind": review.kind.value if review.kind else None,
        },
    )


def record_finding(command: RecordFinding, case: Case) -> Effects:
    """Nothing found closes it; an error waits to be followed up."""
    clean = command.finding is Finding.NONE
    to = ReviewState.CLOSED if clean else ReviewState.DONE
    review, me = _allowed(command.review_id, case, to)
    if review.state is not ReviewState.OPEN:
        _no(f"is_{review.state.value}", conflict=True)
    text = case.clean(command.text)
    if not clean and not text:
        _no("text_needed")
    if clean != (command.kind is None):
        _no("kind_needed")
    judged = msgspec.structs.replace(
        review,
        state=to,
        reviewer_id=me.id,
        done_at=case.now,
        finding=command.finding,
        kind=command.kind,
        text=text,
        closed_at=case.now if clean else None,
    )
    puts: tuple[Entity, ...] = (judged, *_counted(judged, case))
    return Effects(puts=puts, events=(_fact("FindingRecorded", judged, me, case),))


def _counted(review: Review, case: Case) -> tuple[Sample, ...]:
    """The sample with one more review in its stratum."""
    sample = case.state.get(Sample, review.sample_id)
    if sample is None:
        return ()
    before = sample.tallies.get(review.stratum.value, Tally())
    after = msgspec.structs.replace(
        before,
        reviewed=before.reviewed + 1,
        errors=before.errors + (review.finding is not Finding.NONE),
    )
    return (msgspec.structs.replace(sample, tallies={**sample.tallies, review.stratum.value: after}),)


def follow_finding(command: FollowFinding, case: Case) -> Effects:
    """One more step; there may be several."""
    review, me = _allowed(command.review_id, case, ReviewState.FOLLOWED)
    text = case.clean(command.text)
    if not text:
        _no("text_needed")
    step = FollowUp(by=me.id, at=case.now, text=text)
    followed = msgspec.structs.replace(review, state=ReviewState.FOLLOWED, follow_ups=(*review.follow_ups, step))
    return Effects(puts=(followed,), events=(_fact("FindingFollowed", followed, me, case),))


def close_finding(command: CloseFinding, case: Case) -> Effects:
    """Only what was followed up can be closed."""
    review, me = _allowed(command.review_id, case, ReviewState.CLOSED)
    if review.state is ReviewState.OPEN:
        _no("is_unjudged", conflict=True)
    text = case.clean(command.text)
    steps = (FollowUp(by=me.id, at=case.now, text=text),) if text else ()
    closed = msgspec.structs.replace(
        review, state=ReviewState.CLOSED, closed_at=case.now, follow_ups=(*review.follow_ups, *steps)
    )
    return Effects(puts=(closed,), events=(_fact("FindingClosed", closed, me, case),))
