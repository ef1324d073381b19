"""The line between one desk and the server, without a network: the same bytes both ways, and fate as a test wills it.

ok   request_lost   answer_lost   twice   held (released later, when nobody waits for it)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from agent_tui.client.api import decode
from agent_tui.client.problems import TryLater, error_of
from agent_tui.errors import Offline
from agent_tui.killpoint import arm, kill_point
from agent_tui.server import batches, problems
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx
from agent_tui.server.endpoints.commands import _outcome, _response
from agent_tui.server.feed import read_cursor
from agent_tui.server.problems import ProblemError
from agent_tui.server.record import Answer
from agent_tui.server.services import Services
from agent_tui.wire import routes
from agent_tui.wire.command import Batch, BatchAnswer, Envelope, StatusAnswer, StatusRequest
from agent_tui.wire.problem import CONTENT_TYPE, Problem

T = TypeVar("T")
Said = tuple[int, bytes]
"""Status and body of an answer."""


class Killed(BaseException):
    """Raised at a kill point: the process that passed it is no more."""


def die_at(name: str) -> None:
    """The next time somebody passes this point they die, once."""

    def passing(point: str) -> None:
        if point == name:
            arm(None)
            raise Killed(name)

    arm(passing)


class Counter:
    """The server's side: what `server.endpoints` do with bytes, on this thread."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.limit = 500
        """Rows per page."""

    def answer(self, caller: Caller, path: str, body: bytes, params: Mapping[str, Any]) -> Said:
        """What would go back over HTTP."""
        try:
            match path:
                case routes.COMMANDS:
                    return self._commit(caller, msgspec.json.decode(body, type=Envelope))
                case routes.COMMANDS_BATCH:
                    return self._commit_all(caller, msgspec.json.decode(body, type=Batch))
                case routes.COMMANDS_STATUS:
                    return self._status(caller, msgspec.json.decode(body, type=StatusRequest))
                case routes.SNAPSHOT:
                    return self._read(lambda tx: self._snapshot(tx, caller, str(params.get("after", ""))))
                case routes.CHANGES:
                    return self._read(lambda tx: self._changes(tx, caller, str(params["cursor"])))
        except ProblemError as error:
            return error.problem.status, problems.encode(error.problem)
        raise AssertionError(f"nobody answers {path}")

    def _decide(self, caller: Caller, envelope: Envelope) -> Answer | Problem:
        ledger = self.services.ledger
        return self.services.db.write_now(
            lambda tx: ledger.step_up_wanted(tx, envelope, caller) or ledger.commit(tx, envelope, caller)
        )

    def _commit(self, caller: Caller, envelope: Envelope) -> Said:
        done = self._decide(caller, envelope)
        if isinstance(done, Problem):
            raise ProblemError(done)
        answer = _response(done, envelope)
        return answer.status_code or 200, answer.content

    def _commit_all(self, caller: Caller, batch: Batch) -> Said:
        batches.check(batch)
        course = batches.Course()
        for queued in batch.commands:
            if course.tries(queued):
                course.took(queued, self._decide(caller, queued))
        kill_point("server.answer")
        return 200, msgspec.json.encode(BatchAnswer(results=tuple(course.results)))

    def _status(self, caller: Caller, asked: StatusRequest) -> Said:
        found = self.services.db.read_now(lambda tx: [_outcome(tx, id, caller.maker) for id in asked.ids])
        at = self.services.clock.now()
        return 200, msgspec.json.encode(StatusAnswer(outcomes=tuple(o for o in found if o), at=at))

    def _snapshot(self, tx: Tx, caller: Caller, after: str) -> Any:
        return self.services.feed.snapshot(tx, caller.id, after, self.limit)

    def _changes(self, tx: Tx, caller: Caller, cursor: str) -> Any:
        return self.services.feed.changes(tx, caller.id, read_cursor(cursor), limit=self.limit)

    def _read(self, work: Any) -> Said:
        return 200, msgspec.json.encode(self.services.db.read_now(work))


class Line:
    """Stands where `client.api.Api` stands."""

    def __init__(self, counter: Counter, caller: Caller) -> None:
        self._counter, self._caller = counter, caller
        self.token = "t"
        self.device_id = caller.device
        self.fates: deque[str] = deque()
        """Of the next requests, in order; after them everything goes well."""
        self.held: list[tuple[str, bytes]] = []
        self.meanwhile: Callable[[], None] = lambda: None
        """What happens elsewhere after each answer of the server."""

    async def call(
        self,
        method: str,
        path: str,
        kind: type[T],
        *,
        body: Any = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """The decoded answer, or the error that `Api` would raise."""
        content = b"" if body is None else msgspec.json.encode(body)
        fate = self.fates.popleft() if self.fates else "ok"
        if fate == "held" and method == "POST":
            self.held.append((path, content))
        if fate in ("request_lost", "held"):
            raise Offline("desk.connection.unreachable")
        try:
            said = self._counter.answer(self._caller, path, content, params or {})
        except Killed:
            raise Offline("desk.connection.unreachable") from None
        self.meanwhile()
        if fate == "twice":
            said = self._counter.answer(self._caller, path, content, params or {})
        if fate == "busy":
            raise TryLater(None, None)
        if fate == "answer_lost":
            raise Offline("desk.connection.unreachable")
        status, answer = said
        if status >= 300:
            raise error_of(status, CONTENT_TYPE, answer, None)
        return decode(answer, kind)

    def release(self) -> None:
        """The oldest request that was held arrives; whoever sent it does not wait any more."""
        path, content = self.held.pop(0)
        self._counter.answer(self._caller, path, content, {})
