"""Foreign keys point the way calls go. String references escape the import linter, so the models are asked."""

from typing import Any

import pytest
from django.apps import apps
from django.db import models

from tests.contracts.order import ORDER


def _keys() -> list[tuple[type[models.Model], Any, type[models.Model]]]:
    found = []
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey | models.ManyToManyField):
                found.append((model, field, field.related_model))
    return found


@pytest.mark.parametrize("key", _keys(), ids=lambda key: f"{key[0]._meta.label}.{key[1].name}")
def test_a_foreign_key_points_down_or_stays_at_home(key) -> None:
    model, field, target = key
    here, there = model._meta.app_label, target._meta.app_label
    assert here in ORDER, f"{here} has no place in the order of rooms: add it to tests/contracts/order.py"
    assert there in ORDER
    assert here == there or ORDER[there] < ORDER[here], f"{model._meta.label}.{field.name} points up, to {there}"


def test_no_model_keeps_a_generic_foreign_key() -> None:
    """A reference to "any model" would escape both this test and the composite keys of the database."""
    generic = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.private_fields
        if type(field).__name__ == "GenericForeignKey"
    ]
    assert generic == []
