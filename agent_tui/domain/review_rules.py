"""Who may judge an act afterwards, and how a finding goes to its end. A reviewer is neither maker nor checker."""

from __future__ import annotations

from typing import NoReturn

import msgspec

from agent_tui.domain.agent import Agent
from agent_tui.domain.case import Case, Stop
from agent_tui.domain.effects import Effects, Event, Refusal, Rows
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
from agent_tui.domain.review_commands import AnswerFinding, CloseFinding, FollowFinding, RecordFinding
from agent_tui.domain.rows import Entity


def _no(key: str, *, conflict: bool = False, **args: str | int) -> NoReturn:
    """It is not allowed; `review.refusal.<key>` says why and what would help."""
    raise Stop(Refusal(key=f"review.refusal.{key}", args=args, conflict=conflict))


def barred(review: Review, me: Agent, state: Rows) -> str:
    """Why this person may not judge this act, as the last part of `review.refusal.<key>`; empty when they may."""
    if me.role not in REVIEWERS or not me.active:
        return "not_a_reviewer"
    if me.id == review.maker_id:
        return "own_act"
    if me.id in review.checkers:
        return "own_signature"
    if me.id == review.first_reviewer:
        return "own_review"
    maker = state.get(Agent, review.maker_id)
    return "own_line" if maker is not None and maker.manager == me.id else ""


def _allowed(review_id: str, case: Case, to: ReviewState) -> tuple[Review, Agent]:
    """The review and whoever judges it, if they may and it can still go there."""
    me = case.agent()
    if me.role not in REVIEWERS or not me.active:
        _no("not_a_reviewer")
    review = case.state.get(Review, review_id) or _no("no_review")
    why = barred(review, me, case.state)
    # Coaching is the line manager's own work; judging is not.
    if why and not (why == "own_line" and to is ReviewState.FOLLOWED):
        _no(why)
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
        errors=before.errors + counts_as_error(review, case.state),
    )
    return (msgspec.structs.replace(sample, tallies={**sample.tallies, review.stratum.value: after}),)


def counts_as_error(review: Review, state: Rows) -> bool:
    """Whether a judged review adds to the errors of its stratum: a finding, or for a second look another finding."""
    first = state.get(Review, review.again_of) if review.again_of else None
    return review.told if first is None else review.finding is not first.finding


def answer_finding(command: AnswerFinding, case: Case) -> Effects:
    """Once, by whoever the finding is about; it stays to be followed up."""
    me = case.agent()
    review = case.state.get(Review, command.review_id)
    if review is None or review.maker_id != me.id or not review.told:
        _no("not_yours")
    if review.answered_at is not None:
        _no("is_answered", conflict=True)
    if review.state is ReviewState.CLOSED:
        _no("is_closed", conflict=True)
    answered = msgspec.structs.replace(review, answered_at=case.now, answer=case.clean(command.text))
    return Effects(puts=(answered,), events=(_fact("FindingAnswered", answered, me, case),))


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
    """Only what was followed up can be closed; without the maker's answer, only with a reason."""
    review, me = _allowed(command.review_id, case, ReviewState.CLOSED)
    if review.state is ReviewState.OPEN:
        _no("is_unjudged", conflict=True)
    text = case.clean(command.text)
    if review.answered_at is None and not text:
        _no("unanswered")
    steps = (FollowUp(by=me.id, at=case.now, text=text),) if text else ()
    closed = msgspec.structs.replace(
        review, state=ReviewState.CLOSED, closed_at=case.now, follow_ups=(*review.follow_ups, *steps)
    )
    return Effects(puts=(closed,), events=(_fact("FindingClosed", closed, me, case),))
