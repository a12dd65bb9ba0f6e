"""What the screens of a till show, each read by one call."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from programs.infos import SaleOutcome
from programs.selectors.awards import awards_of_purchase
from programs.selectors.catalogue import programs_reading
from programs.selectors.features import features_of, features_reading
from programs.selectors.pending import Holding, customer_holdings
from programs.selectors.plans import MemberInfo, current_plans
from programs.selectors.spending import Purse, purse_of
from programs.selectors.tiers import tiers_of
from programs.tiers import Tier
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.selectors import get_customer, get_customers
from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.ledger.selectors import balances_reading, spendable_balances
from smartbis.purchases.infos import PurchaseInfo, SaleDraft
from smartbis.purchases.selectors import get_purchase, last_purchases, purchases_page, usual_amounts
from smartbis.tenancy.scope import read_together, tenant_scope
from smartbis.tenancy.selectors import get_store
from vouchers.infos import RedemptionInfo, Validation
from vouchers.selectors import redemptions_for_sale, redemptions_page, vouchers_at_till
from vouchers.selectors.vouchers import open_reading

# Below these many sales a store has no habits to compare an amount with.
MEDIAN_FROM, P99_FROM = 5, 100
MANY_TIMES = 10
AGAIN_WITHIN = timedelta(minutes=2)
_LOOKED_THROUGH = 20
MOST_VOUCHERS = 20


@dataclass(frozen=True)
class TillCustomer:
    """A customer as a till sees them. `usable_minor` is cashback that this store can take today, minor units."""

    customer: CustomerInfo
    last_bought_at: datetime | None
    balances: tuple[Holding, ...]
    usable_minor: int
    vouchers: tuple[Validation, ...]
    purse: Purse | None = None
    tier: Tier | None = None
    plans: tuple[MemberInfo, ...] = ()


def till_customer(*, tenant: UUID, customer: UUID, store: UUID, actor: Actor) -> TillCustomer:
    """A customer with what they have and can use at this store. Partners see no balances, and their vouchers only.

    Raises CustomerNotFound, StoreUnknown.
    """
    with tenant_scope(tenant, read_only=True):
        person = get_customer(tenant=tenant, customer=customer)
        place = get_store(tenant=tenant, store=store, actor=actor)
        read_together(
            open_reading(tenant, customer, MOST_VOUCHERS),
            balances_reading(tenant, customer),
            programs_reading(tenant),
            features_reading(tenant),
        )
        uses = features_of(tenant=tenant)
        vouchers = tuple(
            vouchers_at_till(tenant=tenant, customer=customer, store=store, actor=actor, limit=MOST_VOUCHERS)
        )
        if actor.partner is not None:
            return TillCustomer(person, None, (), 0, vouchers)
        held = customer_holdings(tenant=tenant, customer=customer)
        purse = purse_of(tenant=tenant, customer=customer, store=store)
        # A voucher made of balance is good in every store but partners'.
        usable = 0 if place.kind == "partner" else purse.usable_minor
        last = last_purchases(tenant=tenant, customers=[customer]).get(customer)
        tier = tiers_of(tenant=tenant, customers=[customer]).get(customer) if uses.tiers else None
        has = current_plans(tenant=tenant, customer=customer) if uses.plans else ()
        return TillCustomer(person, last, held, usable, vouchers, purse, tier, has)


@dataclass(frozen=True)
class Attendance:
    """Something done at a till: a sale with what was used on it, or the use of a voucher alone."""

    kind: Literal["sale", "redemption"]
    id: UUID
    at: datetime
    customer_id: UUID | None
    customer_name: str
    operator_id: UUID | None
    external_id: str
    amount_minor: int | None
    discount_minor: int
    vouchers: tuple[str, ...]
    is_undone: bool


def attendances(*, tenant: UUID, store: UUID, actor: Actor, since: datetime, limit: int = 5) -> tuple[Attendance, ...]:
    """The latest sales and uses of vouchers at one store, a voucher used on a sale with its sale; newest first.

    Raises StoreUnknown.
    """
    with tenant_scope(tenant, read_only=True):
        get_store(tenant=tenant, store=store, actor=actor)
        sales = purchases_page(tenant=tenant, store=store, since=since, limit=_LOOKED_THROUGH).items
        uses = redemptions_page(tenant=tenant, actor=actor, store=store, since=since, limit=_LOOKED_THROUGH).items
        by_sale: dict[str, list[RedemptionInfo]] = {}
        for use in uses:
            if use.external_id and use.reversed_at is None:
                by_sale.setdefault(use.external_id, []).append(use)
        sold = {sale.external_id for sale in sales}
        found = [_sold(sale, by_sale.get(sale.external_id, [])) for sale in sales]
        found += [_used(use) for use in uses if not use.external_id or use.external_id not in sold]
        latest = sorted(found, key=lambda each: (each.at, each.id), reverse=True)[:limit]
        names = get_customers(tenant=tenant, customers=[each.customer_id for each in latest if each.customer_id])
        return tuple(_named(each, names) for each in latest)


def _sold(sale: PurchaseInfo, uses: list[RedemptionInfo]) -> Attendance:
    return Attendance(
        kind="sale",
        id=sale.id,
        at=sale.recorded_at,
        customer_id=sale.customer_id,
        customer_name="",
        operator_id=sale.operator_id,
        external_id=sale.external_id,
        amount_minor=sale.amount_minor,
        discount_minor=sale.amount_minor - sale.paid_minor,
        vouchers=tuple(use.coupon_name for use in uses),
        is_undone=sale.refunded_minor >= sale.amount_minor or sale.status == "cancelled",
    )


def _used(use: RedemptionInfo) -> Attendance:
    return Attendance(
        kind="redemption",
        id=use.id,
        at=use.redeemed_at,
        customer_id=use.customer_id,
        customer_name="",
        operator_id=use.actor_id,
        external_id=use.external_id,
        amount_minor=use.amount_minor,
        discount_minor=use.discount_minor,
        vouchers=(use.coupon_name,),
        is_undone=use.reversed_at is not None,
    )


def _named(attendance: Attendance, names: dict[UUID, CustomerInfo]) -> Attendance:
    person = names.get(attendance.customer_id) if attendance.customer_id else None
    return Attendance(**{**vars(attendance), "customer_name": person.name if person else ""})


@dataclass(frozen=True)
class Caution:
    """Why a till should ask once more: an amount the store hardly ever sees, or a sale that looks like the last one."""

    is_unusual: bool
    same_sale_at: datetime | None

    def __bool__(self) -> bool:
        return self.is_unusual or self.same_sale_at is not None


def caution_about(*, tenant: UUID, sale: SaleDraft) -> Caution:
    """What makes a sale that is about to be recorded look like a slip. A sale recorded under its number is a repeat.

    Unusual is more than ten times the store's median (from 5 sales on) or above its 99th percentile (from 100 on);
    the same is a sale of the same customer and amount within two minutes.
    """
    with tenant_scope(tenant, read_only=True):
        usual = usual_amounts(tenant=tenant, store=sale.store)
        far = usual.sales >= MEDIAN_FROM and sale.amount_minor > MANY_TIMES * usual.median_minor
        rare = usual.sales >= P99_FROM and sale.amount_minor > usual.p99_minor
        same = None
        if sale.customer is not None:
            recent = purchases_page(
                tenant=tenant, customer=sale.customer, since=now() - AGAIN_WITHIN, limit=_LOOKED_THROUGH
            ).items
            alike = [each.recorded_at for each in recent if _is_alike(each, sale)]
            same = alike[0] if alike else None
        return Caution(far or rare, same)


def _is_alike(each: PurchaseInfo, sale: SaleDraft) -> bool:
    stands = each.status != "cancelled" and each.refunded_minor < each.amount_minor
    other = (each.store_id, each.external_id) != (sale.store, sale.external_id)
    return stands and other and each.amount_minor == sale.amount_minor


def sale_again(*, tenant: UUID, purchase: UUID, actor: Actor) -> SaleOutcome:
    """A recorded sale as its till told it, with the balances of now. Raises PurchaseNotFound, StoreUnknown."""
    with tenant_scope(tenant, read_only=True):
        sale = get_purchase(tenant=tenant, purchase=purchase)
        get_store(tenant=tenant, store=sale.store_id, actor=actor)
        uses = redemptions_for_sale(tenant=tenant, store=sale.store_id, external_id=sale.external_id)
        present = spendable_balances(tenant=tenant, customer=sale.customer_id) if sale.customer_id else ()
        awards = awards_of_purchase(tenant=tenant, purchase=sale.id)
        return SaleOutcome(sale, awards, present, tuple(use.code for use in uses), repeated=True)
