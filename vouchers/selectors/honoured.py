"""What stores honoured in a period, so that who bears it can be settled."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from smartbis.tenancy.scope import tenant_scope

# A use counts when it happened and what takes it back when that happened, so that a month that is over stays as it was.
_HONOURED = """
SELECT store_id, coupon_id, funded_by, sum(uses)::int, sum(discount)::bigint, sum(cost)::bigint, sum(back)::int,
    sum(back_cost)::bigint
FROM (
    SELECT store_id, coupon_id, funded_by, 1 AS uses, discount_minor AS discount, cost_minor AS cost, 0 AS back,
        0 AS back_cost
    FROM vouchers_redemption
    WHERE tenant_id = %(tenant)s AND redeemed_at >= %(since)s AND redeemed_at < %(until)s
      AND store_id = ANY(%(stores)s)
    UNION ALL
    SELECT r.store_id, r.coupon_id, r.funded_by, 0, 0, 0, 1, r.cost_minor
    FROM vouchers_reversal x
    JOIN vouchers_redemption r ON r.tenant_id = x.tenant_id AND r.id = x.redemption_id
    WHERE x.tenant_id = %(tenant)s AND x.reversed_at >= %(since)s AND x.reversed_at < %(until)s
      AND r.store_id = ANY(%(stores)s)
) AS moved
GROUP BY store_id, coupon_id, funded_by ORDER BY store_id, coupon_id, funded_by
"""


@dataclass(frozen=True)
class Honoured:
    """What one store did with one coupon's vouchers; money in minor units, `funded_by` brand or store.

    `cost_minor` is what the uses of the period came to cost, `back_cost_minor` what uses taken back in it had cost.
    """

    store: UUID
    coupon: UUID
    funded_by: str
    uses: int
    discount_minor: int
    cost_minor: int
    taken_back: int
    back_cost_minor: int


def honoured_in(*, tenant: UUID, stores: Collection[UUID], since: datetime, until: datetime) -> list[Honoured]:
    """Uses and what took uses back, from `since` to before `until`, by store, coupon and who bears it."""
    facts: dict[str, Any] = {"tenant": tenant, "stores": list(stores), "since": since, "until": until}
    with tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        cursor.execute(_HONOURED, facts)
        return [Honoured(*row) for row in cursor.fetchall()]
