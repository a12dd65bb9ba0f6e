"""What a till needs to know of sales before it takes another one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Max

from smartbis.kernel.clock import now
from smartbis.purchases.models import Purchase
from smartbis.tenancy.scope import tenant_scope

LOOKED_BACK = timedelta(days=60)
MOST_SALES = 500

_USUAL = """
SELECT count(*), coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY amount_minor), 0),
       coalesce(percentile_disc(0.99) WITHIN GROUP (ORDER BY amount_minor), 0)
FROM (
    SELECT amount_minor FROM purchases_purchase
    WHERE tenant_id = %(tenant)s AND store_id = %(store)s AND undone_at IS NULL AND status <> 'cancelled'
      AND occurred_at >= %(since)s
    ORDER BY occurred_at DESC, id DESC LIMIT %(most)s
) AS latest
"""


@dataclass(frozen=True)
class UsualAmounts:
    """What sales of a store usually come to, in minor units: of how many, their median and 99th percentile."""

    sales: int
    median_minor: int
    p99_minor: int


def usual_amounts(*, tenant: UUID, store: UUID) -> UsualAmounts:
    """The usual amounts of a store's latest sales: at most 500, none older than 60 days. One query."""
    named: dict[str, UUID | datetime | int] = {
        "tenant": tenant,
        "store": store,
        "since": now() - LOOKED_BACK,
        "most": MOST_SALES,
    }
    with tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        cursor.execute(_USUAL, named)
        return UsualAmounts(*(int(value) for value in cursor.fetchone()))


def last_purchases(*, tenant: UUID, customers: Collection[UUID]) -> dict[UUID, datetime]:
    """When each of the customers last bought, in one query; who never did is left out."""
    with tenant_scope(tenant, read_only=True):
        rows = (
            Purchase.objects.filter(tenant_id=tenant, customer_id__in=list(customers), undone_at__isnull=True)
            .exclude(status=Purchase.Status.CANCELLED)
            .order_by()
            .values_list("customer_id")
            .annotate(Max("occurred_at"))
        )
        return {customer: at for customer, at in rows if customer}
