"""Quotes and commits for tests."""

from typing import Any
from uuid import UUID, uuid4

from programs.checkouts.infos import Basket, CheckoutInfo
from programs.checkouts.services import cancel_checkout, commit_checkout, open_checkout
from programs.infos import SaleOutcome
from smartbis.customers.infos import CustomerInfo
from smartbis.kernel.errors import DomainError
from smartbis.kernel.people import Actor
from smartbis.purchases.infos import SaleDraft
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, store_of

OPERATOR = actor("operator")


def quoted(brand: TenantInfo, customer: CustomerInfo | None, amount: int = 10_000, **more: Any) -> CheckoutInfo:
    """A quote at the store `centro` by an operator, unless said otherwise."""
    order: dict[str, Any] = {
        "key": more.pop("key", uuid4().hex),
        "actor": more.pop("actor", OPERATOR),
        "is_strict": more.pop("is_strict", True),
    }
    facts: dict[str, Any] = {"store": store_of(brand).id, "use_balance": "auto"} | more
    basket = Basket(customer=customer.id if customer else None, amount_minor=amount, **facts)
    return open_checkout(tenant=brand.id, basket=basket, **order)


def committed(brand: TenantInfo, quote: CheckoutInfo, **more: Any) -> SaleOutcome:
    """The sale of a quote, under a number of its own, unless said otherwise."""
    facts: dict[str, Any] = {"external_id": f"N-{quote.id}", "actor": OPERATOR} | more
    return commit_checkout(tenant=brand.id, checkout=quote.id, **facts)


def pay_with_balance(*, tenant: UUID, sale: SaleDraft, at_most_minor: int, key: str, actor: Actor) -> SaleOutcome:
    """A sale on which exactly so much balance is used (all of the sale, if that is less), quoted and committed."""
    basket = Basket(
        customer=sale.customer,
        store=sale.store,
        amount_minor=sale.amount_minor,
        items=sale.items,
        use_balance=min(at_most_minor, sale.amount_minor),
        external_id=sale.external_id,
    )
    quote = open_checkout(tenant=tenant, basket=basket, key=key, actor=actor)
    try:
        return commit_checkout(tenant=tenant, checkout=quote.id, external_id=sale.external_id, actor=actor)
    except DomainError:
        cancel_checkout(tenant=tenant, checkout=quote.id, actor=actor)
        raise
