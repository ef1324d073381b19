"""Pages of the feed: rows and cursor together, newer wins, re-delivery is harmless."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent_tui.domain.contact import Contact, ContactState
from agent_tui.domain.rows import NAMES, Entity, encode
from agent_tui.domain.ticket import Ticket
from agent_tui.errors import StoreError
from agent_tui.store import place, read, schema, write
from agent_tui.store.cache import Cache
from agent_tui.wire.feed import Change, Page, SnapshotPage
from tests import eg


def put(row: Entity, version: int = 1) -> Change:
    return Change(entity=NAMES[type(row)], id=row.id, version=version, image=msgspec.Raw(encode(row)))


def gone(row: Entity, version: int = 1) -> Change:
    return Change(entity=NAMES[type(row)], id=row.id, version=version, remove=True)


def page(*changes: Change, start: str = "", to: str = "v1.e.1.1") -> Page:
    return Page(start=start, to=to, more=False, head=1, at=eg.NOW, changes=changes)


def waiting(cache: Cache) -> int:
    return sum(n for (list_, _), n in read.tally(cache).items() if list_ == place.WAITING)


def test_a_page_puts_rows_and_moves_the_cursor(cache: Cache) -> None:
    touched = write.apply_page(cache, page(put(eg.contact()), put(eg.customer())))
    assert touched == {"contact", "customer"}
    assert cache.cursor == "v1.e.1.1"
    assert read.get(cache, Contact, "k1") == eg.contact()


def test_an_older_version_changes_nothing(cache: Cache) -> None:
    write.apply_page(cache, page(put(eg.contact(subject="new"), 3)))
    write.apply_page(cache, page(put(eg.contact(subject="old"), 2)))
    kept = read.get(cache, Contact, "k1")
    assert kept and kept.subject == "new"


def test_what_a_newer_server_says_otherwise_is_not_shown_as_it_was(cache: Cache) -> None:
    write.apply_page(cache, page(put(eg.contact(subject="old")), put(eg.contact("k2"))))
    worded = Change(entity="contact", id="k1", version=2, image=msgspec.Raw(b'{"state": "levitating"}'))
    write.apply_page(cache, page(worded, put(eg.contact("k2", subject="new"), 2)))
    assert read.get(cache, Contact, "k1") is None
    kept = read.get(cache, Contact, "k2")
    assert kept and kept.subject == "new"


def test_a_removed_row_is_gone_and_may_come_back(cache: Cache) -> None:
    write.apply_page(cache, page(put(eg.contact(), 3)))
    write.apply_page(cache, page(gone(eg.contact(), 3)))
    assert read.get(cache, Contact, "k1") is None
    write.apply_page(cache, page(put(eg.contact(), 3)))
    assert read.get(cache, Contact, "k1") is not None


def test_rows_and_cursor_are_one_transaction(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    write.apply_page(cache, page(put(eg.contact())))
    cache.connection.execute("CREATE TRIGGER no BEFORE UPDATE ON meta BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(StoreError):
        write.apply_page(cache, page(put(eg.contact("k2")), start="v1.e.1.1", to="v1.e.2.1"))
    assert read.get(cache, Contact, "k2") is None
    assert cache.cursor == "v1.e.1.1"


def test_an_unknown_entity_is_skipped_and_the_cursor_moves(cache: Cache) -> None:
    strange = Change(entity="hologram", id="h1", version=1, image=msgspec.Raw(b"{}"))
    write.apply_page(cache, page(strange, to="v1.e.9.1"))
    assert cache.cursor == "v1.e.9.1"


def test_a_row_worded_differently_holds_up_no_other(cache: Cache) -> None:
    strange = Change(entity="contact", id="k9", version=1, image=msgspec.Raw(b'{"id":"k9"}'))
    write.apply_page(cache, page(strange, put(eg.contact())))
    assert read.get(cache, Contact, "k9") is None and read.get(cache, Contact, "k1") is not None


def test_a_snapshot_drops_what_it_did_not_show_and_wins_over_higher_versions(cache: Cache) -> None:
    write.apply_page(cache, page(put(eg.contact("k1", subject="before"), 9), put(eg.contact("k2"), 9)))
    shown = SnapshotPage(cursor="v1.f.3.1", after="", at=eg.NOW, changes=(put(eg.contact("k1", subject="after"), 1),))
    write.apply_snapshot(cache, shown, "1")
    write.finish_snapshot(cache, "v1.f.3.1", "1")
    assert [c.subject for c in read.every(cache, Contact)] == ["after"]
    assert cache.cursor == "v1.f.3.1"


def test_a_snapshot_begun_again_takes_what_changed_since_it_broke_off(cache: Cache) -> None:
    """Nothing is indexed before the first snapshot is whole, so its rows still wait for that when they come again."""
    for title in ("before", "after"):
        shown = SnapshotPage(cursor="v1.f.3.1", after="", at=eg.NOW, changes=(put(eg.ticket(title=title)),))
        write.apply_snapshot(cache, shown, "1")
    write.finish_snapshot(cache, "v1.f.3.1", "1")
    assert [ticket.title for ticket in read.every(cache, Ticket)] == ["after"]


_ids = st.sampled_from(["k1", "k2", "k3"])
_states = st.sampled_from([ContactState.QUEUED, ContactState.CONNECTED, ContactState.CLOSED])
_steps = st.lists(
    st.tuples(_ids, st.integers(1, 9), _states, st.sampled_from(["cards", "vip"]), st.booleans()), max_size=30
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_steps)
def test_totals_always_equal_what_is_there(
    cache: Cache, steps: list[tuple[str, int, ContactState, str, bool]]
) -> None:
    for id_, version, state, group, remove in steps:
        row = eg.contact(id_, state=state, group=group)
        write.apply_page(cache, page(gone(row) if remove else put(row, version)))
    counted: dict[tuple[int, str], int] = {}
    for contact in read.every(cache, Contact):
        stands = place.place(contact)
        assert stands is not None
        key = (stands >> 56, contact.group)
        counted[key] = counted.get(key, 0) + 1
    assert read.tally(cache) == counted


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(_ids, st.integers(1, 9)), max_size=20), st.randoms())
def test_pages_in_any_order_and_twice_end_in_the_same_rows(
    cache: Cache, versions: list[tuple[str, int]], chance: object
) -> None:
    pages = [page(put(eg.contact(id_, subject=f"v{version}"), version)) for id_, version in versions]
    shuffled = [*pages, *pages]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    for one in shuffled:
        write.apply_page(cache, one)
    newest = {id_: max(v for i, v in versions if i == id_) for id_, _ in versions}
    assert {c.id: c.subject for c in read.every(cache, Contact)} == {i: f"v{v}" for i, v in newest.items()}
    for contact in read.every(cache, Contact):
        write.apply_page(cache, page(gone(contact)))


def test_no_trigger_leaves_it_to_its_statement_what_a_conflict_means() -> None:
    """What an upsert does about conflicts overrides an OR within the triggers that it fires; ON CONFLICT stands."""
    triggers = [one for one in schema.STATEMENTS if "CREATE TRIGGER" in one]
    assert triggers
    assert not [one for one in triggers if re.search(r"\b(INSERT|UPDATE)\s+OR\b|\bREPLACE\b", one)]
