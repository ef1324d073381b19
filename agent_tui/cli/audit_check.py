"""Checks an exported audit with nothing but Python: `python check.py` in the folder of the export.

This file is part of the program and is copied into every export as it is. It needs no package; with `cryptography`
installed it checks the signatures too, without it README.md says how to do that with openssl.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def link(previous: str, payload: str) -> str:
    """A row's link: SHA-256 of a zero byte, the link before, and the row's content as it stands."""
    return "sha256:" + sha256(b"\x00" + previous.encode() + payload.encode()).hexdigest()


def chain(rows: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the rows themselves and with their order."""
    wrong = []
    for row, before in zip(rows, [None, *rows], strict=False):
        if link(row["prev"], row["payload"]) != row["hash"]:
            wrong.append(f"row {row['seq']}: its content is not what its link was made of")
        if json.loads(row["payload"])["seq"] != row["seq"]:
            wrong.append(f"row {row['seq']}: it was written as another row")
        if before and before["seq"] + 1 == row["seq"] and before["hash"] != row["prev"]:
            wrong.append(f"row {row['seq']}: it does not follow row {before['seq']}")
    return wrong


def digest(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("sha256:"))


def climb(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root that a path of RFC 6962 leads to; None when it is too long or too short."""
    at, last, found = index, size - 1, leaf
    for beside in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            found = sha256(b"\x01" + beside + found).digest()
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = sha256(b"\x01" + found + beside).digest()
        at, last = at >> 1, last >> 1
    return found if last == 0 else None


def proofs(rows: list[dict[str, Any]], given: list[dict[str, Any]], roots: dict[int, dict[str, Any]]) -> list[str]:
    """What is wrong with the proofs that the rows are in the trees of the checkpoints."""
    wrong, proved = [], {}
    for proof in given:
        checkpoint = roots.get(proof["checkpoint"])
        leaf = sha256(b"\x00" + proof["hash"].encode()).digest()
        path = [digest(one) for one in proof["path"]]
        if checkpoint is None or climb(leaf, proof["index"], checkpoint["size"], path) != digest(checkpoint["root"]):
            wrong.append(f"row {proof['seq']}: it is not proved to be in checkpoint {proof['checkpoint']}")
        proved[proof["seq"]] = proof["hash"]
    for row in rows:
        if proved.get(row["seq"], row["hash"]) != row["hash"]:
            wrong.append(f"row {row['seq']}: its proof is about something else")
    return wrong


def signed(checkpoint: dict[str, Any]) -> bytes:
    """What the signature of a checkpoint is made over: one line of text and the canonical JSON of all but it."""
    fields = {name: value for name, value in checkpoint.items() if name != "signature"}
    body = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return b"agent-tui audit checkpoint 1\n" + body.encode()


def signatures(checkpoints: list[dict[str, Any]]) -> list[str] | None:
    """What is wrong with the signatures; None when this machine cannot check them."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return None
    wrong = []
    for one in checkpoints:
        key, signature = (bytes.fromhex(one[name].removeprefix("ed25519:")) for name in ("key", "signature"))
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, signed(one))
        except InvalidSignature:
            wrong.append(f"checkpoint {one['n']}: its signature does not hold")
    return wrong


def check(folder: Path) -> tuple[list[str], list[str]]:
    """(what is wrong, what was found) in the folder of an export."""
    rows = lines(folder / "rows.jsonl")
    checkpoints = lines(folder / "checkpoints.jsonl")
    given = lines(folder / "proofs.jsonl")
    wrong = chain(rows) + proofs(rows, given, {one["n"]: one for one in checkpoints})
    by_signature = signatures(checkpoints)
    keys = sorted({one["key"] for one in checkpoints})
    found = [
        f"{len(rows)} rows, {len(given)} proved, {len(checkpoints)} checkpoints",
        *(f"key {one}" for one in keys),
    ]
    found.append("signatures not checked here; see README.md" if by_signature is None else "signatures checked")
    return wrong + (by_signature or []), found


def main() -> int:
    wrong, found = check(Path(__file__).resolve().parent)
    sys.stdout.write("\n".join([*found, *wrong, "WRONG" if wrong else "right"]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
