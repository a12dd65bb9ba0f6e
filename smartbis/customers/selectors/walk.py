"""Going through everybody, a part at a time."""

from collections.abc import Collection
from uuid import UUID

from smartbis.customers.models import Customer
from smartbis.tenancy.scope import tenant_scope


def customers_after(*, tenant: UUID, after: UUID | None, limit: int) -> list[UUID]:
    """The next active customers by id; from the first without `after`."""
    with tenant_scope(tenant, read_only=True):
        rows = Customer.objects.filter(tenant_id=tenant, status=Customer.Status.ACTIVE)
        if after is not None:
            rows = rows.filter(id__gt=after)
        return list(rows.order_by("id").values_list("id", flat=True)[:limit])


def active_customers(*, tenant: UUID, customers: Collection[UUID]) -> frozenset[UUID]:
    """Those of the customers who were not erased, in one query."""
    with tenant_scope(tenant, read_only=True):
        rows = Customer.objects.filter(tenant_id=tenant, id__in=list(customers), status=Customer.Status.ACTIVE)
        return frozenset(rows.values_list("id", flat=True))
