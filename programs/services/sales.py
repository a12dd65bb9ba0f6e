"""A sale comes in: the fact, what it earns, and what the till is told, in one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from programs.infos import SaleOutcome, SaleResult
from programs.rules import SaleFacts
from programs.selectors.awards import awards_of_purchase, awards_of_purchases
from programs.selectors.catalogue import rules_in_force
from programs.services.rewards import Occasion, reward
from smartbis.ledger.selectors import balances, balances_of
from smartbis.purchases.errors import CurrencyMismatch
from smartbis.purchases.infos import PurchaseInfo, SaleDraft
from smartbis.purchases.services import add_purchase, add_purchases_in_bulk
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant, stores
from vouchers.selectors import redemptions_for_sale


def record_sale(*, tenant: UUID, sale: SaleDraft) -> SaleOutcome:
    """Record a sale and award it by the rules in force when it happened.

    The same sale sent again answers what the first time did. A voucher redeemed before under the sale's number lowers
    what was paid. Raises InvalidInput (also CurrencyMismatch), StoreUnknown, CustomerNotFound, PurchaseConflict.
    Publishes PurchaseRecorded.
    """
    with tenant_scope(tenant):
        if sale.currency != get_tenant(tenant=tenant).currency:
            raise CurrencyMismatch({"currency": [CurrencyMismatch.sentence]})
        redeemed = redemptions_for_sale(tenant=tenant, store=sale.store, external_id=sale.external_id)
        discount = min(sale.amount_minor, sum(each.discount_minor for each in redeemed))
        purchase, repeated = add_purchase(tenant=tenant, draft=replace(sale, voucher_discount_minor=discount))
        codes = tuple(each.code for each in redeemed)
        if repeated:
            return _told_again(tenant, purchase, codes)
        (outcome,) = _rewarded(tenant, [purchase])
        return replace(outcome, vouchers=codes)


def record_sales(
    *, tenant: UUID, sales: Sequence[SaleDraft], import_batch: UUID | None = None, publish: bool = True
) -> list[SaleResult]:
    """Record many sales in one transaction, each judged on its own; the answers stand in the sales' order.

    With `publish` false nothing is set off by them: history that is loaded sends no messages.
    """
    with tenant_scope(tenant):
        currency = get_tenant(tenant=tenant).currency
        fitting = [sale for sale in sales if sale.currency == currency]
        recorded = iter(
            add_purchases_in_bulk(tenant=tenant, drafts=fitting, import_batch=import_batch, publish=publish)
        )
        judged = [next(recorded) if sale.currency == currency else None for sale in sales]
        new = [each.purchase for each in judged if each and each.outcome == "recorded" and each.purchase]
        outcomes = {outcome.purchase.id: outcome for outcome in _rewarded(tenant, new)}
        repeats = [each.purchase for each in judged if each and each.outcome == "repeated" and each.purchase]
        outcomes |= _told_again_together(tenant, [each for each in repeats if each.id not in outcomes])
        return [
            SaleResult(error=CurrencyMismatch({"currency": [CurrencyMismatch.sentence]}))
            if each is None
            else SaleResult(error=each.error)
            if each.purchase is None or each.error is not None
            else SaleResult(outcome=replace(outcomes[each.purchase.id], repeated=each.outcome == "repeated"))
            for each in judged
        ]


def _rewarded(tenant: UUID, purchases: Sequence[PurchaseInfo]) -> list[SaleOutcome]:
    earning = [purchase for purchase in purchases if purchase.customer_id is not None]
    if not earning:
        return [SaleOutcome(purchase, (), (), (), repeated=False) for purchase in purchases]
    codes = {store.id: store.code for store in stores(tenant=tenant, active_only=False)}
    occasions = [_occasion(purchase, codes[purchase.store_id]) for purchase in earning]
    rewards = reward(tenant, rules_in_force(tenant=tenant), occasions)
    awards = {purchase.id: given for purchase, given in zip(earning, rewards.awards, strict=True)}
    unmoved = {each.customer_id for each in earning if each.customer_id} - rewards.balances.keys()
    known = balances_of(tenant=tenant, customers=list(unmoved)) if unmoved else {}
    return [
        SaleOutcome(
            purchase,
            awards.get(purchase.id, ()),
            rewards.balances.get(purchase.customer_id) or tuple(known.get(purchase.customer_id, ()))
            if purchase.customer_id
            else (),
            (),
            repeated=False,
        )
        for purchase in purchases
    ]


def _occasion(purchase: PurchaseInfo, store: str) -> Occasion:
    assert purchase.customer_id is not None
    return Occasion(
        customer=purchase.customer_id,
        facts=SaleFacts(purchase.amount_minor, purchase.paid_minor, purchase.currency, store),
        occurred_at=purchase.occurred_at,
        purchase=purchase.id,
        store=purchase.store_id,
        is_settled=purchase.status == "confirmed",
        import_batch=purchase.import_batch,
    )


def _told_again(tenant: UUID, purchase: PurchaseInfo, codes: tuple[str, ...]) -> SaleOutcome:
    awards = awards_of_purchase(tenant=tenant, purchase=purchase.id)
    present = tuple(balances(tenant=tenant, customer=purchase.customer_id)) if purchase.customer_id else ()
    return SaleOutcome(purchase, awards, present, codes, repeated=True)


def _told_again_together(tenant: UUID, purchases: Sequence[PurchaseInfo]) -> dict[UUID, SaleOutcome]:
    if not purchases:
        return {}
    awards = awards_of_purchases(tenant=tenant, purchases=[each.id for each in purchases])
    present = balances_of(tenant=tenant, customers=[each.customer_id for each in purchases if each.customer_id])
    return {
        each.id: SaleOutcome(
            each,
            awards.get(each.id, ()),
            tuple(present.get(each.customer_id, ())) if each.customer_id else (),
            (),
            repeated=True,
        )
        for each in purchases
    }
