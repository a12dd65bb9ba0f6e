"""Taking turns within a process: work that would wait for itself in the database, and hold others up meanwhile."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Lock
from weakref import WeakValueDictionary

# Who waited so long goes on all the same: a turn saves time, and guards nothing.
PATIENCE_SECONDS = 10.0


class Turns:
    """One at a time for each name, in this process."""

    def __init__(self, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._patience = patience_seconds
        self._making = Lock()
        self._locks: WeakValueDictionary[Hashable, Lock] = WeakValueDictionary()

    @contextmanager
    def turn(self, name: Hashable) -> Iterator[None]:
        """Wait for the turn of `name`, for some seconds at most."""
        with self._making:
            lock = self._locks.setdefault(name, Lock())
        is_ours = lock.acquire(timeout=self._patience)
        try:
            yield
        finally:
            if is_ours:
                lock.release()
