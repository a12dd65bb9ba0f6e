"""Sales that stand: what customers bought and kept."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from smartbis.tenancy.scope import tenant_scope

_SETTLED = """
SELECT customer_id, occurred_at, paid_minor - round(paid_minor::numeric * refunded_minor / amount_minor)::bigint
FROM purchases_purchase
WHERE tenant_id = %(tenant)s AND customer_id = ANY(%(customers)s) AND occurred_at >= %(since)s
  AND undone_at IS NULL AND status = 'confirmed' AND refunded_minor < amount_minor
"""


@dataclass(frozen=True)
class SettledSale:
    """A confirmed sale that was not wholly given back. `kept_minor` is what was paid with money, less refunds."""

    at: datetime
    kept_minor: int


def settled_sales(*, tenant: UUID, customers: Collection[UUID], since: datetime) -> dict[UUID, list[SettledSale]]:
    """What customers bought from `since` on (by when it happened) and kept, in one query; who has none is absent."""
    found: dict[UUID, list[SettledSale]] = {}
    with tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        cursor.execute(_SETTLED, {"tenant": tenant, "customers": list(customers), "since": since})
        for customer, at, kept in cursor.fetchall():
            found.setdefault(customer, []).append(SettledSale(at, kept))
    return found
