"""Fixed statements of the hot paths: prepared on the server, and sent together where none waits for another."""

from contextlib import AbstractContextManager
from typing import Any

from django.db import connection


def prepared_cursor() -> Any:
    """A cursor for statements whose text never changes; see `DatabaseWrapper.prepared_cursor`."""
    return connection.prepared_cursor()  # type: ignore[attr-defined]


def one_trip() -> AbstractContextManager[None]:
    """A block whose prepared statements go out together; see `DatabaseWrapper.one_trip`."""
    trip: AbstractContextManager[None] = connection.one_trip()  # type: ignore[attr-defined]
    return trip
