"""Fixed statements of the hot paths: prepared on the server, and sent together where none waits for another."""

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any

from django.db import connection


def prepared_cursor() -> Any:
    """A cursor for statements whose text never changes; see `DatabaseWrapper.prepared_cursor`."""
    return connection.prepared_cursor()  # type: ignore[attr-defined]


def execute_rows(cursor: Any, statement: str, columns: Mapping[str, Any]) -> None:
    """Execute a statement that unnests columns given as lists (`%(ids)s::uuid[]`).

    A column of one value goes as that value: the driver adapts lists slowly, and most use cases write one row.
    """
    cursor.execute(*with_rows(statement, columns))


def with_rows(statement: str, columns: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The text and the values that `execute_rows` sends."""
    single = frozenset(name for name in _columns_of(statement) if len(columns[name]) == 1)
    values = {name: value[0] if name in single else value for name, value in columns.items()}
    return _with_single(statement, single), values


_COLUMN = re.compile(r"%\((\w+)\)s::(\w+)\[\]")


@lru_cache(maxsize=256)
def _columns_of(statement: str) -> frozenset[str]:
    return frozenset(name for name, _kind in _COLUMN.findall(statement))


@lru_cache(maxsize=256)
def _with_single(statement: str, single: frozenset[str]) -> str:
    def column(found: re.Match[str]) -> str:
        name, kind = found.groups()
        return f"ARRAY[%({name})s]::{kind}[]" if name in single else found.group()

    return _COLUMN.sub(column, statement)


def one_trip() -> AbstractContextManager[None]:
    """A block whose prepared statements go out together; see `DatabaseWrapper.one_trip`."""
    trip: AbstractContextManager[None] = connection.one_trip()  # type: ignore[attr-defined]
    return trip
