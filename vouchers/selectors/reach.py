"""How many of a brand's customers can have a coupon now, and what keeps the others from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from smartbis.customers.selectors import all_customers, customers_belonging, customers_with_birthday
from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.ledger.selectors import customers_holding
from smartbis.purchases.selectors import last_purchases
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo, get_tenant
from vouchers.audience import days_celebrated, keys_asked
from vouchers.conditions import greatest_cost
from vouchers.infos import CouponInfo
from vouchers.models import CouponTaker
from vouchers.selectors.coupons import get_coupon

EXAMPLES = 5
_AT_ONCE = 10_000


@dataclass(frozen=True)
class ReachReason:
    """One thing that keeps customers from a coupon: a name of `audience.GROUPS`, `limit` or `balance`."""

    name: str
    customers: int
    examples: tuple[UUID, ...]


@dataclass(frozen=True)
class CouponReach:
    """Of all customers, how many can have the coupon now; `closed` names what keeps it from everybody.

    A customer whom several things keep from it is counted with each. `examples` are some who can have it.
    """

    coupon: CouponInfo
    customers: int
    can_have: int
    examples: tuple[UUID, ...]
    reasons: tuple[ReachReason, ...]
    closed: tuple[str, ...]


def coupon_reach(*, tenant: UUID, coupon: UUID, actor: Actor | None = None) -> CouponReach:
    """Judge a coupon for every customer at once: one query for each thing that it asks. Raises CouponNotFound."""
    with tenant_scope(tenant, read_only=True):
        info = get_coupon(tenant=tenant, coupon=coupon, actor=actor)
        everybody = all_customers(tenant=tenant)
        fit, reasons = everybody, []
        for name, those in _fitting(tenant, info, everybody, get_tenant(tenant=tenant), now()):
            if kept := everybody - those:
                reasons.append(ReachReason(name, len(kept), _some(kept)))
            fit &= those
        closed = tuple(_closed(info))
        return CouponReach(info, len(everybody), 0 if closed else len(fit), _some(fit), tuple(reasons), closed)


def _closed(coupon: CouponInfo) -> Iterator[str]:
    if coupon.phase != "live":
        yield coupon.phase
    if not coupon.is_listed:
        yield "hidden"
    if coupon.stock_left is not None and coupon.stock_left < 1:
        yield "coupon_out_of_stock"
    reserve = (greatest_cost(coupon) or 0) * coupon.uses
    if coupon.budget_left_minor is not None and coupon.budget_left_minor < reserve:
        yield "budget_exhausted"


def _fitting(
    tenant: UUID, coupon: CouponInfo, everybody: frozenset[UUID], brand: TenantInfo, instant: datetime
) -> Iterator[tuple[str, frozenset[UUID]]]:
    """For each thing that is asked, who meets it; the same rules as `audience.lacking`, over sets."""
    zone = ZoneInfo(brand.timezone)
    today = instant.astimezone(zone).date()
    for kind, keys in keys_asked(coupon).items():
        yield kind, customers_belonging(tenant=tenant, kind=kind, keys=keys)
    if coupon.birthday:
        days = days_celebrated(coupon.birthday, today)
        born = (customers_with_birthday(tenant=tenant, month=month, day=day) for month, day in days)
        yield "birthday", frozenset(customer for each in born for customer in each)
    if coupon.new_within_days is not None:
        first = datetime.combine(today - timedelta(days=coupon.new_within_days), time.min, zone)
        yield "new", all_customers(tenant=tenant, enrolled_from=first)
    if coupon.inactive_for_days is not None:
        last = today - timedelta(days=coupon.inactive_for_days)
        bought = _last_bought(tenant, everybody)
        yield "inactive", frozenset(who for who, at in bought.items() if at.astimezone(zone).date() <= last)
    limit = coupon.limit_per_customer or (None if coupon.cost_amount else 1)
    if limit is not None:
        took = CouponTaker.objects.filter(coupon_id=coupon.id, taken__gte=limit)
        yield "limit", everybody - frozenset(took.values_list("customer_id", flat=True))
    if coupon.cost_amount:
        yield "balance", customers_holding(tenant=tenant, unit=coupon.cost_unit, at_least=coupon.cost_amount)


def _last_bought(tenant: UUID, everybody: frozenset[UUID]) -> dict[UUID, datetime]:
    customers = sorted(everybody)
    found: dict[UUID, datetime] = {}
    for start in range(0, len(customers), _AT_ONCE):
        found |= last_purchases(tenant=tenant, customers=customers[start : start + _AT_ONCE])
    return found


def _some(customers: frozenset[UUID]) -> tuple[UUID, ...]:
    """A few of them, the newest first: their ids grow with time."""
    return tuple(sorted(customers, reverse=True)[:EXAMPLES])
