"""Columns as PostgreSQL array literals (PostgreSQL documentation, "Array Value Input"), in few passes of C.

A statement takes them where it would take lists: `unnest(%(ids)s::uuid[], %(names)s::text[])`. The driver escapes a
list value by value, which costs more than the insert itself; here only texts are escaped, all of a column at once.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID

_BETWEEN = "\x1f"


def column(name: str, rows: Iterable[Any]) -> list[Any]:
    """One attribute of every row."""
    return list(map(attrgetter(name), rows))


def array_literal(kind: str, values: Sequence[Any]) -> str:
    """The literal of a `kind[]`; None is NULL. Raises KeyError for a kind that no statement of ours has had yet."""
    return _LITERALS[kind](values)


def _ids(values: Sequence[UUID | None]) -> str:
    try:
        return _plain(["%032x"] * len(values)) % tuple([value.int for value in values])  # type: ignore[union-attr]
    except AttributeError:  # some of them are None
        return _plain("NULL" if value is None else value.hex for value in values)


def _numbers(values: Sequence[int | None]) -> str:
    if None in values:
        return _plain("NULL" if value is None else str(value) for value in values)
    return _plain(map(str, values))


def _truths(values: Sequence[bool | None]) -> str:
    return _plain("NULL" if value is None else "t" if value else "f" for value in values)


def _moments(values: Sequence[date | None]) -> str:
    """Most columns of instants hold one and the same again and again."""
    said: dict[int, str] = {id(None): "NULL"}
    for value in values:
        if id(value) not in said:
            said[id(value)] = value.isoformat()  # type: ignore[union-attr]
    return _plain([said[id(value)] for value in values])


def _bytes(values: Sequence[bytes | None]) -> str:
    return _plain("NULL" if value is None else f'"\\\\x{value.hex()}"' for value in values)


def _texts(values: Sequence[str | None]) -> str:
    if None in values:
        return _plain("NULL" if value is None else f'"{_escaped(value)}"' for value in values)
    joined = _BETWEEN.join(values)  # type: ignore[arg-type]
    if joined.count(_BETWEEN) != len(values) - 1:  # none, or one that holds the separator itself
        return _plain(f'"{_escaped(value)}"' for value in values if value is not None)
    return '{"' + _escaped(joined).replace(_BETWEEN, '","') + '"}'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _plain(values: Iterable[str]) -> str:
    return "{" + ",".join(values) + "}"


_LITERALS: dict[str, Callable[[Sequence[Any]], str]] = {
    "uuid": _ids,
    "int": _numbers,
    "bigint": _numbers,
    "boolean": _truths,
    "date": _moments,
    "timestamptz": _moments,
    "bytea": _bytes,
    "text": _texts,
    "jsonb": _texts,
}
