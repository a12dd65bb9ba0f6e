"""A serializer's plain functions give what the serializer gives, or leave it to the serializer."""

import importlib
import inspect
import pkgutil
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

import api.serializers
from api.serializers.base import InstantField
from api.serializers.purchases import PurchaseIn
from api.shapes import Doubtful, Shape
from api.views.purchases import SALE

LATE, EARLY = "2026-01-02T03:04:05-03:00", "1988-01-01T00:00:00Z"
ODD: tuple[Any, ...] = (
    None,
    "",
    " ",
    " a ",
    "a\0b",
    "a\ud800",
    "x" * 300,
    0,
    -1,
    10**13,
    1.5,
    True,
    False,
    [],
    [None],
    {},
    EARLY,
)
PLAIN = ("loja", "11 98765-4321", 5, 12990, "confirmed", LATE, "0199a3f2-7a11-7d2e-8f00-2b3c4d5e6f70", "points", "BRL")
VALUES = st.one_of(st.sampled_from(ODD), st.sampled_from(PLAIN))


def declared() -> list[type[serializers.Serializer[Any]]]:
    """Every serializer of the API that takes something and needs no help with all of it."""
    found: list[type[serializers.Serializer[Any]]] = []
    for module in pkgutil.iter_modules(api.serializers.__path__):
        place = importlib.import_module(f"api.serializers.{module.name}")
        found += [
            each
            for each in vars(place).values()
            if inspect.isclass(each) and issubclass(each, serializers.Serializer) and each.__module__ == place.__name__
        ]
    return [each for each in found if not each.__name__.endswith(("Out", "Answer")) and taken_plainly(each)]


def taken_plainly(kind: type[serializers.Serializer[Any]]) -> bool:
    """Whether its plain form exists."""
    return "take" in Shape.of(kind()).take.__qualname__


def bodies(serializer: Any) -> st.SearchStrategy[Any]:
    """Bodies that look like the serializer's, with values right and wrong."""
    known = {name: _values(field) for name, field in serializer.fields.items()}
    return st.one_of(VALUES, st.fixed_dictionaries({}, optional={**known, "else": VALUES}))


def _values(field: Any) -> st.SearchStrategy[Any]:
    if isinstance(field, serializers.Serializer):
        return bodies(field)
    child = getattr(field, "child", None)
    return VALUES if child is None else st.one_of(VALUES, st.lists(_values(child), max_size=3))


def judged(serializer: Any, data: Any) -> Any:
    """What the framework makes of it."""
    try:
        return serializer.run_validation(data)
    except ValidationError as error:
        return error.detail


@pytest.mark.parametrize("kind", declared(), ids=lambda kind: kind.__name__)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_taken_without_doubt_is_what_the_framework_takes(
    kind: type[serializers.Serializer[Any]], data: st.DataObject
) -> None:
    shape = Shape.of(kind())
    body = data.draw(bodies(shape.serializer))
    try:
        taken = shape.take(body)
    except Doubtful:
        return
    assert taken == judged(shape.serializer, body)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"occurred_at": LATE, "currency": "BRL", "payment_method": "pix", "status": "pending"},
        {"customer": None},
        {"customer": {"external_id": "a-1"}, "items": []},
    ],
)
def test_a_plain_sale_leaves_no_doubt(change: dict[str, Any]) -> None:
    shape = Shape.of(PurchaseIn())
    assert shape.take(SALE | change) == shape.serializer.run_validation(SALE | change)


@pytest.mark.parametrize(
    "change",
    [
        {"amount_minor": 0},
        {"amount_minor": True},
        {"amount_minor": "12990"},
        {"external_id": " 2026 "},
        {"external_id": 2026},
        {"store": ""},
        {"store": "a\nb"},
        {"status": "settled"},
        {"occurred_at": EARLY},
        {"customer": {"phone": "11 98765-4321", "cpf": "52998224725"}},
        {"items": [{"sku": "1", "unit_minor": -1}]},
        {"items": [{"sku": "1", "unit_minor": 1}] * 501},
    ],
)
def test_anything_else_is_left_to_the_framework(change: dict[str, Any]) -> None:
    with pytest.raises(Doubtful):
        Shape.of(PurchaseIn()).take(SALE | change)


def test_instants_are_answered_in_utc_whatever_zone_is_active() -> None:
    field = InstantField()
    with timezone.override("America/Sao_Paulo"):
        assert field.to_representation(field.to_internal_value(LATE)) == "2026-01-02T06:04:05Z"
