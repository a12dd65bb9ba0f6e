"""Who bought, who came back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from smartbis.tenancy.scope import tenant_scope

_BUYERS = """
WITH period AS (
    SELECT CASE WHEN %(by_store)s THEN store_id END AS store_id, customer_id, count(*) AS sales
    FROM purchases_purchase
    WHERE tenant_id = %(tenant)s AND undone_at IS NULL AND status = 'confirmed' AND customer_id IS NOT NULL
      AND occurred_at >= %(since)s AND occurred_at < %(until)s
      AND (%(store)s::uuid IS NULL OR store_id = %(store)s)
    GROUP BY 1, 2
)
SELECT store_id, count(*), count(*) FILTER (WHERE returned), count(*) FILTER (WHERE NOT known), sum(sales)
FROM (
    SELECT store_id, sales, known, known OR sales > 1 AS returned FROM (
        SELECT p.store_id, p.sales, EXISTS (
            SELECT 1 FROM purchases_purchase e
            WHERE e.tenant_id = %(tenant)s AND e.customer_id = p.customer_id AND e.undone_at IS NULL
              AND e.status = 'confirmed' AND e.occurred_at < %(since)s
        ) AS known FROM period p
    ) judged
) counted
GROUP BY store_id
"""


@dataclass(frozen=True)
class Buyers:
    """Customers who bought in a period: `returning` had bought before or bought again in it, `new` had never before."""

    buyers: int
    returning: int
    new: int
    sales: int


def buyers(*, tenant: UUID, since: datetime, until: datetime, store: UUID | None = None) -> Buyers:
    """Who bought from `since` (included) to `until` (excluded), by when the sales happened."""
    found = _counted(tenant, since=since, until=until, store=store, by_store=False)
    return found.get(None, Buyers(0, 0, 0, 0))


def buyers_by_store(*, tenant: UUID, since: datetime, until: datetime) -> dict[UUID, Buyers]:
    """The same for each store in which anybody bought, in one query. Who bought in two stores counts in both."""
    found = _counted(tenant, since=since, until=until, store=None, by_store=True)
    return {store: people for store, people in found.items() if store}


def _counted(
    tenant: UUID, *, since: datetime, until: datetime, store: UUID | None, by_store: bool
) -> dict[UUID | None, Buyers]:
    named: dict[str, Any] = {"tenant": tenant, "since": since, "until": until, "store": store, "by_store": by_store}
    with tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        cursor.execute(_BUYERS, named)
        return {store: Buyers(*(int(value) for value in figures)) for store, *figures in cursor.fetchall()}
