"""The network is closed while a database transaction is open.

A call that hangs would hold row locks for seconds, and a rollback could not call a sent message back.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connections

# How many nested atomic blocks belong to a test case that wraps everything in a transaction.
_tolerated_depth: ContextVar[int] = ContextVar("tolerated_transaction_depth", default=0)


class NetworkInsideTransaction(RuntimeError):
    """Code is wrong: it calls the outside while a transaction is open."""


def refuse_inside_transaction() -> None:
    """Raise NetworkInsideTransaction when this thread has an open transaction on any connection."""
    tolerated = _tolerated_depth.get()
    for connection in connections.all(initialized_only=True):
        if connection.in_atomic_block and len(connection.atomic_blocks) > tolerated:
            raise NetworkInsideTransaction("no network inside a transaction; commit first")


@contextmanager
def tolerating_test_transaction(depth: int = 1) -> Iterator[None]:
    """For tests only: the outermost `depth` atomic blocks are the test case's own and do not count."""
    token = _tolerated_depth.set(depth)
    try:
        yield
    finally:
        _tolerated_depth.reset(token)
