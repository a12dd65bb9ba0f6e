"""Long columns as PostgreSQL array literals, in one pass of C instead of an escape for each value.

A statement takes them like lists: `unnest(%(ids)s::uuid[], %(names)s::text[])`. For batches of tens of thousands,
where adapting a list value by value costs more than the insert.
"""

from collections.abc import Sequence
from uuid import UUID

_BETWEEN = "\x1f"


def id_array(values: Sequence[UUID]) -> str:
    """The literal of a `uuid[]`."""
    return "{" + ",".join([value.hex for value in values]) + "}"


def whole_array(values: Sequence[int]) -> str:
    """The literal of an `int[]` or `bigint[]`."""
    return "{" + ",".join(map(str, values)) + "}"


def text_array(values: Sequence[str]) -> str:
    """The literal of a `text[]`. Raises ValueError for a text with the unit separator (U+001F) in it."""
    if not values:
        return "{}"
    joined = _BETWEEN.join(values)
    if joined.count(_BETWEEN) != len(values) - 1:
        raise ValueError("a text holds the unit separator")
    escaped = joined.replace("\\", "\\\\").replace('"', '\\"').replace(_BETWEEN, '","')
    return '{"' + escaped + '"}'
