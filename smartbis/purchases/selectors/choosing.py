"""Whole sets of customers by what they bought: what segments are made of. Each in one query."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from smartbis.tenancy.scope import tenant_scope

# Only sales that stand: confirmed, not undone, not wholly given back.
_BUYERS = """
SELECT customer_id FROM purchases_purchase
WHERE tenant_id = %(tenant)s AND customer_id IS NOT NULL AND undone_at IS NULL AND status = 'confirmed'
  AND refunded_minor < amount_minor
  AND (%(since)s::timestamptz IS NULL OR occurred_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR occurred_at < %(until)s)
  AND (%(stores)s::uuid[] IS NULL OR store_id = ANY(%(stores)s))
GROUP BY customer_id
HAVING count(*) >= %(least)s AND (%(most)s::bigint IS NULL OR count(*) <= %(most)s)
   AND sum(amount_minor - refunded_minor) >= %(spent_least)s
   AND (%(spent_most)s::bigint IS NULL OR sum(amount_minor - refunded_minor) <= %(spent_most)s)
"""
_LAST = """
SELECT customer_id FROM purchases_purchase
WHERE tenant_id = %(tenant)s AND customer_id IS NOT NULL AND undone_at IS NULL AND status = 'confirmed'
  AND refunded_minor < amount_minor
GROUP BY customer_id
HAVING (%(since)s::timestamptz IS NULL OR max(occurred_at) >= %(since)s)
   AND (%(before)s::timestamptz IS NULL OR max(occurred_at) < %(before)s)
"""


@dataclass(frozen=True, kw_only=True)
class Bought:
    """How many sales, and for how much (minor units, refunds taken off), from `since` to before `until`, in stores."""

    since: datetime | None = None
    until: datetime | None = None
    stores: Collection[UUID] = ()
    least: int = 1
    most: int | None = None
    spent_least_minor: int = 0
    spent_most_minor: int | None = None


def customers_who_bought(*, tenant: UUID, bought: Bought) -> frozenset[UUID]:
    """The customers whose sales that stand fit; who never bought is not among them."""
    named = {
        "tenant": tenant,
        "since": bought.since,
        "until": bought.until,
        "stores": list(bought.stores) or None,
        "least": max(1, bought.least),
        "most": bought.most,
        "spent_least": bought.spent_least_minor,
        "spent_most": bought.spent_most_minor,
    }
    with tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        cursor.execute(_BUYERS, named)
        return frozenset(row[0] for row in cursor.fetchall())


def customers_last_bought(
    *, tenant: UUID, since: datetime | None = None, before: datetime | None = None
) -> frozenset[UUID]:
    """The customers whose last sale that stands was at or after `since`, and before `before`."""
    with tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        cursor.execute(_LAST, {"tenant": tenant, "since": since, "before": before})
        return frozenset(row[0] for row in cursor.fetchall())
