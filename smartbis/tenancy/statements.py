"""Fixed statements of the hot paths: prepared on the server, and sent together where none waits for another.

Who changes rows by unnested columns names their ids once more (`t.id = ANY(%(ids)s::uuid[])`). A plan made for any
tenant, or for one that grew since the last ANALYZE, may else join by going through all rows of a large one.
"""

import re
import struct
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any

from django.db import DataError, connection

from smartbis.kernel.arrays import array_of


def prepared_cursor() -> Any:
    """A cursor for statements whose text never changes; see `DatabaseWrapper.prepared_cursor`."""
    return connection.prepared_cursor()  # type: ignore[attr-defined]


def execute_rows(cursor: Any, statement: str, columns: Mapping[str, Any]) -> None:
    """Execute a statement that unnests columns given as lists (`%(ids)s::uuid[]`).

    A column of one value goes as that value: most use cases write one row, and the server then plans for one. Others
    go as arrays.
    """
    cursor.execute(*with_rows(statement, columns))


def with_rows(statement: str, columns: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The text and the values that `execute_rows` sends. Raises DataError for a number that its column cannot hold."""
    kinds = _kinds_of(statement)
    single = frozenset(name for name in kinds if len(columns[name]) == 1)
    try:
        arrays = {name: array_of(kind, columns[name]) for name, kind in kinds.items() if name not in single}
    except struct.error as error:
        raise DataError(str(error)) from error  # as the server would say of a single one
    return _with_single(statement, single), {**columns, **{name: columns[name][0] for name in single}, **arrays}


_COLUMN = re.compile(r"%\((\w+)\)s::(\w+)\[\]")


@lru_cache(maxsize=256)
def _kinds_of(statement: str) -> dict[str, str]:
    return dict(_COLUMN.findall(statement))


@lru_cache(maxsize=256)
def _with_single(statement: str, single: frozenset[str]) -> str:
    def column(found: re.Match[str]) -> str:
        name, kind = found.groups()
        return f"ARRAY[%({name})s]::{kind}[]" if name in single else found.group()

    return _COLUMN.sub(column, statement)


def check_keys() -> None:
    """Check the foreign keys of what was written so far now: not at the commit, while others wait for what comes next.

    Those of later writes are checked at the commit, as always. Raises IntegrityError, here or at the end of the trip.
    """
    with prepared_cursor() as cursor, one_trip():
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def one_trip() -> AbstractContextManager[None]:
    """A block whose prepared statements go out together; see `DatabaseWrapper.one_trip`."""
    trip: AbstractContextManager[None] = connection.one_trip()  # type: ignore[attr-defined]
    return trip
