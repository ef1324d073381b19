"""I14: what the ledger holds is what its own record leads to. The commands of a working day, taken from the ledger in the
order of the audit and given once more to an office where nothing has happened, have the same outcomes and leave the same rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

import msgspec
import pytest

from agent_tui.domain.approval import Approval
from agent_tui.domain.commands import (
    AddNote,
    DecideApproval,
    PerformAction,
    RaiseWorkOrder,
    RequestApproval,
    SendMessage,
    SetAgentState,
    WrapUpContact,
    decode,
)
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx
from agent_tui.store import read
from agent_tui.wire.command import Envelope, Intent
from chaos.convergence import fresh
from chaos.evidence import outcomes, query
from tests.protocol.mutants import makers_sign_for_themselves, policy_checked_only_at_enqueue, version_not_compared
from tests.protocol.office import SEATS, Dials, Office


@pytest.fixture
def two() -> Iterator[tuple[Office, Office]]:
    one, other = Office(), Office()
    yield one, other
    one.close()
    other.close()


async def work(office: Office) -> None:
    """Some of everything: what goes well, conflicts, limits, a signature, one's own signature, lost answers."""
    d1, d2, d3, d4 = (office.desks[seat.name] for seat in SEATS)
    fee = PerformAction(action="waive_fee", customer_id="c1", contact_id="k-a1-c1", amount_minor=2_600, reason="waz")
    for desk, word in ((d1, "wbz"), (d2, "wcz"), (d1, "wdz")):
        desk.submit(msgspec.structs.replace(fee, reason=word))
    d1.submit(AddNote(text="wez", contact_id="k-a1-c1"))
    d1.submit(AddNote(text="wfz", contact_id="k-a1-c2"), if_match=99)
    d2.submit(SendMessage(contact_id="k-a1-c2", text="wgz"))
    d3.submit(RaiseWorkOrder(group="cards", title="whz", text="look"), offline=True)
    d3.submit(SetAgentState(state="ready"))
    d3.submit(WrapUpContact(contact_id="k-a2-c1", category="card_loss", result="answered", note="wiz"))
    for desk, contact in ((d1, "k-a1-c1"), (d4, "k-s1-c1")):
        above = msgspec.structs.replace(fee, amount_minor=9_000 if desk is d1 else 210_000, contact_id=contact)
        desk.submit(RequestApproval(command=above, reason="wjz"))
    await d1.send(["answer_lost", "twice"])
    for desk in (d1, d2, d3, d4) * 4:
        Dials.now += 5
        await desk.send()
    await office.settle()
    for asked in read.every(d4.cache, Approval):
        d4.submit(_sign(asked))
    await d4.send()
    await office.settle()


def _sign(asked: Approval) -> DecideApproval:
    return DecideApproval(
        approval_id=asked.id,
        decision="sign",
        payload_hash=asked.payload_hash,
        target_version=asked.target_version,
    )


def record(tx: Tx, office: Office) -> list[tuple[Caller, Envelope, str]]:
    """Who asked for what, and what became of it, in the order in which it was decided."""
    sql = "SELECT id, maker, device, if_match, offline, age_ms, args, outcome FROM command WHERE kind = 'agent' ORDER BY audit_seq"
    return [
        (
            Caller(kind="agent", id=row["maker"], device=row["device"], step_up_age_s=0),
            Envelope(
                id=row["id"],
                command=decode(office.services.vault.open_command(row["id"], bytes(row["args"]))),
                if_match=row["if_match"],
                intent=Intent(age_ms=row["age_ms"], offline=bool(row["offline"])),
            ),
            row["outcome"],
        )
        for row in query(tx, sql)
    ]


def rows(office: Office) -> Counter[tuple[str, int]]:
    """How many rows of each kind there are at which version, over everybody's sight."""
    seen = {
        (entity, id): version
        for seat in SEATS
        for (entity, id), (version, _) in fresh(office.services.db, seat.agent_id).items()
    }
    return Counter((entity, version) for (entity, _), version in seen.items())


def differences(first: Office, second: Office) -> list[str]:
    """Give the record of the first office to the second, and compare."""
    wrong = []
    for caller, envelope, outcome in first.services.db.read_now(lambda tx: record(tx, first)):
        second.services.db.write_now(partial(second.services.ledger.commit, envelope=envelope, caller=caller))
        now = second.services.db.read_now(outcomes).get(envelope.id, "")
        if now != outcome:
            wrong.append(f"{type(envelope.command).__name__} was {outcome}, is {now}")
    if rows(first) != rows(second):
        wrong.append(f"rows: {rows(first) - rows(second)} and {rows(second) - rows(first)}")
    if first.evidence().effects != second.evidence().effects:
        wrong.append("words stand elsewhere")
    return wrong


async def test_the_record_leads_to_the_state(two: tuple[Office, Office]) -> None:
    one, other = two
    await work(one)
    kinds = Counter(outcome for *_, outcome in one.services.db.read_now(lambda tx: record(tx, one)))
    assert {"applied", "refused", "conflict", "awaiting_approval"} <= kinds.keys(), kinds
    assert differences(one, other) == []


@pytest.mark.parametrize(
    "bug",
    [version_not_compared, policy_checked_only_at_enqueue, makers_sign_for_themselves],
    ids=lambda bug: bug.__name__,
)
async def test_what_was_decided_by_other_rules_is_found(two: tuple[Office, Office], bug: object) -> None:
    one, other = two
    with pytest.MonkeyPatch.context() as patch:
        assert callable(bug)
        bug(patch)
        await work(one)
    assert differences(one, other)
