"""Using balance by the brand's rules: the one way from a balance to a voucher."""

from datetime import datetime
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
from programs.selectors.spending import spending_rules, store_code, usable_on
from smartbis.kernel.people import Actor
from smartbis.ledger.services import lock_holder
from smartbis.purchases.infos import SaleDraft
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant, stores
from vouchers.infos import VoucherInfo
from vouchers.selectors import vouchers_by_keys
from vouchers.services import convert_balance


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

    What depends on the sale that is still to come (its minimum, the share that balance may pay) goes along on the
    voucher as its minimum, and so do the stores that take no balance.
    Raises BalanceBelowMinimum, StoreExcluded, and what `convert_balance` raises. Publishes VoucherIssued.
    """
    with tenant_scope(tenant):
        rules = spending_rules(tenant=tenant)
        if rules != Spending() and not vouchers_by_keys(tenant=tenant, keys=[key]):
            # Under the lock, so that of two that both see the minimum one comes after the other.
            _check_leaving(tenant, rules, available_of(tenant, customer), store)
        return convert_balance(
            tenant=tenant,
            customer=customer,
            amount_minor=amount_minor,
            key=key,
            actor=actor,
            valid_until=valid_until,
            store=store,
            min_purchase_minor=least_sale(rules, amount_minor),
            excluded_stores=tuple(
                each.id for each in stores(tenant=tenant, active_only=False) if each.code in rules.excluded_stores
            ),
        )


def allowed_on_sale(tenant: UUID, sale: SaleDraft, customer: UUID, wanted_minor: int) -> int:
    """How much of the balance that is wanted may pay for this sale. Runs under the lock on the customer's accounts.

    What the rules cut is left out without a word; raises a BalanceNotUsable when they leave nothing. A balance that
    does not suffice is for the ledger to refuse.
    """
    rules = spending_rules(tenant=tenant)
    if rules == Spending():
        return wanted_minor
    available = available_of(tenant, customer)
    _check_leaving(tenant, rules, available, sale.store)
    found = usable_on(
        tenant=tenant,
        rules=rules,
        available_minor=max(available, wanted_minor),
        sale_minor=sale.amount_minor,
        store=sale.store,
        items=sale.items,
    )
    if not found.amount_minor and wanted_minor:
        raise _refusal(tenant, rules, sale, found.obstacles)
    return min(wanted_minor, found.amount_minor)


def available_of(tenant: UUID, customer: UUID) -> int:
    """The customer's balance in money, minor units, locked until the transaction ends."""
    held = lock_holder(tenant=tenant, customer=customer).balances
    balance = held.get(get_tenant(tenant=tenant).currency)
    return max(0, balance.available) if balance else 0


def _check_leaving(tenant: UUID, rules: Spending, available: int, store: UUID | None) -> None:
    currency = get_tenant(tenant=tenant).currency
    if available and not may_leave(rules, available):
        least = rules.minimum_balance
        raise BalanceBelowMinimum(minimum_minor=least, missing_minor=least - available, currency=currency)
    if store is not None and store_code(tenant, store) in rules.excluded_stores:
        raise StoreExcluded(currency=currency)


def _refusal(tenant: UUID, rules: Spending, sale: SaleDraft, obstacles: tuple[str, ...]) -> BalanceNotUsable:
    currency = get_tenant(tenant=tenant).currency
    if "below_minimum_sale" in obstacles:
        least = rules.minimum_sale_minor
        return SaleBelowMinimum(minimum_minor=least, missing_minor=least - sale.amount_minor, currency=currency)
    if "articles_excluded" in obstacles:
        return ArticlesExcluded(most_minor=0, currency=currency)
    return ShareOfSale(most_minor=0, currency=currency)
