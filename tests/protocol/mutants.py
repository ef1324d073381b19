"""Bugs that somebody could make one day, each as a patch of the program: the suite must find every one.

They live here and nowhere in the program; `BUGS` says which drill is made for which.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from agent_tui import ids
from agent_tui.client.problems import TryLater
from agent_tui.clock import wall
from agent_tui.desk.drafts import DraftBook
from agent_tui.desk.views import Draft
from agent_tui.server.authority import Authority
from agent_tui.server.batches import Course
from agent_tui.server.database import Database
from agent_tui.server.feed import Feed
from agent_tui.server.record import Recorder
from agent_tui.server.tail import Tail
from agent_tui.store import schema, write
from agent_tui.store.cache import QUERIES
from agent_tui.store.journal import Item, Journal
from agent_tui.sync.batches import Batches
from agent_tui.sync.push import Push, given_up
from agent_tui.wire.command import Outcome
from tests.protocol import drills
from tests.protocol.office import Office

Patch = Callable[[pytest.MonkeyPatch], None]
Drill = Callable[[Office], Awaitable[list[str]]]


def dedup_in_a_second_transaction(patch: pytest.MonkeyPatch) -> None:
    later: list[Callable[[Any], None]] = []
    remember, write_now = Recorder._remember, Database.write_now

    def put_off(self: Recorder, tx: Any, *given: Any) -> None:
        later.append(lambda then: remember(self, then, *given))

    def twice(self: Database, work: Any) -> Any:
        later.clear()
        result = write_now(self, work)
        while later:
            write_now(self, later.pop(0))
        return result

    patch.setattr(Recorder, "_remember", put_off)
    patch.setattr(Database, "write_now", twice)


def new_key_on_retry(patch: pytest.MonkeyPatch) -> None:
    put = Push._put

    async def renamed(self: Push, item: Item, *, withdrawn: bool = False) -> Outcome:
        if not item.attempts:
            return await put(self, item, withdrawn=withdrawn)
        outcome = await put(self, msgspec.structs.replace(item, id=ids.uuid7()), withdrawn=withdrawn)
        return msgspec.structs.replace(outcome, id=item.id)

    patch.setattr(Push, "_put", renamed)


def outbox_dropped_before_the_answer(patch: pytest.MonkeyPatch) -> None:
    put = Push._put

    async def dropping(self: Push, item: Item, *, withdrawn: bool = False) -> Outcome:
        await asyncio.wrap_future(self._journal.drop((item.id,)))
        return await put(self, item, withdrawn=withdrawn)

    patch.setattr(Push, "_put", dropping)


def feed_number_taken_early(patch: pytest.MonkeyPatch) -> None:
    """The number is taken, the row becomes visible with a later commit."""
    waiting: list[tuple[str, dict[str, Any]]] = []
    feed = Tail.feed

    class Slow:
        """A transaction whose feed rows come late."""

        def __init__(self, tx: Any) -> None:
            self._tx = tx

        def run(self, name: str, /, **values: Any) -> int:
            waiting.append((name, values))
            return 1

        def many(self, name: str, /, rows: Any) -> None:
            waiting.extend((name, dict(row)) for row in rows)

    def early(self: Tail, entries: Any) -> None:
        tx = self._tx
        while waiting:
            name, values = waiting.pop(0)
            tx.run(name, **values)
        entries = list(entries)
        if any(entry.id == drills.HERE for entry in entries):
            self._tx = Slow(tx)  # type: ignore[assignment]
        feed(self, entries)
        self._tx = tx

    patch.setattr(Tail, "feed", early)


def cursor_stored_apart_from_rows(patch: pytest.MonkeyPatch) -> None:
    commit = write._commit

    def apart(cache: Any, work: Any, meta: dict[str, str]) -> None:
        commit(cache, lambda: None, meta)
        commit(cache, work, {})

    patch.setattr(write, "_commit", apart)


def remove_forgotten(patch: pytest.MonkeyPatch) -> None:
    changes = Feed.changes

    def only_puts(self: Feed, *given: Any, **named: Any) -> Any:
        page = changes(self, *given, **named)
        return msgspec.structs.replace(page, changes=tuple(c for c in page.changes if not c.remove))

    patch.setattr(Feed, "changes", only_puts)


def policy_checked_only_at_enqueue(patch: pytest.MonkeyPatch) -> None:
    rule = Authority.rule

    def trusting(self: Authority, *given: Any, **named: Any) -> Any:
        ruling = rule(self, *given, **named)
        return None if ruling is None else msgspec.structs.replace(ruling, problem=None)

    patch.setattr(Authority, "rule", trusting)


def draft_flushed_late(patch: pytest.MonkeyPatch) -> None:
    def keep(self: DraftBook, key: str, text: str) -> str:
        self._book()[key] = Draft(key=key, text=text, updated_at=wall())
        return text

    patch.setattr(DraftBook, "keep", keep)


def receipts_lost(patch: pytest.MonkeyPatch) -> None:
    def record(self: Journal, item: Item, outcome: Outcome, problem: str | None, *_: Any) -> Future[Any]:
        values = (outcome.outcome, outcome.feed_seq, problem, "[]", "[]", item.id)
        return self.change(lambda connection: connection.execute(QUERIES["outbox_outcome"], values))

    patch.setattr(Journal, "record", record)


def image_cached_for_another_caller(patch: pytest.MonkeyPatch) -> None:
    changes, pages = Feed.changes, dict[int, Any]()

    def cached(self: Feed, tx: Any, agent_id: str, cursor: Any, *given: Any, **named: Any) -> Any:
        page = changes(self, tx, agent_id, cursor, *given, **named)
        first = pages.setdefault(cursor.seq, page)
        return msgspec.structs.replace(page, changes=first.changes)

    patch.setattr(Feed, "changes", cached)


def revealed_value_kept(patch: pytest.MonkeyPatch) -> None:
    answers = Recorder._answers

    def keeping(self: Recorder, *given: Any) -> Any:
        _, full = answers(self, *given)
        return full, full

    patch.setattr(Recorder, "_answers", keeping)


def generation_not_kept(patch: pytest.MonkeyPatch) -> None:
    put_meta = write.put_meta

    def forgetful(cache: Any, **values: str) -> None:
        values.pop("generation", None)
        put_meta(cache, **values)

    patch.setattr(write, "put_meta", forgetful)


def given_up_without_taking_back(patch: pytest.MonkeyPatch) -> None:
    async def ask(self: Push, item: Item) -> None:
        if not await self._known_there(item):
            await self._record(item, given_up(item), "desk.outcome.expired", ())

    patch.setattr(Push, "_ask", ask)


def busy_taken_for_a_no(patch: pytest.MonkeyPatch) -> None:
    put = Push._put

    async def hasty(self: Push, item: Item, *, withdrawn: bool = False) -> Outcome:
        try:
            return await put(self, item, withdrawn=withdrawn)
        except TryLater:
            return Outcome(id=item.id, outcome="refused")

    patch.setattr(Push, "_put", hasty)


def one_is_told_what_became_of_another(patch: pytest.MonkeyPatch) -> None:
    async def mixed(self: Batches, items: Any, depth: int) -> Any:
        said = await send(self, items, depth)
        return [*said[1:], *said[:1]]

    send = Batches.send
    patch.setattr(Batches, "send", mixed)


def batch_is_known_by_its_first(patch: pytest.MonkeyPatch) -> None:
    """The answer of the first is kept for all, as if a batch were one thing."""
    took = Course.took

    def first_only(self: Course, queued: Any, answer: Any) -> None:
        first = self.results[0] if self.results else None
        took(self, queued, answer)
        if first is not None and first.status == 200:
            told = msgspec.json.decode(bytes(first.outcome), type=Outcome)
            again = msgspec.Raw(msgspec.json.encode(msgspec.structs.replace(told, id=queued.id)))
            self.results[-1] = msgspec.structs.replace(first, id=queued.id, outcome=again)

    patch.setattr(Course, "took", first_only)


def audit_row_forgotten_on_refusal(patch: pytest.MonkeyPatch) -> None:
    audit = Tail.audit

    def partial(self: Tail, draft: Any) -> None:
        if draft.outcome == "applied":
            audit(self, draft)

    patch.setattr(Tail, "audit", partial)


def version_not_compared(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("agent_tui.server.ledger.check_version", lambda tx, envelope: None)


def makers_sign_for_themselves(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("agent_tui.server.approvals.check_signer", lambda *_: None)


def _tables(patch: pytest.MonkeyPatch, statements: tuple[str, ...]) -> None:
    """Caches made from now on have these; those made before are taken for an older program's."""
    patch.setattr(schema, "STATEMENTS", statements)
    patch.setattr(schema, "STAMP", schema.STAMP ^ 1)


def mark_for_the_index_fails_the_page(patch: pytest.MonkeyPatch) -> None:
    """What an upsert does about conflicts overrides what its triggers say with OR: a mark made twice undoes the page."""
    said, hasty = ") VALUES (new.n) ON CONFLICT DO NOTHING", ") VALUES (new.n)"
    found = [one.replace("INSERT INTO unindexed", "INSERT OR IGNORE INTO unindexed") for one in schema.STATEMENTS]
    _tables(patch, tuple(one.replace(said, hasty) for one in found))


def names_of_reasons_not_followed(patch: pytest.MonkeyPatch) -> None:
    _tables(patch, tuple(one for one in schema.STATEMENTS if "CREATE TRIGGER category" not in one))


@dataclass(frozen=True)
class Bug:
    """A patch, and the drill that goes through the danger it makes real."""

    patch: Patch
    drill: Drill


BUGS = (
    Bug(dedup_in_a_second_transaction, drills.server_dies_after_its_commit),
    Bug(new_key_on_retry, drills.answer_is_lost),
    Bug(outbox_dropped_before_the_answer, drills.request_is_lost),
    Bug(feed_number_taken_early, drills.somebody_reads_between_two_commits),
    Bug(cursor_stored_apart_from_rows, drills.desk_dies_while_it_stores_a_page),
    Bug(remove_forgotten, drills.contact_goes_to_somebody_else),
    Bug(policy_checked_only_at_enqueue, drills.two_desks_of_one_person_spend_the_same_limit),
    Bug(draft_flushed_late, drills.desk_dies_while_somebody_types),
    Bug(receipts_lost, drills.everything_goes_well),
    Bug(image_cached_for_another_caller, drills.two_people_ask_from_the_same_place),
    Bug(revealed_value_kept, drills.reveal_is_asked_twice),
    Bug(generation_not_kept, drills.snapshot_breaks_off),
    Bug(given_up_without_taking_back, drills.request_arrives_when_nobody_waits_for_it),
    Bug(busy_taken_for_a_no, drills.server_is_busy_after_its_commit),
    Bug(one_is_told_what_became_of_another, drills.much_waited_for_a_line),
    Bug(batch_is_known_by_its_first, drills.much_waited_for_a_line),
    Bug(audit_row_forgotten_on_refusal, drills.everything_goes_well),
    Bug(makers_sign_for_themselves, drills.maker_signs_their_own_request),
    Bug(version_not_compared, drills.everything_goes_well),
    Bug(mark_for_the_index_fails_the_page, drills.ticket_changes_after_a_snapshot_broke_off),
    Bug(names_of_reasons_not_followed, drills.reason_of_contact_gets_another_name),
)
