"""The quote on a till's screen: what is used, what is due, what to say; and the sale at once where nothing is used."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from dashboard.counter import pages, words
from dashboard.counter.access import CounterRequest
from dashboard.counter.forms import new_key
from dashboard.counter.telling import sale_done
from programs.checkouts.counter import quote_at_counter
from programs.checkouts.infos import Basket, CheckoutInfo
from programs.checkouts.services import commit_checkout
from programs.checkouts.words import quote_sentences, told_to_customer
from programs.selectors import sale_again
from programs.selectors.articles import articles_named
from smartbis.customers.selectors import get_customer
from smartbis.purchases.infos import SaleDraft


def begin(request: CounterRequest, sale: SaleDraft, *, key: str, uses: bool = True) -> HttpResponse:
    """Quote a sale with the best of what its customer has, or with nothing of it.

    What uses nothing is recorded without another question, unless it has lines: what they earn is said first.
    """
    basket = Basket(
        customer=sale.customer,
        store=sale.store,
        amount_minor=sale.amount_minor,
        items=sale.items,
        vouchers=None if uses else (),
        use_balance=None if uses else "none",
        external_id=sale.external_id,
    )
    quote = quote_at_counter(tenant=request.tenant, basket=basket, key=key, actor=request.actor)
    if quote.purchase_id is not None:
        return sale_done(request, sale_again(tenant=request.tenant, purchase=quote.purchase_id, actor=request.actor))
    if sale.items or uses_something(quote) or any(line.code == "balance_limited" for line in quote.lines):
        return show(request, quote, number=sale.external_id, payment_method=sale.payment_method)
    outcome = commit_checkout(
        tenant=request.tenant,
        checkout=quote.id,
        external_id=sale.external_id,
        payment_method=sale.payment_method,
        actor=request.actor,
    )
    return sale_done(request, outcome)


def uses_something(quote: CheckoutInfo) -> bool:
    """Whether a quote holds anything."""
    return bool(quote.uses or quote.balance_minor)


def show(
    request: CounterRequest,
    quote: CheckoutInfo,
    *,
    number: str,
    payment_method: str,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    """A quote in large figures, with what to say to the customer."""
    context: dict[str, Any] = {
        "quote": quote,
        "customer": _name(request, quote.customer_id),
        "sentences": quote_sentences(quote, words.locale())[:-1],
        "told": told_to_customer(quote, words.locale()),
        "held_until": localtime(quote.expires_at).strftime("%H:%M"),
        "number": number,
        "payment_method": payment_method,
        "key": new_key(),
        "notice": notice,
        "may_use_balance": any(line.code in ("balance_saved", "balance_not_asked") for line in quote.lines),
        "action": _action(quote),
        "items": _items(request, quote),
        "earned": [words.amount(each.amount, each.unit, sign=True) for each in quote.earns if each.amount],
    }
    return pages.show(request, "quote", context, status=status)


def _items(request: CounterRequest, quote: CheckoutInfo) -> list[dict[str, Any]]:
    """The sale's lines, and the plans that they buy."""
    if not quote.items:
        return []
    plans = {each.sku: each.plan for each in articles_named(tenant=request.tenant, skus=[i.sku for i in quote.items])}
    return [
        {
            "name": item.name or item.sku,
            "quantity": item.quantity,
            "sum_minor": item.quantity * item.unit_minor,
            "plan": plans.get(item.sku, ""),
        }
        for item in quote.items
    ]


def _action(quote: CheckoutInfo) -> str:
    if not quote.due_minor:
        return _("Confirmar: nada a cobrar")
    return _("Confirmar e cobrar %(due)s") % {"due": words.money(quote.due_minor, quote.currency)}


def _name(request: CounterRequest, customer: UUID | None) -> str:
    if customer is None:
        return ""
    person = get_customer(tenant=request.tenant, customer=customer)
    return person.first_name or person.name
