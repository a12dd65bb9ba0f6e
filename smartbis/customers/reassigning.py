"""Rows of the rooms above that name a customer who was merged."""

from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Model

from smartbis.customers.models import Customer
from smartbis.tenancy.backend.schema import is_append_only


def reassign(*, tenant: UUID, models: Iterable[type[Model]], merged: UUID, into: UUID) -> None:
    """Re-point what may be changed from a merged customer to the one who stays. Inside a scope.

    What is append-only stays as it was written and is read by `merged_ids`. Of what a customer may have once only,
    the row of the one who stays is kept and the other's stays where it is.
    """
    for model in models:
        if is_append_only(model):
            continue
        for field in _customer_fields(model):
            rows = model._base_manager.filter(tenant_id=tenant, **{field: merged})
            if not _is_unique_by(model, field):
                rows.update(**{field: into})
                continue
            for row in rows.order_by("pk").values_list("pk", flat=True):
                try:
                    with transaction.atomic():
                        model._base_manager.filter(pk=row).update(**{field: into})
                except IntegrityError:
                    continue


def _customer_fields(model: type[Model]) -> list[str]:
    return [field.name for field in model._meta.fields if field.remote_field and field.related_model is Customer]


def _is_unique_by(model: type[Model], field: str) -> bool:
    return any(field in names for names in (each.fields for each in model._meta.total_unique_constraints)) or any(
        field in getattr(each, "fields", ()) for each in model._meta.constraints
    )
