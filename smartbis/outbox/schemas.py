"""The JSON Schemas of events, as `docs/events/` keeps them for those who receive them."""

import json
from dataclasses import MISSING, fields
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from smartbis.outbox.events import Event

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN: dict[Any, dict[str, Any]] = {
    UUID: {"type": "string", "format": "uuid"},
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
}


def schema_of(kind: type[Event]) -> dict[str, Any]:
    """The JSON Schema of an event's payload. Raises TypeError for a field that an event may not have."""
    hints = get_type_hints(kind)
    members = list(fields(kind))
    return {
        "$schema": DIALECT,
        "$id": f"{kind.name}.json",
        "title": kind.name,
        "description": " ".join((kind.__doc__ or "").split()),
        "type": "object",
        "properties": {field.name: _schema(hints[field.name]) for field in members},
        "required": [field.name for field in members if field.default is MISSING and field.default_factory is MISSING],
        "additionalProperties": True,
    }


def schema_text(kind: type[Event]) -> str:
    """The schema as its file holds it."""
    return json.dumps(schema_of(kind), indent=2, ensure_ascii=False) + "\n"


def _schema(hint: Any) -> dict[str, Any]:
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return {"anyOf": [_schema(each) for each in arguments]}
    if origin in (list, tuple):
        return {"type": "array", "items": _schema(arguments[0])}
    raise TypeError(f"an event cannot hold {hint}")
