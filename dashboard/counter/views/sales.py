"""Sales at the till: recorded, told, printed again, undone."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dashboard.counter import pages, quotes, states, words
from dashboard.counter.access import CounterRequest, counter_page
from dashboard.counter.forms import SaleForm
from dashboard.counter.telling import balances_in_words, refusal, sale_done
from programs.checkouts.errors import CheckoutChanged, CheckoutClosed, CheckoutExpired
from programs.errors import UndoTooLate
from programs.selectors import caution_about, sale_again
from programs.services import sell_at_counter, undo_sale
from smartbis.kernel.errors import InvalidInput
from smartbis.purchases.errors import PurchaseChanged, PurchaseConflict, RefundExceedsPurchase
from smartbis.purchases.infos import SaleDraft
from smartbis.tenancy.errors import KeyReused
from vouchers.errors import VoucherRefused


@require_POST
@counter_page("sale.record")
def sell(request: CounterRequest) -> HttpResponse:
    """Quote a sale if something may be used on it, else record it; asks once more about what looks like a slip."""
    form = SaleForm(request.POST)
    if not form.is_valid():
        customer = form.cleaned_data.get("customer")
        if customer is None:
            said = words.Words("bad", _("NÃO FOI FEITO"), _("Procure o cliente de novo."))
            return pages.result(request, said, status=pages.REFUSED)
        return states.found(request, customer, form=form, status=pages.REFUSED)
    sale = _draft(request, form)
    if form.cleaned_data["confirm"] != str(sale.amount_minor) and (warnings := _warnings(request, sale)):
        confirm = str(sale.amount_minor)
        return _found_again(request, form, warnings=warnings, confirm=confirm)
    try:
        if form.cleaned_data["use"]:
            return quotes.begin(request, sale, key=f"counter-{form.cleaned_data['key']}")
        outcome = sell_at_counter(tenant=request.tenant, sale=sale, actor=request.actor)
    except PurchaseConflict:
        form.add_error(
            "external_id", _("Já há uma venda com este número e outro conteúdo. Confira os últimos atendimentos.")
        )
    except (KeyReused, InvalidInput):
        form.add_error(None, _("Esta venda não pôde ser registrada. Comece de novo pelo cliente."))
    except (PurchaseChanged, CheckoutChanged, CheckoutClosed, CheckoutExpired, VoucherRefused) as error:
        return refusal(request, error)
    else:
        return sale_done(request, outcome)
    return _found_again(request, form)


def _draft(request: CounterRequest, form: SaleForm) -> SaleDraft:
    return SaleDraft(
        customer=form.cleaned_data["customer"],
        store=request.store.id,
        amount_minor=form.cleaned_data["amount"],
        currency=request.brand.currency,
        external_id=form.number,
        payment_method=form.cleaned_data["payment_method"],
    )


def _found_again(request: CounterRequest, form: SaleForm, **more: Any) -> HttpResponse:
    return states.found(request, form.cleaned_data["customer"], form=form, status=pages.REFUSED, **more)


def _warnings(request: CounterRequest, sale: SaleDraft) -> tuple[str, ...]:
    caution = caution_about(tenant=request.tenant, sale=sale)
    found = []
    if caution.is_unusual:
        found.append(words.unusual(sale.amount_minor, sale.currency))
    if caution.same_sale_at is not None:
        found.append(words.again(caution.same_sale_at, sale.amount_minor, sale.currency))
    return tuple(found)


@require_GET
@counter_page("sale.record")
def receipt_page(request: CounterRequest, purchase: UUID) -> HttpResponse:
    """A recorded sale as it was told, to print again."""
    outcome = sale_again(tenant=request.tenant, purchase=purchase, actor=request.actor)
    return sale_done(request, outcome, stays=None)


@require_POST
@counter_page("sale.record")
def undo(request: CounterRequest, purchase: UUID) -> HttpResponse:
    """Take back a sale of this minute and this operator."""
    try:
        outcome = undo_sale(tenant=request.tenant, purchase=purchase, actor=request.actor)
    except (UndoTooLate, RefundExceedsPurchase) as error:
        return refusal(request, error)
    text = _("%(money)s não conta mais, e o que a venda usou voltou.") % {
        "money": words.money(outcome.refund.amount_minor, outcome.purchase.currency)
    }
    return pages.result(
        request,
        words.Words("warn", _("VENDA DESFEITA"), text),
        detail=balances_in_words(outcome.balances),
        return_after=pages.STAYS_MS,
    )
