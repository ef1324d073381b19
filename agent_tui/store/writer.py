"""The one thread of our own on a desk: it commits to the journal, so that no key waits for another key's disk.

Jobs that arrive while a commit is under way share the next one. A job sees the database after the jobs before it;
a job that fails is undone alone.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from agent_tui.killpoint import kill_point
from agent_tui.store.engine import Connection, DatabaseError, translate

After = Callable[[], None]
Job = tuple[Callable[[Connection], Any], "Future[Any]", After | None]


class Writer:
    """Owns its connection until `close`."""

    def __init__(self, connection: Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def put(self, job: Callable[[Connection], Any], after: After | None = None) -> Future[Any]:
        """Run `job(connection)` soon; the future is done after its commit reached the disk, or fails as it failed.

        `after()` runs on this thread between the commit and the future.
        """
        future: Future[Any] = Future()
        # What was put is done: nobody who stops waiting can take it back.
        future.set_running_or_notify_cancel()
        self._jobs.put((job, future, after))
        return future

    def close(self) -> None:
        """Finish what was put, then end. May be called twice."""
        if self._thread.is_alive():
            self._jobs.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (first := self._jobs.get()) is not None:
            batch = [first]
            more = True
            while more and not self._jobs.empty():
                item = self._jobs.get()
                if item is None:
                    self._jobs.put(None)
                    more = False
                else:
                    batch.append(item)
            self._commit(batch)
        self._connection.close()

    def _commit(self, batch: list[Job]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for job, future, _ in batch:
                self._one(job, future, done)
            kill_point("journal.commit")
            self._connection.execute("COMMIT")
            kill_point("journal.committed")
        except Exception as error:
            self._fail(batch, error)
            return
        for after in {after for _, _, after in batch if after}:
            after()
        for future, result in done:
            future.set_result(result)

    def _one(
        self, job: Callable[[Connection], Any], future: Future[Any], done: list[tuple[Future[Any], Any]]
    ) -> None:
        self._connection.execute("SAVEPOINT job")
        try:
            result = job(self._connection)
        except Exception as error:
            if not self._connection.in_transaction:
                raise
            self._connection.execute("ROLLBACK TO job")
            future.set_exception(translate(error, self._path) if isinstance(error, DatabaseError) else error)
        else:
            done.append((future, result))
        self._connection.execute("RELEASE job")

    def _fail(self, batch: list[Job], error: Exception) -> None:
        """Nothing of this batch is on disk: say so to everybody in it."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        for _, future, _ in batch:
            if not future.done():
                future.set_exception(translate(error, self._path))
