"""JSON (RFC 8259) as events, explanations and answers are kept and sent."""

import json
from typing import Any

import orjson

_ASCII = json.JSONEncoder(separators=(",", ":"), default=str).encode
_ASCII_IN_ORDER = json.JSONEncoder(separators=(",", ":"), default=str, sort_keys=True).encode
_PLAIN = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
_SORTED = _PLAIN | orjson.OPT_SORT_KEYS
_NO_ASCII = b"\xff"


def written(value: Any) -> str:
    """The value as compact JSON; UUIDs and instants as their text.

    Raises TypeError for what JSON cannot hold, which a whole number beyond 64 bits is here.
    """
    return orjson.dumps(value).decode()


def read_back(text: str) -> Any:
    """What was `written`, or by the database. Raises ValueError for anything but JSON."""
    return orjson.loads(text)


def fit_to_hash(value: Any, *, sort_keys: bool = False) -> bytes:
    """The value as compact JSON in ASCII, whatever it holds.

    Texts, whole numbers and flags are the standard library's own bytes, which hashes were made of before and stay so.
    """
    try:
        text = orjson.dumps(value, str, _SORTED if sort_keys else _PLAIN)
    except TypeError:  # a whole number beyond 64 bits, half of a letter, a key that is no text
        text = _NO_ASCII
    return text if text.isascii() else (_ASCII_IN_ORDER if sort_keys else _ASCII)(value).encode()
