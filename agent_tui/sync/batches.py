"""What waited for a line goes several at a time: after an outage a desk has much to say, and each request is a way there and back.

Only what may wait travels so. Behind what somebody at the screen waits for, nobody else stands.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from agent_tui.client import endpoints
from agent_tui.client.api import Api
from agent_tui.client.endpoints import Said
from agent_tui.client.problems import Declined, TryLater
from agent_tui.domain import commands
from agent_tui.errors import ConnectionError_
from agent_tui.store.journal import Item
from agent_tui.sync.patience import Patience
from agent_tui.wire.command import MAX_BATCH, Envelope, Intent, Queued

MOST_BYTES = 128 * 1024
"""Of the commands in one batch: half of what a server takes in one request, for what stands around them."""
ABOUT_ALL = frozenset({"not-signed-in", "client-too-old", "device-revoked"})
"""Problems of the session, the program or the device, whatever was sent."""


class Batches:
    """What goes together, and whether the server takes it so."""

    def __init__(self, api: Api, patience: Patience) -> None:
        self._api, self._patience = api, patience
        self._taken = True
        self._alone: set[str] = set()

    def new_line(self) -> None:
        """Another server may be there now: one that takes batches."""
        self._taken = True

    def cut(self, waiting: Sequence[Item]) -> list[tuple[Item, ...]]:
        """What is sent now of what may wait, oldest first: one batch, and what goes alone. Of each lane only what nothing
        before it is left out of."""
        batch, alone, shut, room = list[Item](), list[tuple[Item, ...]](), set[str](), MOST_BYTES
        for item in waiting:
            if item.lane in shut:
                continue
            size = len(commands.encode(item.command))
            if not self._taken or item.id in self._alone or size > MOST_BYTES:
                if all(other.lane != item.lane for other in batch):
                    alone.append((item,))
                shut.add(item.lane)
            elif len(batch) == MAX_BATCH or size > room:
                shut.add(item.lane)
            else:
                batch.append(item)
                room -= size
        return [tuple(batch), *alone] if batch else alone

    async def send(self, items: tuple[Item, ...], depth: int) -> Sequence[Said]:
        """What came of each; `depth` more wait at this desk."""
        queued = tuple(self._queued(item) for item in items)
        try:
            return await endpoints.send_all(self._api, queued, depth)
        except Declined as error:
            if error.problem.name in ABOUT_ALL:
                return [error] * len(items)
            self._refused(items, error)
            return [TryLater(error.problem, None)] * len(items)
        except ConnectionError_ as error:
            return [error] * len(items)

    def _queued(self, item: Item) -> Queued:
        return Queued(**msgspec.structs.asdict(envelope_of(item, self._patience.age_s(item))), lane=item.lane)

    def _refused(self, items: tuple[Item, ...], error: Declined) -> None:
        """No word about any of them: a server that knows no batches, or one of them spoils it. Each goes alone then."""
        if error.problem.name == "not-found":
            self._taken = False
        else:
            self._alone |= {item.id for item in items}


def envelope_of(item: Item, age_s: float, *, withdrawn: bool = False) -> Envelope:
    """What is sent of a command that was decided `age_s` real seconds ago."""
    intent = Intent(age_ms=int(age_s * 1000), offline=item.offline, withdrawn=withdrawn)
    return Envelope(id=item.id, command=item.command, if_match=item.if_match, intent=intent)
