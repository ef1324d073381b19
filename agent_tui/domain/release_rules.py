"""Blueprints go from a proposal to a release to their retirement. Author and releaser are two people, always.

Who may propose, release and retire at all is the policy's to say; these rules hold for anybody whom it lets pass.
"""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

import msgspec

from agent_tui.domain.case import Case, Stop
from agent_tui.domain.centre import Bundle
from agent_tui.domain.contact import OPEN_STATES, Contact
from agent_tui.domain.effects import Effects, Event, Refusal, State
from agent_tui.domain.release import MOVES, Proposal, Release, ReleaseState, bundle_id
from agent_tui.domain.release_commands import ProposeBlueprint, ReleaseBlueprint, RetireBlueprint

PROPOSAL, IN_USE, RETIRED, ARCHIVED = "proposal", "blueprint", "retired", "archived"
"""Kinds of bundle that carry a wording: still to be released, offered on desks, for contacts pinned to it only, kept for
reprints and on no desk any more."""


def _no(key: str, *, conflict: bool = False, **args: str | int) -> NoReturn:
    """It is not allowed; `release.refusal.<key>` says why and what would help."""
    raise Stop(Refusal(key=f"release.refusal.{key}", args=args, conflict=conflict))


def proposed(proposal: Proposal, author_id: str, now: datetime) -> Release:
    """The row of a proposal made `now`."""
    return Release(
        id=proposal.key,
        blueprint=proposal.blueprint,
        number=proposal.number,
        state=ReleaseState.PROPOSED,
        titles=proposal.titles,
        owner=proposal.owner,
        change=proposal.change,
        digest=proposal.digest,
        valid_from=proposal.valid_from,
        valid_to=proposal.valid_to,
        begins=proposal.begins,
        ends=proposal.ends,
        author_id=author_id,
        proposed_at=now,
    )


def wording_of(proposal: Proposal, kind: str) -> Bundle:
    """What is proposed, as the bundle that carries it to the desks; `kind` says which desks."""
    return Bundle(
        id=bundle_id(proposal.key),
        kind=kind,
        revision=proposal.digest,
        text=proposal.wording,
        effective_from=proposal.begins,
        effective_to=proposal.ends,
    )


def propose(command: ProposeBlueprint, case: Case) -> Effects:
    """A version that was never seen before; the numbers of a blueprint only rise."""
    proposal = command.proposal
    if proposal is None:
        _no("unread")
    known = case.state.find(Release, parent_id=proposal.blueprint)
    latest = max((release.number for release in known), default=0)
    if proposal.number <= latest:
        _no("old_number", blueprint=proposal.blueprint, number=proposal.number, next=latest + 1)
    release = proposed(proposal, case.agent().id, case.now)
    return Effects(
        puts=(release, wording_of(proposal, PROPOSAL)), events=(_fact("BlueprintProposed", release, case),)
    )


def release(command: ReleaseBlueprint, case: Case) -> Effects:
    """By a second person, who says what they read."""
    row, bundle = _moved(command.release_id, ReleaseState.RELEASED, case)
    me = case.agent().id
    if me == row.author_id:
        _no("own_proposal", release=row.id)
    if command.digest != row.digest:
        _no("other_wording", release=row.id, conflict=True)
    if bundle.effective_to is not None and bundle.effective_to <= case.now:
        _no("over", release=row.id, day=row.valid_to)
    done = msgspec.structs.replace(row, state=ReleaseState.RELEASED, releaser_id=me, released_at=case.now)
    offered = msgspec.structs.replace(bundle, kind=IN_USE)
    return Effects(puts=(done, offered, *_spans(done, case)), events=(_fact("BlueprintReleased", done, case),))


def retire(command: RetireBlueprint, case: Case) -> Effects:
    """What was released stays on desks for contacts that are pinned to it; a proposal goes."""
    row, bundle = _moved(command.release_id, ReleaseState.RETIRED, case)
    reason = case.clean(command.reason)
    if not reason:
        _no("reason_needed")
    kind = RETIRED if row.state is ReleaseState.RELEASED else PROPOSAL
    done = msgspec.structs.replace(
        row, state=ReleaseState.RETIRED, retired_by=case.agent().id, retired_at=case.now, reason=reason
    )
    gone = msgspec.structs.replace(bundle, kind=kind)
    return Effects(puts=(done, gone, *_spans(done, case)), events=(_fact("BlueprintRetired", done, case),))


def _spans(changed: Release, case: Case) -> tuple[Bundle, ...]:
    """The other released versions whose time is another one now: each holds until a later version begins. One that was
    archived and holds again goes back to the desks."""
    others = [row for row in case.state.find(Release, parent_id=changed.blueprint) if row.id != changed.id]
    held = [row for row in (*others, changed) if row.state is ReleaseState.RELEASED]
    found = []
    for row in held:
        bundle = case.state.get(Bundle, bundle_id(row.id))
        ends = min([row.ends, *(later.begins for later in held if later.number > row.number)])
        if bundle is not None and row.id != changed.id and bundle.effective_to != ends:
            found.append(msgspec.structs.replace(bundle, kind=IN_USE, effective_to=ends))
    return tuple(found)


def outlived(state: State, now: datetime) -> tuple[Bundle, ...]:
    """Wordings to archive: their time is over, and every open contact came after it, so none can have begun with them."""
    over = [bundle for kind in (IN_USE, RETIRED) for bundle in state.find(Bundle, status=kind)]
    ends = [(bundle, end) for bundle in over if (end := _last_use(bundle, state)) is not None and end <= now]
    if not ends:
        return ()
    open_ = (contact.offered_at for one in OPEN_STATES for contact in state.find(Contact, status=one))
    oldest = min(open_, default=None)
    return tuple(
        msgspec.structs.replace(bundle, kind=ARCHIVED) for bundle, end in ends if oldest is None or end < oldest
    )


def _last_use(bundle: Bundle, state: State) -> datetime | None:
    """When it was offered for the last time; None while it is. The next version may hold since before it was released."""
    row = next((one for one in state.find(Release) if bundle_id(one.id) == bundle.id), None)
    if row is None:
        return None
    later = [one for one in state.find(Release, parent_id=row.blueprint) if one.number > row.number]
    known = (bundle.effective_to, row.retired_at) if row.retired_at else (bundle.effective_to,)
    ends = min(filter(None, known), default=None)
    return max([ends, *(one.released_at for one in later if one.released_at)]) if ends else None


def _moved(id: str, to: ReleaseState, case: Case) -> tuple[Release, Bundle]:
    """The version and its wording, if it can still go there."""
    row = case.state.get(Release, id) or _no("no_release", release=id)
    bundle = case.state.get(Bundle, bundle_id(id)) or _no("no_release", release=id)
    if to not in MOVES[row.state]:
        _no(f"is_{row.state.value}", release=id, conflict=True)
    return row, bundle


def _fact(name: str, row: Release, case: Case) -> Event:
    return Event(
        name=name,
        at=case.now,
        agent_id=case.actor.id,
        data={
            "blueprint": row.blueprint,
            "number": row.number,
            "author": row.author_id,
            "digest": row.digest,
            "state": row.state.value,
        },
    )
