"""Events survive JSON, and the schemas that receivers read are those of the code."""

import json
from dataclasses import fields
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import jsonschema
import pytest

from smartbis.kernel.ids import new_id
from smartbis.outbox.events import REGISTRY, Event
from smartbis.outbox.schemas import schema_of, schema_text

DOCS = Path(__file__).resolve().parents[2] / "docs" / "events"
EVENTS = sorted(REGISTRY)


def _sample(hint: Any, *, full: bool) -> Any:
    if get_origin(hint) in (Union, UnionType):
        inner = [each for each in get_args(hint) if each is not type(None)]
        return _sample(inner[0], full=full) if full else None
    if get_origin(hint) in (list, tuple):
        return get_origin(hint)([_sample(get_args(hint)[0], full=full)] * 2)
    return {UUID: new_id(), int: 2**53 + 1, str: 'ação "ünïcode"\n', bool: True}[hint]


def _event(kind: type[Event], *, full: bool) -> Event:
    hints = get_type_hints(kind)
    return kind(**{field.name: _sample(hints[field.name], full=full) for field in fields(kind)})


@pytest.mark.parametrize("full", [True, False], ids=["full", "sparse"])
@pytest.mark.parametrize("name", EVENTS)
def test_an_event_comes_back_from_json_as_it_was(name: str, full: bool) -> None:
    event = _event(REGISTRY[name], full=full)
    text = json.dumps(event.payload())
    assert REGISTRY[name].from_payload(json.loads(text)) == event


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_keeps_its_schema(name: str) -> None:
    schema = schema_of(REGISTRY[name])
    for full in (True, False):
        jsonschema.validate(_event(REGISTRY[name], full=full).payload(), schema)


@pytest.mark.parametrize("name", EVENTS)
def test_the_schema_in_the_docs_is_that_of_the_code(name: str) -> None:
    path = DOCS / f"{name}.json"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    assert text == schema_text(REGISTRY[name]), f"{path.name} is behind the code: manage.py write_event_schemas"


def test_the_docs_name_no_event_that_is_gone() -> None:
    assert {path.stem for path in DOCS.glob("*.json")} == set(EVENTS)


@pytest.mark.parametrize("name", EVENTS)
def test_an_events_name_is_dotted_lower_case_and_versioned(name: str) -> None:
    noun, verb, version = name.split(".")
    assert f"{noun}{verb}".replace("_", "").islower()
    assert version.startswith("v")
    assert version[1:].isdigit()


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_says_what_it_means(name: str) -> None:
    assert (REGISTRY[name].__doc__ or "").strip().endswith("."), f"{name} needs a sentence"


def test_every_events_module_is_loaded() -> None:
    """A file that nobody imports at start would keep its events out of the relay, and out of these tests."""
    import sys

    root = DOCS.parents[1]
    for path in [*root.glob("*/events.py"), *root.glob("smartbis/*/events.py")]:
        module = ".".join(path.relative_to(root).with_suffix("").parts)
        assert module in sys.modules, f"{module} is not imported when the application starts"
