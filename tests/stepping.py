"""Two transactions whose statements are let go one by one, so that a race is the same each time it is run.

Each rival works in a thread with a connection of its own and stands still before every statement and every commit. One
is let go at a time, until it stands still again, is done, or waits for a lock of the other (as PostgreSQL says): no
sleep decides anything.
"""

import threading
import time
from collections.abc import Callable, Iterable
from contextvars import copy_context
from typing import Any

from django.db import connection, transaction

_GLANCE_SECONDS = 0.004
_PATIENCE_SECONDS = 20.0


class Killed(Exception):
    """The rival was made to die where it stood: its transaction is rolled back."""


class Rival:
    """A piece of work, let go statement by statement."""

    def __init__(self, name: str, work: Callable[[], Any]) -> None:
        self.name = name
        self.result: Any = None
        self.error: Exception | None = None
        self.statements = 0
        self.at = "the start"
        self.is_done = False
        self.is_blocked = False
        self.ends = 0
        self._work = work
        self._pid = 0
        self._dies = False
        self._moved = threading.Condition()
        self._stands = False
        self._thread = threading.Thread(target=copy_context().run, args=(self._run,), daemon=True)

    def start(self) -> None:
        """Go as far as the first statement."""
        self._thread.start()
        self._watch()

    def step(self) -> None:
        """Let the next statement go; a rival that is blocked is looked at again."""
        if not self.is_done and not self.is_blocked:
            self._release()
        self._watch()

    def kill(self) -> None:
        """Let it die where it stands; one that is blocked, or done, is past that."""
        if not self.is_done and not self.is_blocked:
            self._dies = True
            self._release()
            self._watch()

    def _release(self) -> None:
        with self._moved:
            self._stands = False
            self._moved.notify_all()

    def _watch(self) -> None:
        end = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < end:
            with self._moved:
                if self._moved.wait_for(lambda: self._stands or self.is_done, timeout=_GLANCE_SECONDS):
                    self.is_blocked = False
                    return
            if self._pid and self._waits_for_a_lock():
                self.is_blocked = True
                return
        raise AssertionError(f"{self.name} is stuck at {self.at}")

    def _waits_for_a_lock(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [self._pid])
            return bool(cursor.fetchone()[0])

    def _run(self) -> None:
        try:
            connection.ensure_connection()
            self._pid = connection.connection.info.backend_pid
            commit = connection._commit  # type: ignore[attr-defined]
            connection._commit = lambda: self._gate(commit, "COMMIT")  # type: ignore[attr-defined]
            try:
                with connection.execute_wrapper(self._before):
                    self.result = self._work()
            finally:
                del connection._commit  # type: ignore[attr-defined]
        except Exception as error:
            self.error = error
        finally:
            connection.close()
            with self._moved:
                self.is_done = True
                self._moved.notify_all()

    def _before(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        return self._gate(lambda: execute(sql, params, many, context), sql)

    def _gate(self, go_on: Callable[[], Any], sql: str) -> Any:
        with self._moved:
            self.at = " ".join(str(sql).split())[:160]
            self._stands = True
            self._moved.notify_all()
            self._moved.wait_for(lambda: not self._stands)
        if self._dies:
            raise Killed(self.at)
        self.statements += 1
        self.ends += sql == "COMMIT"
        return go_on()

    def join(self) -> None:
        """Wait for the thread's end."""
        self._thread.join(_PATIENCE_SECONDS)


def interleave(first: Rival, second: Rival, turns: Iterable[int], *, kill_at: int | None = None) -> str | None:
    """Run both to their end: `turns` says by 0 and 1 who is let go next, then the first goes on, then the second.

    The first dies when it stands before its statement `kill_at`. Answers where they stood when they waited for each
    other, if they did; PostgreSQL then ended one.
    """
    assert not transaction.get_connection().in_atomic_block, "rivals see what is committed only"
    rivals = (first, second)
    ring: str | None = None
    for rival in rivals:
        rival.start()
    seen = {first: -1, second: -1}
    for turn in (*turns, *[0] * 10_000):
        if first.is_done and second.is_done:
            break
        rival, other = rivals[turn], rivals[1 - turn]
        if first.is_blocked and second.is_blocked:
            for each in (first, second):  # one may have been let through since it was looked at
                each.step()
            if first.is_blocked and second.is_blocked:
                ring = ring or f"{first.name} at {first.at} <> {second.name} at {second.at}"
            continue
        # Who waits is looked at again once the other has ended a transaction.
        if rival.is_done or (rival.is_blocked and not other.is_done and seen[rival] == other.ends):
            rival, other = other, rival
        seen[rival] = other.ends
        if rival is first and kill_at is not None and first.statements >= kill_at:
            first.kill()
            kill_at = None
        else:
            rival.step()
    for rival in rivals:
        rival.join()
    assert first.is_done, first.at
    assert second.is_done, second.at
    return ring
