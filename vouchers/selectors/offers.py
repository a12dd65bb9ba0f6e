"""What one customer can have, and what stands between them and the rest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count

from smartbis.kernel.clock import now
from smartbis.ledger.selectors import BalanceInfo, balances
from smartbis.tenancy.readings import rows_reading
from smartbis.tenancy.scope import Reading, read, tenant_scope
from smartbis.tenancy.selectors import TenantInfo, get_tenant
from vouchers.audience import Person, asked_of, lacking
from vouchers.conditions import greatest_cost, iso
from vouchers.infos import CouponInfo, Offer
from vouchers.models import Coupon, CouponTaker, Voucher
from vouchers.people import person_of
from vouchers.reading import coupon_infos
from vouchers.reasons import issue_reason
from vouchers.stock import midnight


@dataclass(frozen=True)
class _Customer:
    person: Person
    available: dict[str, int]
    taken: dict[UUID, int]
    taken_today: dict[UUID, int]


_LISTED = """AND row.status = 'live' AND row.is_listed AND NOT row.is_balance
AND (row.period_until IS NULL OR row.period_until > %s) ORDER BY row.created_at DESC, row.id DESC"""


def listed_reading(tenant: UUID, instant: datetime) -> Reading[list[Coupon]]:
    """The coupons that `offers_for` judges, to be read together with other things."""
    return rows_reading(Coupon, tenant, _LISTED, (instant,), name="listed coupons")


def takers_reading(tenant: UUID, customer: UUID) -> Reading[list[CouponTaker]]:
    """How many of each coupon a customer took, to be read together with other things."""
    return rows_reading(CouponTaker, tenant, "AND row.customer_id = %s", (customer,), name=("takers", customer))


def offers_for(
    *, tenant: UUID, customer: UUID, at: datetime | None = None, held: Sequence[BalanceInfo] | None = None
) -> list[Offer]:
    """Every live, listed coupon with whether this customer can have it, and each reason why not.

    Those that can be had come first, then those that lack the least balance. Six queries, however many coupons;
    one less where the caller has read the customer's balances already and says them as `held`.
    """
    instant = at or now()
    with tenant_scope(tenant, read_only=True):
        brand = get_tenant(tenant=tenant)
        found = coupon_infos(read(listed_reading(tenant, instant)))
        if not found:
            return []
        known = balances(tenant=tenant, customer=customer) if held is None else held
        person = _Customer(
            person=person_of(tenant=tenant, customer=customer, audiences=found, at=instant),
            available={row.unit: row.available for row in known},
            taken={row.coupon_id: row.taken for row in read(takers_reading(tenant, customer))},
            taken_today=_taken_today(customer, found, brand, instant),
        )
        offers = []
        for coupon in found:
            missing = max((coupon.cost_amount or 0) - person.available.get(coupon.cost_unit, 0), 0)
            reasons = tuple(
                issue_reason(code, facts, brand) for code, facts in _against(coupon, person, missing, instant)
            )
            offers.append(Offer(coupon=coupon, can_have=not reasons, reasons=reasons, missing_amount=missing))
    return sorted(offers, key=lambda offer: (not offer.can_have, len(offer.reasons), offer.missing_amount))


def _taken_today(
    customer: UUID, coupons: Sequence[CouponInfo], brand: TenantInfo, instant: datetime
) -> dict[UUID, int]:
    """How many of the coupons with a limit for each day the customer took on this one; no query where none has."""
    limited = [coupon.id for coupon in coupons if coupon.limit_per_day is not None]
    if not limited:
        return {}
    rows = Voucher.objects.filter(
        customer_id=customer, coupon_id__in=limited, issued_at__gte=midnight(instant, brand.timezone)
    )
    counted = rows.exclude(status=Voucher.Status.CANCELLED).order_by().values_list("coupon_id").annotate(Count("id"))
    return dict(counted)


def _against(
    coupon: CouponInfo, person: _Customer, missing: int, instant: datetime
) -> Iterator[tuple[str, dict[str, Any]]]:
    if coupon.period_from is not None and coupon.period_from > instant:
        yield "coupon_not_live", {"status": coupon.status, "from": iso(coupon.period_from), "until": None}
    if lacks := lacking(coupon, person.person):
        yield "coupon_not_eligible", asked_of(coupon) | {"lacking": list(lacks)}
    # Who helps themselves to a free coupon without a limit gets one.
    limit = coupon.limit_per_customer or (None if coupon.cost_amount else 1)
    if limit is not None and person.taken.get(coupon.id, 0) >= limit:
        yield "coupon_limit_reached", {"limit": limit}
    elif coupon.limit_per_day is not None and person.taken_today.get(coupon.id, 0) >= coupon.limit_per_day:
        yield "coupon_limit_reached", {"limit": coupon.limit_per_day, "per": "day"}
    if coupon.stock_left is not None and coupon.stock_left < 1:
        yield "coupon_out_of_stock", {}
    reserve = (greatest_cost(coupon) or 0) * coupon.uses
    if coupon.budget_left_minor is not None and coupon.budget_left_minor < reserve:
        yield "budget_exhausted", {}
    if missing:
        yield "insufficient_balance", {"unit": coupon.cost_unit, "missing": missing}
