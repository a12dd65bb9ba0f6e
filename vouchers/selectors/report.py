"""What became of vouchers, split by what they came from and where they went: each figure in one statement."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from smartbis.kernel.clock import now
from smartbis.tenancy.scope import tenant_scope
from vouchers.models import Coupon

# Uses that stand. A set of grouping columns gives every split in one pass; `part` says which.
_USES = """
WITH used AS (
    SELECT r.coupon_id, r.store_id, r.actor_id, r.actor_label, v.origin, r.discount_minor, r.cost_minor, r.amount_minor,
        (r.redeemed_at AT TIME ZONE %(zone)s)::date AS day,
        EXTRACT(EPOCH FROM r.redeemed_at - v.issued_at)::bigint AS waited
    FROM vouchers_redemption r
    JOIN vouchers_voucher v ON v.tenant_id = r.tenant_id AND v.id = r.voucher_id
    WHERE r.tenant_id = %(tenant)s AND r.redeemed_at >= %(since)s AND r.redeemed_at < %(until)s
      AND v.kind <> 'entry'
      AND (%(coupons)s::uuid[] IS NULL OR r.coupon_id = ANY(%(coupons)s))
      AND (%(stores)s::uuid[] IS NULL OR r.store_id = ANY(%(stores)s))
      AND NOT EXISTS (SELECT FROM vouchers_reversal x WHERE x.tenant_id = r.tenant_id AND x.redemption_id = r.id)
)
SELECT CASE GROUPING(coupon_id, store_id, actor_id, origin, day)
        WHEN 15 THEN 'coupon' WHEN 23 THEN 'store' WHEN 27 THEN 'operator' WHEN 29 THEN 'origin'
        WHEN 30 THEN 'day' ELSE 'all' END AS part,
    CASE GROUPING(coupon_id, store_id, actor_id, origin, day)
        WHEN 15 THEN coupon_id::text WHEN 23 THEN store_id::text WHEN 27 THEN COALESCE(actor_id::text, '')
        WHEN 29 THEN origin WHEN 30 THEN day::text ELSE '' END AS key,
    max(actor_label) AS label, count(*), COALESCE(sum(discount_minor), 0)::bigint, COALESCE(sum(cost_minor), 0)::bigint,
    COALESCE(sum(amount_minor), 0)::bigint, count(amount_minor),
    COALESCE(percentile_cont(0.5) WITHIN GROUP (ORDER BY waited), 0)::bigint,
    count(*) FILTER (WHERE waited < 86400), count(*) FILTER (WHERE waited >= 86400 AND waited < 7 * 86400),
    count(*) FILTER (WHERE waited >= 7 * 86400 AND waited < 30 * 86400), count(*) FILTER (WHERE waited >= 30 * 86400)
FROM used GROUP BY GROUPING SETS ((), (coupon_id), (store_id), (actor_id), (origin), (day))
"""
_ISSUED = """
SELECT CASE GROUPING(coupon_id, origin, day)
        WHEN 3 THEN 'coupon' WHEN 5 THEN 'origin' WHEN 6 THEN 'day' ELSE 'all' END,
    CASE GROUPING(coupon_id, origin, day)
        WHEN 3 THEN coupon_id::text WHEN 5 THEN origin WHEN 6 THEN day::text ELSE '' END, count(*)
FROM (
    SELECT coupon_id, origin, (issued_at AT TIME ZONE %(zone)s)::date AS day FROM vouchers_voucher
    WHERE tenant_id = %(tenant)s AND issued_at >= %(since)s AND issued_at < %(until)s AND kind <> 'entry'
      AND (%(coupons)s::uuid[] IS NULL OR coupon_id = ANY(%(coupons)s))
) AS v GROUP BY GROUPING SETS ((), (coupon_id), (origin), (day))
"""
# A voucher whose time is over has lapsed, whether or not the sweep has passed by.
_ENDED = """
SELECT coupon_id, count(*) FILTER (WHERE status = 'cancelled'), count(*) FILTER (WHERE status <> 'cancelled')
FROM (
    SELECT coupon_id, kind, status FROM vouchers_voucher
    WHERE tenant_id = %(tenant)s AND ended_at >= %(since)s AND ended_at < %(until)s
      AND status IN ('cancelled', 'lapsed')
    UNION ALL
    SELECT coupon_id, kind, status FROM vouchers_voucher
    WHERE tenant_id = %(tenant)s AND status = 'issued'
      AND valid_until >= %(since)s AND valid_until < LEAST(%(until)s, %(now)s)
) AS v
WHERE kind <> 'entry' AND (%(coupons)s::uuid[] IS NULL OR coupon_id = ANY(%(coupons)s))
GROUP BY coupon_id
"""
_HELD = """
SELECT coupon_id, count(*), COALESCE(sum(value), 0)::bigint,
    count(*) FILTER (WHERE valid_until < %(week)s),
    COALESCE(sum(value) FILTER (WHERE valid_until < %(week)s), 0)::bigint,
    count(*) FILTER (WHERE valid_until < %(month)s),
    COALESCE(sum(value) FILTER (WHERE valid_until < %(month)s), 0)::bigint
FROM (
    SELECT coupon_id, valid_until,
        CASE WHEN kind = 'amount' THEN COALESCE(value_left_minor, value_minor * uses_left) END AS value
    FROM vouchers_voucher
    WHERE tenant_id = %(tenant)s AND status = 'issued' AND kind <> 'entry'
      AND (valid_until IS NULL OR valid_until > %(now)s)
      AND (%(coupons)s::uuid[] IS NULL OR coupon_id = ANY(%(coupons)s))
) AS v GROUP BY coupon_id
"""
_REVERSED = """
SELECT r.coupon_id, r.store_id, r.actor_id, v.origin, count(*)
FROM vouchers_reversal x
JOIN vouchers_redemption r ON r.tenant_id = x.tenant_id AND r.id = x.redemption_id
JOIN vouchers_voucher v ON v.tenant_id = r.tenant_id AND v.id = r.voucher_id
WHERE x.tenant_id = %(tenant)s AND x.reversed_at >= %(since)s AND x.reversed_at < %(until)s AND v.kind <> 'entry'
  AND (%(coupons)s::uuid[] IS NULL OR r.coupon_id = ANY(%(coupons)s))
  AND (%(stores)s::uuid[] IS NULL OR r.store_id = ANY(%(stores)s))
GROUP BY r.coupon_id, r.store_id, r.actor_id, v.origin
"""
PARTS = ("coupon", "store", "operator", "origin", "day")


@dataclass(frozen=True, kw_only=True)
class Sought:
    """Which vouchers and uses: from `since` to before `until`, days in `zone`; None is no limit."""

    since: datetime
    until: datetime
    zone: str
    coupons: Collection[UUID] | None = None
    stores: Collection[UUID] | None = None


@dataclass(kw_only=True)
class Tally:
    """Counts and money in minor units. `held_…` and `lapsing_…` are of now, the others of the period.

    `sales` are the uses that came with the amount of their sale; `wait_seconds` is the median from issue to use,
    `waits` how many waited less than a day, a week, thirty days, and longer.
    """

    label: str = ""
    issued: int = 0
    used: int = 0
    reversed: int = 0
    cancelled: int = 0
    lapsed: int = 0
    discount_minor: int = 0
    cost_minor: int = 0
    sales: int = 0
    sales_minor: int = 0
    wait_seconds: int = 0
    waits: tuple[int, int, int, int] = (0, 0, 0, 0)
    held: int = 0
    held_minor: int = 0
    lapsing_7: int = 0
    lapsing_7_minor: int = 0
    lapsing_30: int = 0
    lapsing_30_minor: int = 0


@dataclass(frozen=True)
class VoucherFigures:
    """The whole, and each split by its key: ids as text, an origin's name, a day as `2026-11-22`."""

    whole: Tally
    parts: dict[str, dict[str, Tally]]


def voucher_figures(*, tenant: UUID, sought: Sought) -> VoucherFigures:
    """Everything that the report shows, in five statements, however much there is. Entries to events are left out.

    What is issued, held, cancelled and lapsed belongs to no store: with `stores` those figures are of all stores.
    """
    facts: dict[str, Any] = {
        "tenant": tenant,
        "since": sought.since,
        "until": sought.until,
        "zone": sought.zone,
        "coupons": None if sought.coupons is None else list(sought.coupons),
        "stores": None if sought.stores is None else list(sought.stores),
        "now": now(),
        "week": now() + timedelta(days=7),
        "month": now() + timedelta(days=30),
    }
    figures = VoucherFigures(Tally(), {part: {} for part in PARTS})
    with tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        for sql, add in ((_USES, _add_uses), (_ISSUED, _add_issued), (_ENDED, _add_ended), (_HELD, _add_held)):
            cursor.execute(sql, facts)
            for row in cursor.fetchall():
                add(figures, *row)
        cursor.execute(_REVERSED, facts)
        for row in cursor.fetchall():
            _add_reversed(figures, *row)
    return figures


def coupons_of_campaign(*, tenant: UUID, campaign: UUID) -> frozenset[UUID]:
    """The coupons that belong to a campaign."""
    with tenant_scope(tenant, read_only=True):
        return frozenset(Coupon.objects.filter(campaign_id=campaign).values_list("id", flat=True))


def coupon_labels(*, tenant: UUID) -> dict[UUID, tuple[str, UUID | None]]:
    """The name and the campaign of every coupon."""
    with tenant_scope(tenant, read_only=True):
        return {row[0]: (row[1], row[2]) for row in Coupon.objects.values_list("id", "name", "campaign_id")}


def _tally(figures: VoucherFigures, part: str, key: str) -> Tally:
    return figures.whole if part == "all" else figures.parts[part].setdefault(key, Tally())


def _add_uses(figures: VoucherFigures, part: str, key: str, label: str | None, *counted: int) -> None:
    tally = _tally(figures, part, key)
    tally.label = label or "" if part == "operator" else ""
    tally.used, tally.discount_minor, tally.cost_minor, tally.sales_minor, tally.sales = counted[:5]
    tally.wait_seconds = counted[5]
    day, week, month, longer = counted[6:]
    tally.waits = (day, week, month, longer)


def _add_issued(figures: VoucherFigures, part: str, key: str, count: int) -> None:
    _tally(figures, part, key).issued = count


def _add_ended(figures: VoucherFigures, coupon: UUID, cancelled: int, lapsed: int) -> None:
    for tally in (figures.whole, _tally(figures, "coupon", str(coupon))):
        tally.cancelled += cancelled
        tally.lapsed += lapsed


def _add_held(figures: VoucherFigures, coupon: UUID, *counted: int) -> None:
    names = ("held", "held_minor", "lapsing_7", "lapsing_7_minor", "lapsing_30", "lapsing_30_minor")
    for tally in (figures.whole, _tally(figures, "coupon", str(coupon))):
        for name, value in zip(names, counted, strict=True):
            setattr(tally, name, getattr(tally, name) + value)


def _add_reversed(
    figures: VoucherFigures, coupon: UUID, store: UUID, actor: UUID | None, origin: str, count: int
) -> None:
    keys = (("coupon", str(coupon)), ("store", str(store)), ("operator", str(actor or "")), ("origin", origin))
    for tally in (figures.whole, *(_tally(figures, part, key) for part, key in keys)):
        tally.reversed += count


def day_of(key: str) -> date:
    """The day that a key of the split by day names."""
    return date.fromisoformat(key)
