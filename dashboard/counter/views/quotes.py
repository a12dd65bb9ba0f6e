"""Quotes at the till: committed, asked for anew without a part of it, or let go."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dashboard.counter import pages, quotes, states, words
from dashboard.counter.access import CounterRequest, counter_page
from dashboard.counter.forms import QuoteForm, new_key
from dashboard.counter.lines import Selling, of_items
from dashboard.counter.telling import refusal, sale_done
from programs.checkouts.counter import quote_at_counter
from programs.checkouts.errors import CheckoutChanged, CheckoutClosed, CheckoutExpired
from programs.checkouts.infos import Basket, CheckoutInfo
from programs.checkouts.reading import get_checkout
from programs.checkouts.services import cancel_checkout, commit_checkout, requote
from smartbis.kernel.errors import DomainError, InvalidInput
from smartbis.purchases.errors import PurchaseChanged, PurchaseConflict


@require_POST
@counter_page("sale.record")
def commit(request: CounterRequest) -> HttpResponse:
    """Record the quoted sale and use what is held. Sent twice, it has one effect."""
    form = QuoteForm(request.POST)
    if not form.is_valid():
        return _begin_again(request)
    given = form.cleaned_data
    try:
        outcome = commit_checkout(
            tenant=request.tenant,
            checkout=given["checkout"],
            external_id=given["number"],
            payment_method=given["payment_method"],
            actor=request.actor,
        )
    except (CheckoutExpired, CheckoutChanged) as error:
        return _quoted_anew(request, given, error)
    except (CheckoutClosed, PurchaseConflict, PurchaseChanged, InvalidInput) as error:
        return refusal(request, error)
    return sale_done(request, outcome, stays=pages.STAYS_LONGER_MS)


@require_POST
@counter_page("sale.record")
def again(request: CounterRequest) -> HttpResponse:
    """The same sale without one of its vouchers, with the balance saved, or with it used after all."""
    form = QuoteForm(request.POST)
    if not form.is_valid():
        return _begin_again(request)
    given = form.cleaned_data
    quote = get_checkout(tenant=request.tenant, checkout=given["checkout"], actor=request.actor)
    try:
        new = quote_at_counter(
            tenant=request.tenant, basket=_basket(quote, given), key=f"counter-{new_key()}", actor=request.actor
        )
    except DomainError as error:
        return refusal(request, error)
    return _show(request, new, given)


@require_POST
@counter_page("sale.record")
def cancel(request: CounterRequest) -> HttpResponse:
    """Let go of what the quote holds, and back to its customer."""
    form = QuoteForm(request.POST)
    if not form.is_valid():
        return _begin_again(request)
    try:
        quote = cancel_checkout(tenant=request.tenant, checkout=form.cleaned_data["checkout"], actor=request.actor)
    except CheckoutClosed as error:
        return refusal(request, error)
    if quote.customer_id is None:
        return _begin_again(request)
    selling = Selling(of_items(quote.items))
    return states.found(request, quote.customer_id, amount_minor=quote.amount_minor, selling=selling)


def _basket(quote: CheckoutInfo, given: dict[str, Any]) -> Basket:
    kept = tuple(use.code for use in quote.uses if use.code != given["without"])
    uses = given["balance"] == "use" or (bool(quote.balance_minor) and given["balance"] != "save")
    return Basket(
        customer=quote.customer_id,
        store=quote.store_id,
        amount_minor=quote.amount_minor,
        items=quote.items,
        vouchers=kept,
        use_balance="most" if uses else "none",
        external_id=quote.external_id,
    )


def _quoted_anew(request: CounterRequest, given: dict[str, Any], error: DomainError) -> HttpResponse:
    new = requote(tenant=request.tenant, checkout=given["checkout"], external_id=given["number"], actor=request.actor)
    expired = isinstance(error, CheckoutExpired)
    notice = _("A reserva venceu: este é o novo valor.") if expired else _("O valor mudou: confira com o cliente.")
    return _show(request, new, given, notice=notice, status=pages.REFUSED)


def _show(request: CounterRequest, quote: CheckoutInfo, given: dict[str, Any], **more: Any) -> HttpResponse:
    return quotes.show(request, quote, number=given["number"], payment_method=given["payment_method"], **more)


def _begin_again(request: CounterRequest) -> HttpResponse:
    said = words.Words("bad", _("NÃO FOI FEITO"), _("Procure o cliente de novo."))
    return pages.result(request, said, status=pages.REFUSED)
