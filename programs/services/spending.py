"""Using balance by the brand's rules: the ways from a balance to a voucher."""

from datetime import datetime
from typing import Any
from uuid import UUID

from programs.errors import (
    ArticlesExcluded,
    BalanceBelowMinimum,
    BalanceNotUsable,
    SaleBelowMinimum,
    ShareOfSale,
    StoreExcluded,
)
from programs.rules import Spending, least_sale, may_leave
from programs.rules.spending import Obstacle
from programs.selectors.spending import spending_rules, store_code
from smartbis.customers.services import hold_customer
from smartbis.kernel.people import Actor
from smartbis.ledger.services import lock_holder
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant, stores
from vouchers.infos import VoucherInfo
from vouchers.selectors import get_coupon, vouchers_by_keys
from vouchers.services import convert_balance, issue_voucher


def spend_balance(
    *,
    tenant: UUID,
    customer: UUID,
    amount_minor: int,
    key: str,
    actor: Actor,
    valid_until: datetime | None = None,
    store: UUID | None = None,
) -> VoucherInfo:
    """Turn balance into a voucher as the brand's rules of using it allow; the same key again gives the first voucher.

    What depends on the sale that is still to come goes along on the voucher: its minimum, the share that balance may
    pay, and the stores that take none.
    Raises BalanceBelowMinimum, StoreExcluded, and what `convert_balance` raises. Publishes VoucherIssued.
    """
    with tenant_scope(tenant):
        rules = spending_rules(tenant=tenant)
        if rules != Spending() and not vouchers_by_keys(tenant=tenant, keys=[key]):
            # Under the lock, so that of two that both see the minimum one comes after the other.
            held = hold_customer(tenant=tenant, customer=customer)
            _check_leaving(tenant, rules, available_of(tenant, held), store)
        return convert_balance(
            tenant=tenant,
            customer=customer,
            amount_minor=amount_minor,
            key=key,
            actor=actor,
            valid_until=valid_until,
            store=store,
            min_purchase_minor=least_sale(rules, amount_minor),
            share_bp=rules.maximum_share_bp,
            excluded_stores=tuple(
                each.id for each in stores(tenant=tenant, active_only=False) if each.code in rules.excluded_stores
            ),
        )


def buy_voucher(
    *,
    tenant: UUID,
    customer: UUID,
    coupon: UUID,
    key: str,
    actor: Actor,
    valid_until: datetime | None = None,
    store: UUID | None = None,
    expects_price: tuple[int, str] | None = None,
) -> VoucherInfo:
    """Take what a coupon costs from the customer's balance, and issue a voucher of it; the same key gives the first.

    `expects_price`, amount and unit, is the price that was shown.
    A price in money is balance that leaves: the brand's smallest balance, and the stores that take none, hold for it
    too. A smallest sale and a share do not: the coupon says its own minimum.
    Raises BalanceBelowMinimum, StoreExcluded, and what `issue_voucher` raises. Publishes VoucherIssued.
    """
    with tenant_scope(tenant):
        offer, rules = get_coupon(tenant=tenant, coupon=coupon), spending_rules(tenant=tenant)
        is_repeat = bool(vouchers_by_keys(tenant=tenant, keys=[key]))
        voucher = issue_voucher(
            tenant=tenant,
            customer=customer,
            coupon=coupon,
            origin="balance",
            key=key,
            actor=actor,
            store=store,
            valid_until=valid_until,
            expects_price=expects_price,
        )
        if offer.cost_amount and offer.cost_unit == get_tenant(tenant=tenant).currency and not is_repeat:
            # Under the locks that the issue took, in their order: what was there before it.
            held = hold_customer(tenant=tenant, customer=customer)
            _check_leaving(tenant, rules, available_of(tenant, held) + offer.cost_amount, store)
        return voucher


def available_of(tenant: UUID, customer: UUID) -> int:
    """The customer's balance in money, minor units, locked until the transaction ends."""
    held = lock_holder(tenant=tenant, customer=customer).balances
    balance = held.get(get_tenant(tenant=tenant).currency)
    return max(0, balance.available) if balance else 0


def refusal_of_obstacle(
    rules: Spending, obstacle: Obstacle, *, available_minor: int, sale_minor: int, most_minor: int, currency: str
) -> BalanceNotUsable:
    """The error that an obstacle to using balance on a sale stands for; `most_minor` may be used all the same."""
    if obstacle == "below_minimum_balance":
        least = rules.minimum_balance
        return BalanceBelowMinimum(minimum_minor=least, missing_minor=least - available_minor, currency=currency)
    if obstacle == "below_minimum_sale":
        least = rules.minimum_sale_minor
        return SaleBelowMinimum(minimum_minor=least, missing_minor=least - sale_minor, currency=currency)
    if obstacle == "store_excluded":
        return StoreExcluded(currency=currency)
    refusal = ArticlesExcluded if obstacle == "articles_excluded" else ShareOfSale
    return refusal(most_minor=most_minor, currency=currency)


def _check_leaving(tenant: UUID, rules: Spending, available: int, store: UUID | None) -> None:
    currency = get_tenant(tenant=tenant).currency
    named: dict[str, Any] = {"available_minor": available, "sale_minor": 0, "most_minor": 0, "currency": currency}
    if available and not may_leave(rules, available):
        raise refusal_of_obstacle(rules, "below_minimum_balance", **named)
    if store is not None and store_code(tenant, store) in rules.excluded_stores:
        raise refusal_of_obstacle(rules, "store_excluded", **named)
