"""Who bought, who came back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from smartbis.tenancy.scope import tenant_scope

_BUYERS = """
WITH period AS (
    SELECT customer_id, count(*) AS sales, min(occurred_at) AS first_at
    FROM purchases_purchase
    WHERE tenant_id = %(tenant)s AND undone_at IS NULL AND status = 'confirmed' AND customer_id IS NOT NULL
      AND occurred_at >= %(since)s AND occurred_at < %(until)s
      AND (%(store)s::uuid IS NULL OR store_id = %(store)s)
    GROUP BY customer_id
)
SELECT count(*), count(*) FILTER (WHERE returned), count(*) FILTER (WHERE NOT known), coalesce(sum(sales), 0)
FROM (
    SELECT sales, known, known OR sales > 1 AS returned FROM (
        SELECT p.sales, EXISTS (
            SELECT 1 FROM purchases_purchase e
            WHERE e.tenant_id = %(tenant)s AND e.customer_id = p.customer_id AND e.undone_at IS NULL
              AND e.status = 'confirmed' AND e.occurred_at < %(since)s
        ) AS known FROM period p
    ) judged
) counted
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
    with tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        cursor.execute(_BUYERS, {"tenant": tenant, "since": since, "until": until, "store": store})
        return Buyers(*(int(value) for value in cursor.fetchone()))
