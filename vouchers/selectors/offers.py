"""What one customer can have, and what stands between them and the rest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from smartbis.customers.selectors import memberships_of
from smartbis.kernel.clock import now
from smartbis.ledger.selectors import BalanceInfo, balances
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant
from vouchers.conditions import greatest_cost, is_eligible, iso
from vouchers.infos import CouponInfo, Offer
from vouchers.models import Coupon, CouponTaker
from vouchers.reading import coupon_infos
from vouchers.reasons import issue_reason


@dataclass(frozen=True)
class _Customer:
    memberships: frozenset[tuple[str, str]]
    available: dict[str, int]
    taken: dict[UUID, int]


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
        rows = Coupon.objects.filter(status=Coupon.Status.LIVE, is_listed=True, is_balance=False).filter(
            Q(period_until__isnull=True) | Q(period_until__gt=instant)
        )
        found = coupon_infos(list(rows.order_by("-created_at", "-id")))
        known = balances(tenant=tenant, customer=customer) if held is None else held
        person = _Customer(
            memberships=memberships_of(tenant=tenant, customer=customer, at=instant),
            available={row.unit: row.available for row in known},
            taken=dict(CouponTaker.objects.filter(customer_id=customer).values_list("coupon_id", "taken")),
        )
        offers = []
        for coupon in found:
            missing = max((coupon.cost_amount or 0) - person.available.get(coupon.cost_unit, 0), 0)
            reasons = tuple(
                issue_reason(code, facts, brand) for code, facts in _against(coupon, person, missing, instant)
            )
            offers.append(Offer(coupon=coupon, can_have=not reasons, reasons=reasons, missing_amount=missing))
    return sorted(offers, key=lambda offer: (not offer.can_have, len(offer.reasons), offer.missing_amount))


def _against(
    coupon: CouponInfo, person: _Customer, missing: int, instant: datetime
) -> Iterator[tuple[str, dict[str, Any]]]:
    if coupon.period_from is not None and coupon.period_from > instant:
        yield "coupon_not_live", {"status": coupon.status, "from": iso(coupon.period_from), "until": None}
    if not is_eligible(plans=coupon.plans, tiers=coupon.tiers, segment=coupon.segment, memberships=person.memberships):
        facts = {"plans": list(coupon.plans), "tiers": list(coupon.tiers), "segment": coupon.segment}
        yield "coupon_not_eligible", facts
    # Who helps themselves to a free coupon without a limit gets one.
    limit = coupon.limit_per_customer or (None if coupon.cost_amount else 1)
    if limit is not None and person.taken.get(coupon.id, 0) >= limit:
        yield "coupon_limit_reached", {"limit": limit}
    if coupon.stock_left is not None and coupon.stock_left < 1:
        yield "coupon_out_of_stock", {}
    reserve = (greatest_cost(coupon) or 0) * coupon.uses
    if coupon.budget_left_minor is not None and coupon.budget_left_minor < reserve:
        yield "budget_exhausted", {}
    if missing:
        yield "insufficient_balance", {"unit": coupon.cost_unit, "missing": missing}
