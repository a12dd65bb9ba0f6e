"""Columns as PostgreSQL takes arrays: in binary, texts as a literal (`array_recv` and `array_in` of its arrayfuncs.c).

A statement takes them where it would take lists: `unnest(%(ids)s::uuid[], %(names)s::text[])`. The driver writes a
list value by value, and the server reads what is written as text letter by letter; that costs more than the insert
itself. Here a column is packed in few passes of C. Texts alone are quicker as a literal, escaped all at once.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import repeat
from operator import attrgetter, is_
from struct import Struct, pack
from typing import Any
from uuid import UUID

_BETWEEN = "\x1f"
# dimensions, whether some are NULL, the elements' type, how many, the first one's number
_HEAD = Struct(">iiIii")
_SIZE = Struct(">i")
_NULL = _SIZE.pack(-1)
_SIXTEEN = 16 << 128
# PostgreSQL counts days and microseconds from here
_FIRST_DAY = date(2000, 1, 1)
_FIRST_INSTANT = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class BinaryArray:
    """An array as `array_recv` reads it, and the type of the array."""

    oid: int
    data: bytes


def column(name: str, rows: Iterable[Any]) -> list[Any]:
    """One attribute of every row."""
    return list(map(attrgetter(name), rows))


def array_of(kind: str, values: Sequence[Any]) -> str | BinaryArray:
    """The values as a `kind[]`; None is NULL. Raises KeyError for a kind that no statement of ours has had yet."""
    if kind in _TEXTS:
        return _texts(values)
    binary = _BINARY[kind]
    return BinaryArray(binary.array_oid, binary.packed(values))


@dataclass(frozen=True)
class _Binary:
    """How a type's values are written: those of a column that holds no None at once, or one of them."""

    oid: int
    array_oid: int
    all_of: Callable[[Sequence[Any]], bytes]
    one: Callable[[Any], bytes]

    def packed(self, values: Sequence[Any]) -> bytes:
        if not values:
            return _HEAD.pack(0, 0, self.oid, 0, 0)[:12]
        first = values[0]
        if all(map(is_, values, repeat(first))):  # many a column holds one and the same again and again
            elements, has_null = self._element(first) * len(values), first is None
        elif has_null := any(map(is_, values, repeat(None))):
            elements = b"".join(map(self._element, values))
        else:
            elements = self.all_of(values)
        return _HEAD.pack(1, has_null, self.oid, len(values), 1) + elements

    def _element(self, value: Any) -> bytes:
        if value is None:
            return _NULL
        data = self.one(value)
        return _SIZE.pack(len(data)) + data


def _ids(values: Sequence[UUID]) -> bytes:
    return b"".join([(_SIXTEEN + value.int).to_bytes(20, "big") for value in values])


def _numbers(letter: str, size: int) -> Callable[[Sequence[int]], bytes]:
    def numbers(values: Sequence[int]) -> bytes:
        parts = [size] * (2 * len(values))
        parts[1::2] = values
        return pack(">" + f"i{letter}" * len(values), *parts)

    return numbers


def _instant(value: datetime) -> bytes:
    return ((value - _FIRST_INSTANT) // _MICROSECOND).to_bytes(8, "big", signed=True)


def _each(one: Callable[[Any], bytes]) -> Callable[[Sequence[Any]], bytes]:
    """Values of which a column has few, each of them written once."""

    def each(values: Sequence[Any]) -> bytes:
        said = {value: one(value) for value in dict.fromkeys(values)}
        sized = {value: _SIZE.pack(len(data)) + data for value, data in said.items()}
        return b"".join(map(sized.__getitem__, values))

    return each


def _bytes(values: Sequence[bytes]) -> bytes:
    return b"".join([_SIZE.pack(len(value)) + value for value in values])


def _day(value: date) -> bytes:
    return _SIZE.pack((value - _FIRST_DAY).days)


def _truth(value: bool) -> bytes:
    return b"\x01" if value else b"\x00"


def _texts(values: Sequence[str | None]) -> str:
    if None in values:
        return _literal("NULL" if value is None else f'"{_escaped(value)}"' for value in values)
    joined = _BETWEEN.join(values)  # type: ignore[arg-type]
    if joined.count(_BETWEEN) != len(values) - 1:  # none, or one that holds the separator itself
        return _literal(f'"{_escaped(value)}"' for value in values if value is not None)
    return '{"' + _escaped(joined).replace(_BETWEEN, '","') + '"}'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _literal(values: Iterable[str]) -> str:
    return "{" + ",".join(values) + "}"


_TEXTS = ("text", "jsonb")
# types and their arrays by pg_type.dat
_BINARY = {
    "uuid": _Binary(2950, 2951, _ids, lambda value: value.bytes),
    "int": _Binary(23, 1007, _numbers("i", 4), _SIZE.pack),
    "bigint": _Binary(20, 1016, _numbers("q", 8), Struct(">q").pack),
    "boolean": _Binary(16, 1000, _each(_truth), _truth),
    "date": _Binary(1082, 1182, _each(_day), _day),
    "timestamptz": _Binary(1184, 1185, _each(_instant), _instant),
    "bytea": _Binary(17, 1001, _bytes, bytes),
}
