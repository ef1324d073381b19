"""Signed checkpoints of the audit and the tree they are roots of.

The roots of whole blocks of 256, 256², … rows are kept, so a root or a proof reads some hundred hashes at most. They
are written with the checkpoints; `audit verify` trusts none of them and computes all from the rows.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from agent_tui import canon
from agent_tui.domain.rows import stamp
from agent_tui.server import merkle
from agent_tui.server.database import Tx
from agent_tui.server.signing import Signer
from agent_tui.server.tail import head_of
from agent_tui.wire.audit import Checkpoint, Consistency, Inclusion
from agent_tui.wire.signed import good

STEP = 8
BLOCK = 1 << STEP
_CHECKPOINT = msgspec.json.Decoder(Checkpoint)


def shown(digest: bytes) -> str:
    return f"{canon.ALGORITHM}:{digest.hex()}"


def read(text: str) -> bytes:
    """The digest in `sha256:<hex>`. ValueError for anything else."""
    algorithm, _, digits = text.partition(":")
    if algorithm != canon.ALGORITHM:
        raise ValueError(algorithm)
    return bytes.fromhex(digits)


def leaf_of(link: str) -> bytes:
    """The leaf of a row, by its link."""
    return merkle.leaf(link.encode())


def genesis(tx: Tx) -> str:
    """The link before the first row."""
    head = head_of(tx)
    return canon.chain("", head["audit_salt"].encode())


# ---- the tree ----------------------------------------------------------------------------------------------------


def _leaves(tx: Tx, start: int, end: int) -> list[bytes]:
    return [leaf_of(row["hash"]) for row in tx.all("audit_hashes", after=start, upto=end)]


def _blocks(tx: Tx, level: int, start: int, end: int) -> list[bytes]:
    """The kept roots of the blocks of 2^level rows, by place."""
    if level == 0:
        return _leaves(tx, start, end)
    return [bytes(row["hash"]) for row in tx.all("nodes", level=level, start=start, end=end)]


def grow(tx: Tx, size: int) -> None:
    """Keep the roots of the blocks that became whole."""
    level = 0
    while size >> (level + STEP):
        done = tx.value("node_count", level=level + STEP)
        for place in range(done, size >> (level + STEP)):
            part = _blocks(tx, level, place * BLOCK, (place + 1) * BLOCK)
            tx.run("node_add", level=level + STEP, place=place, hash=merkle.root(part))
        level += STEP


def subtree_of(tx: Tx) -> merkle.Subtree:
    """The tree of the rows in the database. Its ranges must lie within what `grow` was told of."""

    def subtree(start: int, end: int) -> bytes:
        width = end - start
        if width & (width - 1):
            middle = start + merkle.split(width)
            return merkle.node(subtree(start, middle), subtree(middle, end))
        level = (width.bit_length() - 1) // STEP * STEP
        return merkle.root(_blocks(tx, level, start >> level, end >> level))

    return subtree


def root_at(tx: Tx, size: int) -> bytes:
    """The root over the first `size` rows."""
    return subtree_of(tx)(0, size) if size else merkle.EMPTY


# ---- checkpoints -------------------------------------------------------------------------------------------------


def last(tx: Tx) -> Checkpoint | None:
    return _read(tx.value("checkpoint_last"))


def since(tx: Tx, at: datetime) -> Checkpoint | None:
    """The first checkpoint taken at `at` or later."""
    return _read(tx.value("checkpoint_since", at=stamp(at)))


def all_of(tx: Tx) -> list[Checkpoint]:
    """Every checkpoint, in order. msgspec.DecodeError when one was tampered with beyond reading."""
    return [_CHECKPOINT.decode(row["body"]) for row in tx.all("checkpoints")]


def _read(body: str | None) -> Checkpoint | None:
    return None if body is None else _CHECKPOINT.decode(body)


def take(tx: Tx, signer: Signer, now: datetime, reason: str) -> Checkpoint:
    """Sign how the audit stands now, in this transaction."""
    head = head_of(tx)
    before = last(tx)
    size: int = head["audit_seq"]
    grow(tx, size)
    plain = Checkpoint(
        log=genesis(tx),
        n=before.n + 1 if before else 1,
        size=size,
        root=shown(root_at(tx, size)),
        head=head["audit_hash"],
        at=stamp(now),
        reason=reason,
        key=signer.key,
    )
    made = msgspec.structs.replace(plain, signature=signer.sign(plain.signed()))
    tx.run("checkpoint_add", n=made.n, size=made.size, at=made.at, body=msgspec.json.encode(made).decode())
    return made


def genuine(checkpoint: Checkpoint) -> bool:
    """Whether its own key signed it."""
    return good(checkpoint.key, checkpoint.signature, checkpoint.signed())


# ---- proofs ------------------------------------------------------------------------------------------------------


def prove_row(tx: Tx, seq: int) -> Inclusion | None:
    """That row `seq` is in the audit, against the first checkpoint that holds it; None when none does yet."""
    checkpoint = _read(tx.value("checkpoint_holding", seq=seq))
    row = tx.one("audit_row", seq=seq)
    if checkpoint is None or row is None or seq < 1:
        return None
    path = merkle.inclusion(seq - 1, checkpoint.size, subtree_of(tx))
    return Inclusion(seq=seq, hash=row["hash"], index=seq - 1, path=tuple(map(shown, path)), checkpoint=checkpoint)


def prove_growth(tx: Tx, old: int, new: int) -> Consistency | None:
    """That the first `new` rows begin with the first `old`; None unless 0 < old ≤ new ≤ the last checkpoint."""
    newest = last(tx)
    if newest is None or not 0 < old <= new <= newest.size:
        return None
    proof = merkle.consistency(old, new, subtree_of(tx))
    return Consistency(
        old=old,
        new=new,
        old_root=shown(root_at(tx, old)),
        new_root=shown(root_at(tx, new)),
        proof=tuple(map(shown, proof)),
    )


def holds(proof: Inclusion) -> bool:
    """Whether an inclusion proof is right and its checkpoint genuine."""
    try:
        path, root = [read(one) for one in proof.path], read(proof.checkpoint.root)
    except ValueError:
        return False
    included = merkle.includes(leaf_of(proof.hash), proof.index, proof.checkpoint.size, path, root)
    return included and proof.index == proof.seq - 1 and genuine(proof.checkpoint)
