"""Codes of another company that wait to be handed out, each once. Inside the tenant's scope."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count

from vouchers.models import PoolCode

_TAKE = """
UPDATE vouchers_poolcode SET is_taken = true
WHERE tenant_id = %(tenant)s AND id IN (
    SELECT id FROM vouchers_poolcode
    WHERE tenant_id = %(tenant)s AND coupon_id = %(coupon)s AND NOT is_taken
    ORDER BY id LIMIT %(wanted)s FOR NO KEY UPDATE {skip})
RETURNING code
"""


def take_codes(*, tenant: UUID, coupon: UUID, wanted: int) -> list[str]:
    """Take at most so many free codes out of a coupon's pool; fewer only when no more are free.

    Codes that somebody else is taking are passed over; only where those are the last is waited for what becomes of
    them.
    """
    facts: dict[str, Any] = {"tenant": tenant, "coupon": coupon, "wanted": wanted}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE.format(skip="SKIP LOCKED"), facts)
        taken = [row[0] for row in cursor.fetchall()]
        while len(taken) < wanted:
            cursor.execute(_TAKE.format(skip=""), facts | {"wanted": wanted - len(taken)})
            more = [row[0] for row in cursor.fetchall()]
            taken += more
            if not more:
                break
    return taken


def free_codes(coupons: Collection[UUID]) -> dict[UUID, int]:
    """How many codes each of the coupons still has; one without any is absent. One query."""
    rows = PoolCode.objects.filter(coupon_id__in=list(coupons), is_taken=False)
    return dict(rows.order_by().values_list("coupon_id").annotate(Count("id")))
