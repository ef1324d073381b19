"""Commands that wait, once more beside the journal: each in a box that only the server opens.

The folder is useless to whoever holds it. It outlives the keys of the journal, so that a device may be wiped without
losing what people did on it; anybody who is signed in on this machine, or an administrator, brings the boxes later.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from agent_tui.clock import wall

if TYPE_CHECKING:
    from agent_tui.store.journal import Item, Journal, NewItem

FOLDER = "escrow"
WAITS = frozenset({"queued", "sending", "unknown"})
ENDING = ".box"
WIPED = "wiped"
"""A file of this name says that the keys of a profile are gone: what it left behind may be brought by anybody."""


class Boxes:
    """The folder of one profile. Without the server's public key nothing is put there."""

    def __init__(self, profile: Path, device: str) -> None:
        self.folder = profile / FOLDER
        self._device = device
        self._public = self._known_key()

    @property
    def ready(self) -> bool:
        """Whether boxes can be closed."""
        return self._public is not None

    def learn(self, key: str) -> None:
        """The server's public key, `x25519:<hex>`, kept for the next start. ValueError for what is none."""
        from agent_tui.wire.sealed import key_bytes

        public = key_bytes(key)
        if public == self._public:
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(self.folder / "key", key.encode("ascii"))
        self._public = public

    def put(self, new: NewItem | Item) -> None:
        """Close a box around a command that may wait; on disk when this returns. OSError. Others are not kept: they
        are over before anybody could bring them."""
        from agent_tui.domain.commands import OFFLINE

        if self._public is None or type(new.command) not in OFFLINE:
            return
        from agent_tui.wire.sealed import Content, seal

        content = Content(
            id=new.id,
            agent_id=new.agent_id,
            device=self._device,
            command=new.command,
            if_match=new.if_match,
            made_ms=getattr(new, "made_ms", 0) or int(wall().timestamp() * 1000),
        )
        _write(self._file(new.id), seal(self._public, msgspec.json.encode(content)))

    def drop(self, command_ids: Iterable[str]) -> None:
        """The server has answered: the journal and the feed say what became of it."""
        for command_id in command_ids:
            with suppress(OSError):
                self._file(command_id).unlink(missing_ok=True)

    def mend(self, journal: Journal) -> None:
        """What a crash left undone: boxes that were not closed yet, and those of commands that are settled."""
        kept = self.ids()
        if kept:
            self.drop(kept & {row[0] for row in journal.receipts()})
        for item in journal.items():
            if item.state in WAITS and item.id not in kept:
                journal.write(self._closing(item))

    def _closing(self, item: Item) -> Callable[[object], None]:
        return lambda _: self.put(item)

    def ids(self) -> frozenset[str]:
        """Commands there is a box of."""
        return frozenset(file.stem for file in found(self.folder))

    def _file(self, command_id: str) -> Path:
        return self.folder / f"{command_id}{ENDING}"

    def _known_key(self) -> bytes | None:
        try:
            digits = (self.folder / "key").read_text("ascii").partition(":")[2]
            key = bytes.fromhex(digits)
        except (OSError, ValueError):
            return None
        return key if len(key) == 32 else None


def found(folder: Path) -> list[Path]:
    """The boxes in a folder, the oldest command first (ids grow with time)."""
    return sorted(folder.glob(f"*{ENDING}"))


def _write(file: Path, data: bytes) -> None:
    """All of it or nothing, on disk."""
    waiting = file.with_suffix(f".{os.getpid()}")
    handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    waiting.replace(file)


def left_behind(folder: Path) -> list[Path]:
    """Boxes of this profile, and of others on this machine whose keys are gone."""
    boxes = found(folder)
    for other in folder.parent.parent.iterdir() if folder.parent.parent.is_dir() else ():
        if other != folder.parent and (other / WIPED).exists():
            boxes += found(other / FOLDER)
    return boxes


def put_away(file: Path, *, readable: bool) -> None:
    """The server has it. One it could not read stays under another name, for whoever asks."""
    with suppress(OSError):
        if readable:
            file.unlink(missing_ok=True)
        else:
            file.rename(file.with_suffix(".unreadable"))
