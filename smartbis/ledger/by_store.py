"""What customers earned at stores."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from smartbis.tenancy.scope import tenant_scope


@dataclass(frozen=True)
class EarnedAtStore:
    """What rules gave on a store's sales in one unit, and what refunds took back, in minor units or points."""

    store: UUID
    unit: str
    earned: int
    reversed: int


def earned_at_stores(
    *, tenant: UUID, stores: Collection[UUID], since: datetime, until: datetime
) -> list[EarnedAtStore]:
    """Of the transfers recorded from `since` to before `until`; a store without any is absent. One query."""
    with tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        cursor.execute(
            "SELECT store_id, unit, coalesce(sum(amount) FILTER (WHERE debit = 'issued'), 0)::bigint,"
            " coalesce(sum(amount) FILTER (WHERE credit = 'issued'), 0)::bigint"
            " FROM ledger_transfer WHERE tenant_id = %s AND recorded_at >= %s AND recorded_at < %s"
            " AND store_id = ANY(%s) AND (debit = 'issued' OR credit = 'issued')"
            " GROUP BY store_id, unit ORDER BY store_id, unit",
            [tenant, since, until, list(stores)],
        )
        return [EarnedAtStore(*row) for row in cursor.fetchall()]
