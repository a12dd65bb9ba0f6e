"""What gets scarcer about a coupon: pieces, budget, and how many one customer takes.

Stock and budget lie in a few rows for each coupon. A taker first tries any row that nobody holds and that has enough;
only when there is none does it lock all of them, in order, and take from several: exact to the last piece, and no
queue before that. Every function runs inside the tenant's scope and is undone with its transaction.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, F, Q

from smartbis.kernel.ids import new_id
from smartbis.tenancy.scope import Reading, read_together
from vouchers.conditions import greatest_cost
from vouchers.models import Coupon, CouponShard, CouponTaker, Voucher

MOST_SHARDS = 8
PIECES_A_SHARD = 50

_TAKE_FROM_ONE = """
UPDATE vouchers_couponshard SET stock_left = stock_left - %(pieces)s,
    budget_left_minor = budget_left_minor - %(money)s
WHERE id = (
    SELECT id FROM vouchers_couponshard
    WHERE tenant_id = %(tenant)s AND coupon_id = %(coupon)s
      AND (stock_left IS NULL OR stock_left >= %(pieces)s)
      AND (budget_left_minor IS NULL OR budget_left_minor >= %(money)s)
      -- what one row owes to the sum is not another's to give: then all of them are looked at together
      AND NOT EXISTS (
        SELECT FROM vouchers_couponshard owing
        WHERE owing.tenant_id = %(tenant)s AND owing.coupon_id = %(coupon)s
          AND (owing.stock_left < 0 OR owing.budget_left_minor < 0))
    ORDER BY (number + %(start)s) %% %(modulus)s LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id
"""
_GIVE_TO_ONE = """
UPDATE vouchers_couponshard SET stock_left = stock_left + %(pieces)s,
    budget_left_minor = budget_left_minor + %(money)s
WHERE id = (
    SELECT id FROM vouchers_couponshard WHERE tenant_id = %(tenant)s AND coupon_id = %(coupon)s
    ORDER BY (number + %(start)s) %% %(modulus)s LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id
"""
_HOLD_TERMS = "SELECT FROM vouchers_coupon WHERE tenant_id = %(tenant)s AND id = %(coupon)s FOR KEY SHARE"
_TAKE_ONE_OF = """
INSERT INTO vouchers_coupontaker AS t (id, tenant_id, coupon_id, customer_id, taken)
SELECT %(id)s, %(tenant)s, %(coupon)s, %(customer)s, 1 WHERE %(limit)s::int IS NULL OR %(limit)s::int >= 1
ON CONFLICT (tenant_id, coupon_id, customer_id)
DO UPDATE SET taken = t.taken + 1 WHERE %(limit)s::int IS NULL OR t.taken < %(limit)s::int
RETURNING taken
"""


def take_one_of(*, tenant: UUID, coupon: UUID, customer: UUID, limit: int | None) -> bool:
    """Count one more voucher for the customer, unless that would pass the limit."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE_ONE_OF,
            {"id": new_id(), "tenant": tenant, "coupon": coupon, "customer": customer, "limit": limit},
        )
        return cursor.fetchone() is not None


def give_one_back(*, tenant: UUID, coupon: UUID, customer: UUID) -> None:
    """Count one voucher less for the customer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE vouchers_coupontaker SET taken = taken - 1"
            " WHERE tenant_id = %s AND coupon_id = %s AND customer_id = %s AND taken > 0",
            [tenant, coupon, customer],
        )


def lock_taker(*, tenant: UUID, coupon: UUID, customer: UUID) -> None:
    """Hold the customer's count of this coupon until the transaction ends."""
    CouponTaker.objects.bulk_create(
        [CouponTaker(tenant_id=tenant, coupon_id=coupon, customer_id=customer)], ignore_conflicts=True
    )
    CouponTaker.objects.select_for_update(no_key=True).get(coupon_id=coupon, customer_id=customer)


def took_today(*, coupon: UUID, customer: UUID, since: datetime) -> int:
    """How many vouchers of a coupon the customer has had since `since`, those taken back left out.

    Exact after `take_one_of`, which has locked the customer's count until this transaction ends.
    """
    rows = Voucher.objects.filter(coupon_id=coupon, customer_id=customer, issued_at__gte=since)
    return rows.exclude(status=Voucher.Status.CANCELLED).count()


def midnight(instant: datetime, timezone: str) -> datetime:
    """The first moment of the tenant's day that holds an instant."""
    zone = ZoneInfo(timezone)
    return datetime.combine(instant.astimezone(zone).date(), time.min, zone)


def take_piece(*, tenant: UUID, coupon: Coupon, money: int) -> str | None:
    """Take one piece and reserve `money` minor units of the budget; the refusal's code when there is not enough.

    The caller holds a key lock on the coupon's row, so that its limits are the ones in force.
    """
    if coupon.stock is None and coupon.budget_minor is None:
        return None
    facts: dict[str, Any] = {"tenant": tenant, "coupon": coupon.id, "pieces": 1, "money": money, **_start()}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_FROM_ONE, facts)
        if cursor.fetchone() is not None:
            return None
    return _take_from_all(coupon, money)


def _take_from_all(coupon: Coupon, money: int) -> str | None:
    shards = _locked(coupon.id)
    stock, budget = _sum(shard.stock_left for shard in shards), _sum(shard.budget_left_minor for shard in shards)
    if stock is not None and stock < 1:
        return "coupon_out_of_stock"
    if budget is not None and budget < money:
        return "budget_exhausted"
    _spread(coupon, shards, stock=_less(stock, 1), budget=_less(budget, money))
    return None


def take_pieces(*, coupon: Coupon, wanted: int, money_each: int) -> tuple[int, str]:
    """Take at most `wanted` pieces, each with `money_each` minor units of the budget; how many, and what ran out.

    All of a coupon's rows are locked, by number: for whoever takes many at once.
    """
    if coupon.stock is None and coupon.budget_minor is None:
        return wanted, ""
    shards = _locked(coupon.id)
    stock, budget = _sum(shard.stock_left for shard in shards), _sum(shard.budget_left_minor for shard in shards)
    granted, code = wanted, ""
    if stock is not None and stock < granted:
        granted, code = max(stock, 0), "coupon_out_of_stock"
    if budget is not None and money_each and budget // money_each < granted:
        granted, code = max(budget // money_each, 0), "budget_exhausted"
    if granted:
        _spread(coupon, shards, stock=_less(stock, granted), budget=_less(budget, granted * money_each))
    return granted, code


_TAKE_MANY = """
INSERT INTO vouchers_coupontaker AS t (id, tenant_id, coupon_id, customer_id, taken)
SELECT id, %(tenant)s, %(coupon)s, customer, 1
FROM unnest(%(ids)s::uuid[], %(customers)s::uuid[]) AS who(id, customer)
WHERE %(limit)s::int IS NULL OR %(limit)s::int >= 1
ON CONFLICT (tenant_id, coupon_id, customer_id)
DO UPDATE SET taken = t.taken + 1 WHERE %(limit)s::int IS NULL OR t.taken < %(limit)s::int
RETURNING customer_id
"""


def take_one_each(*, tenant: UUID, coupon: UUID, customers: Sequence[UUID], limit: int | None) -> set[UUID]:
    """Count one more voucher for each of the customers; those for whom it would pass the limit are left out."""
    facts: dict[str, Any] = {
        "tenant": tenant,
        "coupon": coupon,
        "ids": [new_id() for _ in customers],
        "customers": sorted(customers),
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_MANY, facts)
        return {row[0] for row in cursor.fetchall()}


def give_one_each_back(*, coupon: UUID, customers: Iterable[UUID]) -> None:
    """Take back what `take_one_each` counted in this transaction."""
    CouponTaker.objects.filter(coupon_id=coupon, customer_id__in=list(customers)).update(taken=F("taken") - 1)


def took_today_many(*, coupon: UUID, customers: Iterable[UUID], since: datetime) -> dict[UUID, int]:
    """`took_today` for several; who took none is absent."""
    rows = Voucher.objects.filter(coupon_id=coupon, customer_id__in=list(customers), issued_at__gte=since)
    rows = rows.exclude(status=Voucher.Status.CANCELLED)
    counted = rows.order_by().values_list("customer_id").annotate(Count("id"))
    return {customer: count for customer, count in counted if customer is not None}


def _start() -> dict[str, int]:
    return {"start": secrets.randbelow(MOST_SHARDS), "modulus": MOST_SHARDS}


def give_piece_back(*, tenant: UUID, coupon: UUID, pieces: int, money: int) -> None:
    """Put pieces and budget back; `money` below zero takes a promise made whole again, even past the limit.

    Waits for who changes the coupon, and is waited for: counters laid out meanwhile are found, or count what is back.
    """
    if pieces == 0 and money == 0:
        return
    facts: dict[str, Any] = {"tenant": tenant, "coupon": coupon, "pieces": pieces, "money": money, **_start()}
    if read_together(Reading(_HOLD_TERMS, facts, bool), Reading(_GIVE_TO_ONE, facts, bool))[1]:
        return
    shards = _locked(coupon)
    if shards:
        shard = shards[secrets.randbelow(len(shards))]
        shard.stock_left = _less(shard.stock_left, -pieces)
        shard.budget_left_minor = _less(shard.budget_left_minor, -money)
        shard.save(update_fields=["stock_left", "budget_left_minor"])


def lay_out(coupon: Coupon) -> None:
    """Make the counters of a new coupon."""
    if coupon.stock is not None or coupon.budget_minor is not None:
        _spread(coupon, [], stock=coupon.stock, budget=coupon.budget_minor)


def lay_out_again(coupon: Coupon) -> None:
    """Make the counters fit a coupon's changed stock and budget; the caller holds the coupon's row.

    Who issues or gives back holds a key lock on that row, so all they did is seen here.
    """
    shards = _locked(coupon.id)
    out = Voucher.objects.filter(coupon_id=coupon.id).exclude(origin=Voucher.Origin.IMPORT)
    is_whole = Q(value_left_minor__isnull=True) | Q(value_left_minor=F("value_minor"))
    given_back = is_whole & Q(status__in=[Voucher.Status.CANCELLED, Voucher.Status.LAPSED], uses_left=F("uses_total"))
    pieces = out.exclude(given_back).count()
    if shards or coupon.stock is not None or coupon.budget_minor is not None:
        _spread(
            coupon, shards, stock=_less(coupon.stock, pieces), budget=_less(coupon.budget_minor, _committed(coupon))
        )


def _committed(coupon: Coupon) -> int:
    """Minor units promised or spent by vouchers issued under a budget."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT COALESCE(sum(reserved_minor), 0) FROM vouchers_voucher"
            "   WHERE tenant_id = %(tenant)s AND coupon_id = %(coupon)s)"
            " + (SELECT COALESCE(sum(cost_minor), 0) FROM vouchers_redemption r"
            "   WHERE tenant_id = %(tenant)s AND coupon_id = %(coupon)s AND unreserved_minor > 0 AND NOT EXISTS ("
            "     SELECT FROM vouchers_reversal x WHERE x.tenant_id = r.tenant_id AND x.redemption_id = r.id))",
            {"tenant": coupon.tenant_id, "coupon": coupon.id},
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def left_of(*, coupons: list[UUID]) -> dict[UUID, tuple[int | None, int | None]]:
    """Stock and budget left of each coupon, never below zero as people see it; None is no limit."""
    found: dict[UUID, list[CouponShard]] = {}
    for shard in CouponShard.objects.filter(coupon_id__in=coupons):
        found.setdefault(shard.coupon_id, []).append(shard)
    return {
        coupon: (
            _at_least_zero(_sum(shard.stock_left for shard in shards)),
            _at_least_zero(_sum(shard.budget_left_minor for shard in shards)),
        )
        for coupon, shards in found.items()
    }


def _locked(coupon: UUID) -> list[CouponShard]:
    rows = CouponShard.objects.select_for_update(no_key=True).filter(coupon_id=coupon)
    return list(rows.order_by("number"))


def _spread(coupon: Coupon, shards: list[CouponShard], *, stock: int | None, budget: int | None) -> None:
    """Share stock and budget out over the rows there are, and over new ones where there are too few."""
    new = [
        CouponShard(tenant_id=coupon.tenant_id, coupon=coupon, number=number)
        for number in range(len(shards), _shards_for(coupon))
    ]
    both = [*shards, *new]
    for place, shard in enumerate(both):
        shard.stock_left = _part(stock, place, len(both))
        shard.budget_left_minor = _part(budget, place, len(both))
    CouponShard.objects.bulk_update(shards, ["stock_left", "budget_left_minor"])
    CouponShard.objects.bulk_create(new)


def _part(total: int | None, place: int, size: int) -> int | None:
    return None if total is None else total // size + (place < total % size)


def _shards_for(coupon: Coupon) -> int:
    """One row for few pieces, more for many: a row that holds a handful only is searched for in vain too often."""
    pieces = [coupon.stock] if coupon.stock is not None else []
    cost = (greatest_cost(coupon) or 1) * coupon.uses
    if coupon.budget_minor is not None:
        pieces.append(coupon.budget_minor // cost)
    return min(MOST_SHARDS, 1 + min(pieces) // PIECES_A_SHARD) if pieces else 1


def _sum(parts: Iterable[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def _less(amount: int | None, by: int) -> int | None:
    return None if amount is None else amount - by


def _at_least_zero(amount: int | None) -> int | None:
    return None if amount is None else max(amount, 0)
