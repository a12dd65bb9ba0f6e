"""What one customer can have for their balance, by the brand's rules of using it."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.utils.translation import get_language, to_locale

from programs.rules import Spending
from programs.selectors.obstacles import why_not_usable
from programs.selectors.spending import spending_rules
from smartbis.ledger.selectors import BalanceInfo, balances
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant
from vouchers.infos import Offer, Reason
from vouchers.selectors import offers_for


def offers_of(*, tenant: UUID, customer: UUID, held: Sequence[BalanceInfo] | None = None) -> list[Offer]:
    """`offers_for`, where one with a price in money also waits for the smallest balance that may be used.

    `held` are the customer's balances, if the caller has read them already. Two queries more where a price is in money.
    """
    with tenant_scope(tenant, read_only=True):
        found = offers_for(tenant=tenant, customer=customer, held=held)
        currency = get_tenant(tenant=tenant).currency
        if not any(_costs_money(offer, currency) for offer in found):
            return found
        rules = spending_rules(tenant=tenant)
        known = balances(tenant=tenant, customer=customer) if held is None else held
        available = max(0, sum(each.available for each in known if each.unit == currency))
        judged = [_judged(each, rules, available, currency) if _costs_money(each, currency) else each for each in found]
    return sorted(judged, key=lambda offer: (not offer.can_have, len(offer.reasons), offer.missing_amount))


def _costs_money(offer: Offer, currency: str) -> bool:
    return bool(offer.coupon.cost_amount) and offer.coupon.cost_unit == currency


def _judged(offer: Offer, rules: Spending, available: int, currency: str) -> Offer:
    missing = rules.minimum_balance - available
    if missing <= 0:
        return offer
    facts = {"minimum_minor": rules.minimum_balance, "missing_minor": missing, "currency": currency}
    code = "balance_below_minimum"
    reason = Reason(code, why_not_usable(code, facts, to_locale(get_language() or "pt-br")), facts)
    return replace(
        offer, can_have=False, reasons=(*offer.reasons, reason), missing_amount=max(offer.missing_amount, missing)
    )
