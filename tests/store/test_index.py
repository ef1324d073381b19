"""The index follows the rows: in slices, for every change, and never with anybody's name in it."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent_tui.canon import digest
from agent_tui.desk import lexicon, select_search
from agent_tui.desk.indexing import Indexing
from agent_tui.domain.knowledge import Article
from agent_tui.domain.rows import NAMES, Entity, encode
from agent_tui.domain.ticket import Ticket
from agent_tui.search.entry import FORM, columns
from agent_tui.search.query import read as read_query
from agent_tui.store import find, find_tickets, index
from agent_tui.store.cache import Cache
from agent_tui.store.entries import entry_of
from agent_tui.store.write import apply_page, put_meta, put_rows
from agent_tui.wire.feed import Change, Page
from tests import eg

WORDS = ("年费减免", "积分兑换", "结算未到账")
IDS_AND_WORDS = (st.sampled_from(["a", "b", "c"]), st.sampled_from(WORDS))


def indexed(cache: Cache) -> None:
    while index.step(cache, 0.05):
        pass


def tickets(cache: Cache, typed: str) -> list[str]:
    query = read_query(typed, lexicon.shipped())
    return [entry.id for entry in find_tickets.tickets(cache, query, find.Known(cache, query))]


def guides(cache: Cache, typed: str) -> list[str]:
    query = read_query(typed, lexicon.shipped())
    return [entry.id for entry in find.guides(cache, query, find.Known(cache, query))]


def named(cache: Cache) -> int:
    """Guides that are found by the words of their titles and keywords."""
    return int(
        cache.connection.execute("SELECT COUNT(*) FROM find_guide WHERE find_guide MATCH '年费'").fetchone()[0]
    )


def test_a_row_is_found_once_indexed_and_no_more_once_gone(cache: Cache) -> None:
    put_rows(cache, [eg.article("annual-fee")])
    assert index.waiting(cache) == 1 and guides(cache, "年费") == []
    indexed(cache)
    assert index.waiting(cache) == 0 and guides(cache, "年费") == ["annual-fee"]
    gone = Change(entity="article", id="annual-fee", version=2, remove=True)
    page = Page(start=cache.cursor, to="c2", more=False, head=2, changes=(gone,), at=eg.NOW)
    apply_page(cache, page)
    indexed(cache)
    assert guides(cache, "年费") == []


_rows = st.one_of(
    st.builds(lambda id_, words: eg.article(id_, pages={"zh": eg.page(words, "x", ())}), *IDS_AND_WORDS),
    st.builds(lambda id_, words: eg.ticket(id_, title=words), *IDS_AND_WORDS),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(_rows, st.sampled_from(["put", "put", "gone", "index"])), max_size=20))
def test_rows_may_change_before_the_index_knows_of_them(cache: Cache, steps: list[tuple[Entity, str]]) -> None:
    """A row may come, change, go and give its number to the next one while the index waits for an idle moment."""
    cache.connection.execute("DELETE FROM row")
    indexed(cache)
    there: dict[tuple[str, str], Entity] = {}
    for (row, deed), version in zip(steps, count(1), strict=False):
        entity = NAMES[type(row)]
        match deed:
            case "put":
                there[entity, row.id] = row
                change = Change(entity=entity, id=row.id, version=version, image=msgspec.Raw(encode(row)))
            case "gone":
                there.pop((entity, row.id), None)
                change = Change(entity=entity, id=row.id, version=version, remove=True)
            case _:
                indexed(cache)
                continue
        apply_page(cache, Page(start=cache.cursor, to="c1", more=False, head=1, changes=(change,), at=eg.NOW))
    indexed(cache)
    for words in WORDS:
        titles = {id_: row.title for (_, id_), row in there.items() if isinstance(row, Ticket)}
        assert set(tickets(cache, words)) == {id_ for id_, title in titles.items() if title == words}
        pages = {id_: row.pages["zh"].title for (_, id_), row in there.items() if isinstance(row, Article)}
        assert set(guides(cache, words)) == {id_ for id_, title in pages.items() if title == words}


def test_a_lone_character_between_words_is_not_asked_for(cache: Cache) -> None:
    put_rows(
        cache, [eg.ticket(title="结算未到账"), eg.ticket("t2", title="结算已到账"), eg.ticket("t3", title="结算")]
    )
    indexed(cache)
    assert tickets(cache, "结算未到账") == ["t2", "t1"]
    assert tickets(cache, "结算到账 未") == ["t2", "t1"] and tickets(cache, "未") == []


def test_new_words_take_the_place_of_the_old(cache: Cache) -> None:
    put_rows(cache, [eg.article("a", pages={"zh": eg.page("年费减免", "x")})])
    indexed(cache)
    put_rows(cache, [eg.article("a", pages={"zh": eg.page("积分兑换", "y", ())})])
    indexed(cache)
    assert guides(cache, "年费") == [] and guides(cache, "积分") == ["a"]


def test_the_same_row_again_is_no_work(cache: Cache) -> None:
    put_rows(cache, [eg.ticket(title="结算未到账")])
    indexed(cache)
    put_rows(cache, [eg.ticket(title="结算未到账")])
    assert index.waiting(cache) == 0


@pytest.mark.parametrize(
    "typed", ["结算未到", "结算", "jiesuan", "結算", "T0012345", "12345", "260302-0001-3", "0013"]
)
def test_a_ticket_is_found_by_words_sound_and_numbers(cache: Cache, typed: str) -> None:
    put_rows(cache, [eg.ticket(title="结算未到账", text="终端 T0012345 已核对")])
    indexed(cache)
    assert tickets(cache, typed) == ["t1"]


def test_names_of_people_are_not_in_the_index(cache: Cache) -> None:
    put_rows(cache, [eg.ticket(name="张三丰", title="结算未到账")])
    indexed(cache)
    for typed in ("张三丰", "zhangsan", "zsf", "张三"):
        assert tickets(cache, typed) == [], typed


def test_the_newest_tickets_are_met_first(cache: Cache) -> None:
    rows: list[Entity] = [eg.ticket(f"t{n:03}", title="结算未到账") for n in range(60)]
    put_rows(cache, rows)
    indexed(cache)
    found = tickets(cache, "结算")
    assert len(found) == find_tickets.TICKETS and found[0] == "t059"


def test_a_slice_ends_when_its_time_is_over(cache: Cache) -> None:
    put_rows(cache, [eg.ticket(f"t{n:04}", title="结算未到账") for n in range(index.BATCH * 3)])
    assert index.step(cache, 0.0)
    assert index.waiting(cache) == index.BATCH * 3
    indexed(cache)
    assert index.waiting(cache) == 0


def test_without_the_trigger_a_changed_row_would_stay_as_it_was(cache: Cache) -> None:
    cache.connection.execute("DROP TRIGGER row_reworded")
    put_rows(cache, [eg.article("a")])
    indexed(cache)
    changed = msgspec.structs.replace(eg.article("a"), pages={"zh": eg.page("积分兑换", "y", ())})
    put_rows(cache, [changed])
    indexed(cache)
    assert guides(cache, "积分") == []


def test_two_words_run_together_are_found_as_two(cache: Cache) -> None:
    put_rows(cache, [eg.article("a", pages={"en": eg.page("Cutoff and late fee", "x", ())})])
    indexed(cache)
    assert guides(cache, "latefee ") == ["a"]


def test_a_short_code_is_found_in_a_text(cache: Cache) -> None:
    put_rows(cache, [eg.article("codes", pages={"en": eg.page("Codes", "97, A0 terminal not registered", ())})])
    indexed(cache)
    assert guides(cache, "a0") == ["codes"]


def test_what_too_many_guides_hold_finds_the_newest_titles(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "MOST_WEIGHED", 10)
    monkeypatch.setattr(find, "GUIDES", 5)
    named = [eg.article(f"t{n:02}", pages={"zh": eg.page(f"年费{n}", "x", ())}) for n in range(3)]
    put_rows(
        cache, [*named, *(eg.article(f"w{n:02}", pages={"zh": eg.page("别的", "x", ("年费",))}) for n in range(20))]
    )
    indexed(cache)
    found = guides(cache, "年费")
    assert sorted(found[:3]) == ["t00", "t01", "t02"] and "w19" in found


def pieces(cache: Cache) -> int:
    """Parts that SQLite keeps the guides' index in: a word is looked for in each."""
    return int(cache.connection.execute("SELECT COUNT(DISTINCT segid) FROM find_guide_idx").fetchone()[0])


def test_an_index_made_in_many_slices_is_put_together(cache: Cache) -> None:
    for n in range(1, 12):
        put_rows(cache, [eg.article(f"a{n}")])
        indexed(cache)
    assert pieces(cache) <= 4 and len(guides(cache, "年费")) == 11


def test_what_guides_are_called_is_learned_while_nobody_waits(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    put_rows(cache, [eg.article("annual-fee")])
    indexed(cache)
    while select_search.settle(cache, 0.001):
        pass
    assert guides(cache, "会费") == ["annual-fee"]
    asked = cache.all

    def no_name_is_looked_up(name: str, *args: object) -> list[tuple[Any, ...]]:
        assert name != "guide_called"
        return asked(name, *args)

    monkeypatch.setattr(cache, "all", no_name_is_looked_up)
    assert guides(cache, "年度费用") == ["annual-fee"]


@pytest.mark.parametrize(
    ("typed", "found"), [("T00", []), ("T001", ["t1"]), ("T00123", ["t1"]), ("终端 T00123", ["t1"])]
)
def test_the_beginning_of_a_number_is_looked_for_among_numbers(cache: Cache, typed: str, found: list[str]) -> None:
    put_rows(cache, [eg.ticket("t1", title="终端报错", text="终端 T0012345 显示 Z1")])
    indexed(cache)
    assert tickets(cache, typed) == found


def test_a_cache_of_another_program_is_indexed_anew(cache: Cache) -> None:
    put_rows(cache, [eg.article("annual-fee"), eg.ticket(title="结算未到账")])
    indexed(cache)
    index.renew(cache)
    indexed(cache)
    index.renew(cache)
    assert index.waiting(cache) == 0, "once is enough"
    # What an older program kept of its guides: none of the words by which questions asked before lead to them.
    cache.connection.execute("DELETE FROM find_guide")
    put_meta(cache, index_form="1")
    assert named(cache) == 0
    index.renew(cache)
    assert index.waiting(cache) == 1, "guides are few; of tickets there may be a million"
    indexed(cache)
    assert named(cache) == 1


async def test_a_desk_does_so_by_itself(cache: Cache) -> None:
    put_rows(cache, [eg.article("annual-fee")])
    indexed(cache)
    put_meta(cache, cursor="c1", index_form="1")
    cache.connection.execute("DELETE FROM find_guide")
    assert named(cache) == 0
    idle = Indexing(cache)
    idle.wake()
    assert idle._task is not None
    await asyncio.wait_for(idle._task, 20)
    assert cache.meta["index_form"] == str(FORM) and named(cache) == 1


def test_whoever_changes_what_the_index_keeps_raises_its_form() -> None:
    """The digest of what one guide looks like in the index, with the form it belongs to."""
    entry = entry_of(
        eg.article("annual-fee", pages={"zh": eg.page("年费减免", "POS 机"), "ja": eg.page("年会費", "x")}), {}
    )
    assert entry is not None
    assert (FORM, digest("|".join(columns(entry)).encode())) == (
        2,
        "sha256:e04403fa9e3506ce86de539f31ca38aa5c30fdbc46e370f86d14cf01b702682d",
    )
