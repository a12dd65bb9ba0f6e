"""JSON (RFC 8259) as events, explanations and answers are kept and sent."""

from typing import Any

import orjson


def written(value: Any) -> str:
    """The value as compact JSON; UUIDs and instants as their text.

    Raises TypeError for what JSON cannot hold, which a whole number beyond 64 bits is here.
    """
    return orjson.dumps(value).decode()


def read_back(text: str) -> Any:
    """What was `written`, or by the database. Raises ValueError for anything but JSON."""
    return orjson.loads(text)
