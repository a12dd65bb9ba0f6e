"""Sales at the till: recorded, told, printed again, undone."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dashboard.counter import pages, quotes, states, words
from dashboard.counter.access import CounterRequest, counter_page
from dashboard.counter.forms import SaleForm
from dashboard.counter.lines import Lines, Selling, posted, with_amount
from dashboard.counter.telling import balances_in_words, refusal, sale_done
from dashboard.counter.views.lines import change, is_looking
from programs.checkouts.errors import CheckoutChanged, CheckoutClosed, CheckoutExpired
from programs.errors import UndoTooLate
from programs.selectors import caution_about, sale_again
from programs.selectors.articles import articles_named
from programs.services import sell_at_counter, undo_sale
from smartbis.kernel.errors import InvalidInput
from smartbis.purchases.errors import PurchaseChanged, PurchaseConflict, RefundExceedsPurchase
from smartbis.purchases.infos import SaleDraft
from smartbis.tenancy.errors import KeyReused
from vouchers.errors import VoucherRefused


@require_POST
@counter_page("sale.record")
def sell(request: CounterRequest) -> HttpResponse:
    """Quote a sale if something may be used on it or it has lines, else record it; asks once more about what looks like
    a slip.
    """
    if is_looking(request):
        return change(request)
    lines = posted(request.POST)
    form = SaleForm(with_amount(request.POST, lines))
    _check_lines(request, form, lines)
    if not form.is_valid():
        if form.cleaned_data.get("customer") is None:
            said = words.Words("bad", _("NÃO FOI FEITO"), _("Procure o cliente de novo."))
            return pages.result(request, said, status=pages.REFUSED)
        return _found_again(request, form, lines)
    sale = _draft(request, form, lines)
    if form.cleaned_data["confirm"] != str(sale.amount_minor) and (warnings := _warnings(request, sale)):
        confirm = str(sale.amount_minor)
        return _found_again(request, form, lines, warnings=warnings, confirm=confirm)
    try:
        if form.cleaned_data["use"] or sale.items:
            key = f"counter-{form.cleaned_data['key']}"
            return quotes.begin(request, sale, key=key, uses=form.cleaned_data["use"])
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
    return _found_again(request, form, lines)


def _check_lines(request: CounterRequest, form: SaleForm, lines: Lines) -> None:
    """Say what is wrong with lines; also that they come to less than the sale: each would earn too much."""
    amount = form.cleaned_data.get("amount") if form.is_valid() else None
    if not lines.is_valid:
        form.add_error(None, ValidationError(_("Confira os itens da venda."), code="lines_invalid"))
    elif lines.forms and amount is not None and amount > lines.sum_minor:
        text = _("Os itens somam %(sum)s, menos que a venda: complete os itens ou corrija o valor.")
        money = words.money(lines.sum_minor, request.brand.currency)
        form.add_error("amount", ValidationError(text, code="lines_below_amount", params={"sum": money}))


def _draft(request: CounterRequest, form: SaleForm, lines: Lines) -> SaleDraft:
    return SaleDraft(
        customer=form.cleaned_data["customer"],
        store=request.store.id,
        amount_minor=form.cleaned_data["amount"],
        currency=request.brand.currency,
        external_id=form.number,
        payment_method=form.cleaned_data["payment_method"],
        items=lines.drafts(articles_named(tenant=request.tenant, skus=lines.skus)) if lines.forms else (),
    )


def _found_again(request: CounterRequest, form: SaleForm, lines: Lines, **more: Any) -> HttpResponse:
    customer = form.cleaned_data["customer"]
    return states.found(request, customer, form=form, selling=Selling(lines), status=pages.REFUSED, **more)


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
