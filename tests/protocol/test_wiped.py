"""What the judge of campaigns lets a wipe take, and what not: a command that may wait lies in a box and comes all the same."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from agent_tui.store.open import open_cache, rebuild
from chaos.evidence import Evidence, Seen
from chaos.judge import drafts_came_back, never_lost, receipts_kept, undone_is_said
from chaos.place import SEATS, Place
from chaos.station import Plan, left_over, profile_of

NOTE = {"fact": "kept", "id": "n1", "type": "AddNote", "boxed": True, "wipes": 0}


def evidence(*facts: dict[str, Any], wipes: int = 1, **more: Any) -> Evidence:
    """Of one desk that was wiped, and of a server that knows nothing."""
    seen = Seen(seat=SEATS[0], items=(), receipts={}, facts=facts, wipes=wipes)
    return Evidence(sent={}, approvals={}, effects=Counter(), orders={}, links={}, seen=(seen,), **more)


def test_a_boxed_note_that_never_came_is_lost() -> None:
    assert list(never_lost(evidence(NOTE)))


@pytest.mark.parametrize("kept", [NOTE | {"type": "SendMessage"}, NOTE | {"boxed": False}], ids=["cannot", "no key"])
def test_what_nobody_could_bring_may_go_with_the_device(kept: dict[str, Any]) -> None:
    assert not list(never_lost(evidence(kept)))
    assert list(never_lost(evidence(kept | {"wipes": 1}))), "what was kept after the wipe may not"


def test_what_a_restore_lost_of_a_wiped_desk_is_sent_by_nobody_again() -> None:
    found = evidence(NOTE, undone={"n1": ("applied",)})
    assert not list(never_lost(found)) and not list(undone_is_said(found))
    assert list(undone_is_said(evidence(NOTE | {"wipes": 1}, undone={"n1": ("applied",)})))


def test_receipts_and_drafts_go_with_the_journal_and_with_nothing_else() -> None:
    typed, looked = {"fact": "typed", "text": "ab", "wipes": 0}, {"fact": "found_drafts", "drafts": {}, "wipes": 1}
    assert not list(receipts_kept(evidence(NOTE))) and not list(drafts_came_back(evidence(typed, looked)))
    assert list(receipts_kept(evidence(NOTE, wipes=0)))
    assert list(drafts_came_back(evidence(typed, looked | {"wipes": 0}, wipes=0)))


def test_a_desk_that_was_not_wiped_is_told_from_one_that_was(tmp_path: Path) -> None:
    place, seat = Place(folder=tmp_path), SEATS[0]
    plan = Plan(folder=str(tmp_path), seat=seat, run=1, seed=1, url="http://127.0.0.1:1")
    profile = profile_of(plan, place)
    assert profile.lease is not None
    key, device = profile.key("cache"), profile.device_id
    cache = open_cache(profile.folder / "cache.db", key)
    profile.lease.grant(60.0)
    assert len(list(left_over(profile, key))) == 2
    profile.lease.end()
    cache.key = profile.lease.key()
    rebuild(cache)
    cache.close()
    assert not list(left_over(profile, key))
    profile.forget()
    again = profile_of(plan, place)
    assert again.device_id != device and again.key("journal") != profile.key("journal")
