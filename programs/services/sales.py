"""A sale comes in: the fact, what it earns, and what the till is told, in one transaction."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from programs.infos import SaleOutcome, SaleResult
from programs.selectors.awards import awards_of_purchases
from programs.selectors.catalogue import rules_in_force
from programs.selectors.sales import sale_readings
from programs.services.facts import sale_occasions
from programs.services.rewards import reward
from smartbis.ledger.selectors import balances_of, spendable
from smartbis.ledger.services import LockedHolder, locked_holders, locking
from smartbis.purchases.errors import CurrencyMismatch, PurchaseChanged
from smartbis.purchases.infos import BulkResult, PurchaseInfo, SaleDraft
from smartbis.purchases.services import Adding, add_purchases_in_bulk, begin_purchase
from smartbis.tenancy.scope import read, read_together, tenant_scope
from smartbis.tenancy.selectors import get_tenant, stores
from smartbis.tenancy.statements import one_trip
from vouchers.infos import RedemptionInfo, SaleRef
from vouchers.selectors import has_uses_reading, redemptions_for_sales


def record_sale(*, tenant: UUID, sale: SaleDraft) -> SaleOutcome:
    """Record a sale and award it by the rules in force when it happened.

    The same sale sent again answers what the first time did. A voucher redeemed before under the sale's number lowers
    what was paid. Raises InvalidInput (also CurrencyMismatch), StoreUnknown, CustomerNotFound, PurchaseConflict.
    Publishes PurchaseRecorded.
    """
    with tenant_scope(tenant, reading=(*sale_readings(tenant), has_uses_reading(tenant, _ref(sale)))):
        used = _uses_before(tenant, sale)
        _check_currency(tenant, sale)
        adding = begin_purchase(tenant=tenant, draft=_discounted(sale, used))
        outcome = _recorded(tenant, adding, sale.customer)
        return replace(outcome, vouchers=_codes(outcome.purchase, used))


def _recorded(tenant: UUID, adding: Adding, customer: UUID | None) -> SaleOutcome:
    """The sale goes in and its customer's accounts are locked in one round trip; all that follows goes in another."""
    if customer is None:
        purchase, repeated = adding.end(read(adding.statement))
        return SaleOutcome(purchase, (), (), (), repeated=repeated)
    written, rows = read_together(adding.statement, locking(tenant, [customer]))
    with one_trip():
        purchase, repeated = adding.end(written)
        if repeated:
            return _told_again(tenant, [purchase])[0]
        locked = None
        if purchase.customer_id == customer:  # else they were merged into somebody whose accounts are not locked yet
            locked = locked_holders(tenant=tenant, customers=[customer], rows=rows)
        return _rewarded(tenant, [purchase], locked=locked)[0]


def record_paid_sale(*, tenant: UUID, sale: SaleDraft, pay: Callable[[PurchaseInfo], None]) -> SaleOutcome:
    """Record a sale that vouchers and balance help to pay: `pay` uses them once the sale stands and before it earns.

    The sale says already how much they come to. Raises what `record_sale` and `pay` raise, and PurchaseChanged when a
    sale of this number was recorded otherwise: nothing is used then. Publishes PurchaseRecorded.
    """
    with tenant_scope(tenant, reading=sale_readings(tenant)):
        _check_currency(tenant, sale)
        adding = begin_purchase(tenant=tenant, draft=sale)
        purchase, repeated = adding.end(read(adding.statement))
        if repeated:
            raise PurchaseChanged
        pay(purchase)
        outcome = _rewarded(tenant, [purchase])[0]
        return replace(outcome, vouchers=_codes(purchase, redemptions_for_sales(tenant=tenant, sales=[_ref(sale)])))


def record_sales(
    *,
    tenant: UUID,
    sales: Sequence[SaleDraft],
    import_batch: UUID | None = None,
    publish: bool = True,
    before_awards: Callable[[], None] = lambda: None,
) -> list[SaleResult]:
    """Record many sales in one transaction, each judged on its own; the answers stand in the sales' order.

    With `publish` false nothing is set off by them: history that is loaded sends no messages. `before_awards` is called
    once the sales are written, and before any balance, count or limit is read on which their awards depend; not when
    there is nothing to award.
    """
    with tenant_scope(tenant, reading=sale_readings(tenant)):
        currency = get_tenant(tenant=tenant).currency
        used = redemptions_for_sales(tenant=tenant, sales=[_ref(sale) for sale in sales])
        fitting = [_discounted(sale, used) for sale in sales if sale.currency == currency]
        recorded = iter(
            add_purchases_in_bulk(tenant=tenant, drafts=fitting, import_batch=import_batch, publish=publish)
        )
        judged = [next(recorded) if sale.currency == currency else None for sale in sales]
        new = [each.purchase for each in judged if each and each.outcome == "recorded" and each.purchase]
        rewarded = _rewarded(tenant, new, before_awards=before_awards)
        told = _repeated(tenant, [each for each in judged if each], rewarded)
        fresh = iter(rewarded)
        outcomes = [_outcome(each, fresh, told) if each else None for each in judged]
        return [_result(each, outcome, used) for each, outcome in zip(judged, outcomes, strict=True)]


def _repeated(
    tenant: UUID, judged: Sequence[BulkResult], rewarded: Sequence[SaleOutcome]
) -> Mapping[UUID, SaleOutcome]:
    """What sales are told that were there already, or came in earlier in the same batch, by their ids."""
    repeats = {each.purchase.id: each.purchase for each in judged if each.outcome == "repeated" and each.purchase}
    if not repeats:
        return {}
    new = {each.purchase.id: each for each in rewarded}
    there = [purchase for key, purchase in repeats.items() if key not in new]
    told = {each.purchase.id: each for each in _told_again(tenant, there)}
    return {key: told.get(key) or replace(new[key], repeated=True) for key in repeats}


def _outcome(judged: BulkResult, fresh: Iterator[SaleOutcome], told: Mapping[UUID, SaleOutcome]) -> SaleOutcome | None:
    if judged.outcome == "recorded":
        return next(fresh)
    return told.get(judged.purchase.id) if judged.purchase and judged.error is None else None


def _result(
    judged: BulkResult | None, outcome: SaleOutcome | None, used: dict[SaleRef, list[RedemptionInfo]]
) -> SaleResult:
    if judged is None:
        return SaleResult(error=CurrencyMismatch({"currency": [CurrencyMismatch.sentence]}))
    if outcome is None:
        return SaleResult(error=judged.error, there=judged.purchase)
    codes = _codes(outcome.purchase, used)
    return SaleResult(outcome=replace(outcome, vouchers=codes) if codes != outcome.vouchers else outcome)


def _uses_before(tenant: UUID, sale: SaleDraft) -> dict[SaleRef, list[RedemptionInfo]]:
    """The vouchers used on a sale before it came in."""
    has_uses = read(has_uses_reading(tenant, _ref(sale)))
    return redemptions_for_sales(tenant=tenant, sales=[_ref(sale)]) if has_uses else {}


def _check_currency(tenant: UUID, sale: SaleDraft) -> None:
    if sale.currency != get_tenant(tenant=tenant).currency:
        raise CurrencyMismatch({"currency": [CurrencyMismatch.sentence]})


def _ref(sale: SaleDraft | PurchaseInfo) -> SaleRef:
    return SaleRef(sale.store if isinstance(sale, SaleDraft) else sale.store_id, sale.external_id)


def _discounted(sale: SaleDraft, used: dict[SaleRef, list[RedemptionInfo]]) -> SaleDraft:
    """The sale with what vouchers took off it before it came in."""
    if not used:
        return sale
    discount = sum(each.discount_minor for each in used.get(_ref(sale), []))
    return replace(sale, voucher_discount_minor=min(max(sale.amount_minor, 0), discount)) if discount else sale


def _codes(sale: PurchaseInfo, used: dict[SaleRef, list[RedemptionInfo]]) -> tuple[str, ...]:
    return tuple(each.code for each in used.get(_ref(sale), [])) if used else ()


def _rewarded(
    tenant: UUID,
    purchases: Sequence[PurchaseInfo],
    *,
    locked: Mapping[UUID, LockedHolder] | None = None,
    before_awards: Callable[[], None] = lambda: None,
) -> list[SaleOutcome]:
    earning = [purchase for purchase in purchases if purchase.customer_id is not None]
    if not earning:
        return [SaleOutcome(purchase, (), (), (), repeated=False) for purchase in purchases]
    codes = {store.id: store.code for store in stores(tenant=tenant, active_only=False)}
    zone = ZoneInfo(get_tenant(tenant=tenant).timezone)
    book = rules_in_force(tenant=tenant)
    occasions = sale_occasions(tenant, earning, stores=codes, zone=zone, needs=book.needs)
    before_awards()
    rewards = reward(tenant, book, occasions, locked=locked)
    given = iter(rewards.awards)
    unmoved = {each.customer_id for each in earning if each.customer_id} - rewards.balances.keys()
    known = balances_of(tenant=tenant, customers=list(unmoved)) if unmoved else {}
    return [
        SaleOutcome(
            purchase,
            next(given) if purchase.customer_id else (),
            rewards.balances.get(purchase.customer_id) or spendable(known.get(purchase.customer_id, ()))
            if purchase.customer_id
            else (),
            (),
            repeated=False,
        )
        for purchase in purchases
    ]


def _told_again(tenant: UUID, purchases: Sequence[PurchaseInfo]) -> list[SaleOutcome]:
    """What sales that were there already are told: their awards as they stand, and the present balances."""
    if not purchases:
        return []
    awards = awards_of_purchases(tenant=tenant, purchases=[each.id for each in purchases])
    present = balances_of(tenant=tenant, customers=[each.customer_id for each in purchases if each.customer_id])
    return [
        SaleOutcome(
            each,
            awards.get(each.id, ()),
            spendable(present.get(each.customer_id, ())) if each.customer_id else (),
            (),
            repeated=True,
        )
        for each in purchases
    ]
