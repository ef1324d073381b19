"""What the server publishes about its audit, so that others can hold it to it: checkpoints and proofs.

The audit is a chain and, over the links of the chain, the tree of RFC 6962: entry n − 1 of the tree is the text of the
`hash` of row n. A checkpoint signs how long it was, its root and its last link.
"""

from __future__ import annotations

import msgspec

from agent_tui import canon

CONTEXT = b"agent-tui audit checkpoint 1\n"
"""Stands before what is signed, so that a signature of something else is never one of a checkpoint."""


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """How the audit stood at one moment, signed."""

    log: str
    """The link before the first row: which audit it is."""
    n: int
    """Number of the checkpoint, from 1."""
    size: int
    """Rows."""
    root: str
    """`sha256:<hex>`, the root of the tree over them."""
    head: str
    """`hash` of the last row; `log` when there is none."""
    at: str
    """Business time of the server, UTC."""
    reason: str
    """`schedule`, `shift`, `day`, `demand` or `stop`."""
    key: str
    """`ed25519:<hex>` of the public key."""
    signature: str = ""
    """`ed25519:<hex>` over `signed()`."""

    def signed(self) -> bytes:
        """The bytes that the signature is made over: CONTEXT and the canonical JSON of all other fields."""
        fields = {name: value for name, value in msgspec.to_builtins(self).items() if name != "signature"}
        return CONTEXT + canon.canonical(fields)

    def seed(self) -> str:
        """What nobody could know before it was published, and everybody can compute now."""
        return canon.digest(self.signature.encode())


class Inclusion(msgspec.Struct, frozen=True, kw_only=True):
    """That one row is in the tree of a checkpoint. Its content is not shown."""

    seq: int
    hash: str
    """The row's link; its leaf is SHA-256(0x00 ‖ this text)."""
    index: int
    """`seq` − 1."""
    path: tuple[str, ...]
    """`sha256:<hex>`, from the leaf up."""
    checkpoint: Checkpoint


class Consistency(msgspec.Struct, frozen=True, kw_only=True):
    """That the tree of `new` rows begins with the tree of `old`."""

    old: int
    new: int
    old_root: str
    new_root: str
    proof: tuple[str, ...]
