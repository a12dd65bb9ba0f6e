"""Uses of vouchers that somebody should look at: not proof of anything, only unlike the rest."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db import connection

from smartbis.tenancy.scope import tenant_scope

Pattern = Literal["pair", "burst", "reversal", "own_gift"]

# Thresholds: so many uses by one operator for one customer, so many within ten minutes, so many taken back of which so
# large a share (in percent) of what the operator validated, so many given by hand and validated by the same person.
PAIR, BURST, BURST_SECONDS, REVERSALS, REVERSED_SHARE, OWN_GIFTS = 4, 6, 600, 3, 25, 3

_FOUND = """
WITH uses AS (
    SELECT r.*, x.reversed_at FROM vouchers_redemption r
    LEFT JOIN vouchers_reversal x ON x.tenant_id = r.tenant_id AND x.redemption_id = r.id
    WHERE r.tenant_id = %(tenant)s AND r.redeemed_at >= %(since)s AND r.redeemed_at < %(until)s
      AND r.actor_kind = 'staff' AND (%(stores)s::uuid[] IS NULL OR r.store_id = ANY(%(stores)s))
),
pairs AS (
    SELECT 'pair', actor_id, max(actor_label), customer_id, count(*), sum(discount_minor)::bigint, max(redeemed_at)
    FROM uses WHERE reversed_at IS NULL AND customer_id IS NOT NULL
    GROUP BY actor_id, customer_id HAVING count(*) >= %(pair)s
), spaced AS (
    SELECT actor_id, actor_label, redeemed_at, discount_minor,
        lag(redeemed_at, %(burst)s - 1) OVER (PARTITION BY actor_id ORDER BY redeemed_at, id) AS earlier,
        sum(discount_minor) OVER (
            PARTITION BY actor_id ORDER BY redeemed_at, id ROWS %(burst)s - 1 PRECEDING) AS together
    FROM uses
), bursts AS (
    SELECT 'burst', actor_id, max(actor_label), NULL::uuid, count(*) + %(burst)s - 1, max(together)::bigint,
        max(redeemed_at)
    FROM spaced WHERE earlier > redeemed_at - make_interval(secs => %(burst_seconds)s) GROUP BY actor_id
), reversals AS (
    SELECT 'reversal', actor_id, max(actor_label), NULL::uuid, count(reversed_at),
        (sum(discount_minor) FILTER (WHERE reversed_at IS NOT NULL))::bigint, max(reversed_at)
    FROM uses GROUP BY actor_id
    HAVING count(reversed_at) >= %(reversals)s AND count(reversed_at) * 100 >= count(*) * %(share)s
), gifts AS (
    SELECT 'own_gift', u.actor_id, max(u.actor_label), u.customer_id, count(*), sum(u.discount_minor)::bigint,
        max(u.redeemed_at)
    FROM uses u JOIN vouchers_voucher v ON v.tenant_id = %(tenant)s AND v.id = u.voucher_id
    WHERE u.reversed_at IS NULL AND v.origin = 'manual' AND v.issued_by_id = u.actor_id
    GROUP BY u.actor_id, u.customer_id HAVING count(*) >= %(own_gifts)s
)
SELECT * FROM pairs UNION ALL SELECT * FROM bursts UNION ALL SELECT * FROM reversals UNION ALL SELECT * FROM gifts
ORDER BY 5 DESC, 7 DESC LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Suspicion:
    """A pattern: who, with whom (if it is about one customer), how many uses, how much money in minor units, when last.

    `pair`: one operator, one customer, many uses. `burst`: many uses within ten minutes. `reversal`: many uses taken
    back. `own_gift`: vouchers given by hand and validated by the same person.
    """

    pattern: Pattern
    operator: UUID | None
    operator_name: str
    customer: UUID | None
    uses: int
    discount_minor: int
    last_at: datetime


def suspicious_uses(
    *, tenant: UUID, since: datetime, until: datetime, stores: Collection[UUID] | None = None, limit: int = 50
) -> list[Suspicion]:
    """The patterns of a period, those with the most uses first. One statement."""
    facts: dict[str, Any] = {
        "tenant": tenant,
        "since": since,
        "until": until,
        "stores": None if stores is None else list(stores),
        "pair": PAIR,
        "burst": BURST,
        "burst_seconds": BURST_SECONDS,
        "reversals": REVERSALS,
        "share": REVERSED_SHARE,
        "own_gifts": OWN_GIFTS,
        "limit": limit,
    }
    with tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        cursor.execute(_FOUND, facts)
        return [Suspicion(*row) for row in cursor.fetchall()]
