"""Checkpoints and proofs: taken on time, signed, kept outside, checked by anybody; security events without a person."""

from __future__ import annotations

import json
import stat
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui import canon
from agent_tui.domain.commands import SetAgentState
from agent_tui.errors import Corrupt, StoreError
from agent_tui.server import audit, checkpoints, merkle, witness
from agent_tui.server.database import Tx
from agent_tui.server.services import Services
from agent_tui.server.signing import Signer, public_path
from agent_tui.server.tail import AuditDraft, Tail
from agent_tui.wire import routes
from agent_tui.wire.audit import Checkpoint, Consistency, Inclusion
from agent_tui.wire.signed import good
from tests import eg
from tests.server import bench, engines
from tests.server.engines import tamper

Client = AsyncTestClient[Litestar]


def add_rows(services: Services, count: int) -> None:
    def work(tx: Tx) -> None:
        tail = Tail(tx, services.clock.now())
        for n in range(count):
            tail.audit(AuditDraft(actor="a1", type="Test", outcome="applied", customer_id="c1", facts={"n": n}))
        tail.close()

    services.db.write_now(work)


def keeping(services: Services, file: Path | None = None) -> witness.Checkpoints:
    keeper = witness.Keeper(file)
    services.db.read_now(keeper.begin)
    return witness.Checkpoints(services, services.signer, keeper)


def taken(services: Services) -> list[Checkpoint]:
    return services.db.read_now(checkpoints.all_of)


# ---- the tree over the table -------------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [(1, 2), (255, 256, 257), (300, 66_000)])
def test_roots_and_proofs_from_kept_blocks_are_those_of_the_rows(services: Services, sizes: tuple[int, ...]) -> None:
    """The last are the first that take blocks of blocks."""
    sizes = tuple(min(size, engines.examples(size, 1_000)) for size in sizes)
    before = services.db.read_now(lambda tx: sum(1 for _ in audit.rows(tx)))
    for size in sizes:
        add_rows(services, size - before)
        before = size
        made = services.db.write_now(lambda tx: checkpoints.take(tx, services.signer, eg.NOW, "demand"))
        leaves = services.db.read_now(lambda tx: [checkpoints.leaf_of(row["hash"]) for row in audit.rows(tx)])
        assert (made.size, made.root) == (size, checkpoints.shown(merkle.root(leaves)))
    for seq in {1, sizes[0], max(1, sizes[-1] // 3), sizes[-1]}:
        found = services.db.read_now(lambda tx, n=seq: checkpoints.prove_row(tx, n))  # type: ignore[misc]
        assert found is not None and checkpoints.holds(found)
        other = msgspec.structs.replace(found, hash=canon.digest(b"another"))
        assert not checkpoints.holds(other)
    grown = services.db.read_now(lambda tx: checkpoints.prove_growth(tx, sizes[0], sizes[-1]))
    assert grown is not None
    proof = [checkpoints.read(one) for one in grown.proof]
    old, new = checkpoints.read(grown.old_root), checkpoints.read(grown.new_root)
    assert merkle.extends(sizes[0], sizes[-1], old, new, proof)


# ---- when --------------------------------------------------------------------------------------------------------


async def test_one_every_fifteen_minutes_as_long_as_something_happens(services: Services) -> None:
    job = keeping(services)
    await job.step()
    assert len(taken(services)) == 1
    bench.advance(services, witness.EVERY.total_seconds())
    await job.step()
    assert len(taken(services)) == 1, "nothing happened"
    add_rows(services, 1)
    await job.step()
    assert [one.reason for one in taken(services)] == ["schedule", "schedule"]


async def test_one_when_the_day_closed_even_if_nothing_happened(services: Services) -> None:
    job = keeping(services)
    await job.step()
    bench.advance(services, timedelta(days=1).total_seconds())
    await job.step()
    await job.step()
    assert [one.reason for one in taken(services)] == ["schedule", "day"]


async def test_one_when_the_last_person_left(client: Client, services: Services) -> None:
    desk = await bench.sign_in(client, "chen")
    await desk.send(SetAgentState(state="ready"))
    job = keeping(services)
    await job.step()
    await client.delete(routes.SESSION, headers=desk.headers)
    await job.step()
    assert taken(services)[-1].reason == "shift"


# ---- outside -----------------------------------------------------------------------------------------------------


async def test_every_checkpoint_reaches_the_file_once(services: Services, tmp_path: Path) -> None:
    file = tmp_path / "kept.jsonl"
    for _ in range(2):
        job = keeping(services, file)
        add_rows(services, 1)
        job.finish()
        await job.step()
    kept = [msgspec.json.decode(line, type=Checkpoint) for line in file.read_bytes().splitlines()]
    assert kept == taken(services)
    assert len(kept) == 2 and all(map(checkpoints.genuine, kept))


def test_a_database_that_was_rewritten_is_not_served(services: Services, tmp_path: Path) -> None:
    file = tmp_path / "kept.jsonl"
    keeping(services, file).finish()
    tamper(services, "DELETE FROM audit_checkpoint")
    add_rows(services, 1)
    services.db.write_now(lambda tx: checkpoints.take(tx, services.signer, eg.NOW, "demand"))
    with pytest.raises(StoreError) as caught:
        keeping(services, file)
    assert caught.value.key == "audit.error.rewritten"


def test_the_signing_key_is_private_and_its_public_half_is_not(services: Services) -> None:
    database = services.db.path
    private = database.with_name(database.name + ".signing")
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert public_path(database).read_text().strip() == services.signer.key
    private.write_bytes(b"short")
    with pytest.raises(Corrupt):
        Signer.beside(database)


def test_a_signature_has_one_spelling() -> None:
    signer = Signer(b"k" * 32)
    signature = signer.sign(b"x")
    assert good(signer.key, signature, b"x")
    assert not good(signer.key, signature.upper(), b"x")
    assert not good(signer.key, signature.replace("ed25519", "rsa"), b"x")
    assert not good(signer.key, signature, b"y")


# ---- over HTTP ---------------------------------------------------------------------------------------------------


async def test_anybody_signed_in_can_hold_the_bank_to_its_audit(client: Client, services: Services) -> None:
    desk, boss = await bench.sign_in(client, "chen"), await bench.sign_in(client, "boss")
    assert (await desk.get(routes.AUDIT_CHECKPOINT)).status_code == 404
    assert (await desk.post(routes.AUDIT_CHECKPOINT)).status_code == 403
    first = msgspec.json.decode((await boss.post(routes.AUDIT_CHECKPOINT)).content, type=Checkpoint)
    await desk.send(SetAgentState(state="ready"))
    second = msgspec.json.decode((await boss.post(routes.AUDIT_CHECKPOINT)).content, type=Checkpoint)
    assert (await desk.get(routes.AUDIT_CHECKPOINT)).json()["n"] == second.n
    shown = msgspec.json.decode((await desk.get(routes.AUDIT_PROOF, seq=2)).content, type=Inclusion)
    assert checkpoints.holds(shown) and shown.checkpoint == first
    answer = await desk.get(routes.AUDIT_CONSISTENCY, **{"from": first.size, "to": second.size})
    grown = msgspec.json.decode(answer.content, type=Consistency)
    assert (grown.old_root, grown.new_root) == (first.root, second.root)
    assert (await desk.get(routes.AUDIT_PROOF, seq=second.size + 1)).status_code == 404
    assert (await desk.get(routes.AUDIT_CONSISTENCY, **{"from": 9, "to": 3})).status_code == 404


# ---- security events ---------------------------------------------------------------------------------------------


async def test_each_row_is_one_line_without_a_person(client: Client, services: Services, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    bench.add_customer(services)
    desk = await bench.sign_in(client, "chen")
    await witness.Siem(services, file).step()
    await desk.get(routes.CUSTOMER_SEARCH, q=bench.NAME)
    with file.open("ab") as torn:
        torn.write(b'{"seq": 99')
    await witness.Siem(services, file).step()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert lines[-1]["type"] == "SearchCustomers"
    text = file.read_text()
    assert not any(canary in text for canary in (*bench.CANARIES, "c1"))
