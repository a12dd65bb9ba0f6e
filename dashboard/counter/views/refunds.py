"""A customer brings something back: refunds by the sale's number."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dashboard.counter import pages, words
from dashboard.counter.access import CounterRequest, counter_page
from dashboard.counter.forms import RefundForm
from dashboard.counter.telling import balances_in_words, refusal
from dashboard.refund_words import shares_in_words
from programs.infos import RefundOutcome
from programs.services import refund_at_counter
from smartbis.customers.selectors import get_customer
from smartbis.kernel.codes import group_code
from smartbis.kernel.errors import InvalidInput
from smartbis.purchases.errors import PurchaseCancelled, PurchaseNotFound, RefundConflict, RefundExceedsPurchase
from smartbis.purchases.infos import PurchaseInfo
from smartbis.purchases.selectors import find_purchase


@require_http_methods(["GET", "POST"])
@counter_page("sale.refund")
def refund(request: CounterRequest) -> HttpResponse:
    """Find a sale of this store by its number, and give all or a part of it back."""
    if request.method == "GET":
        number = request.GET.get("number", "").strip()[:60]
        sale = _sale(request, number)
        problem = _("Não há venda com este número nesta loja.") if number and sale is None else ""
        return _page(request, number, sale, problem=problem)
    form = RefundForm(request.POST)
    number = request.POST.get("number", "").strip()[:60]
    if not form.is_valid():
        return _page(request, number, _sale(request, number), form=form, status=pages.REFUSED)
    try:
        outcome = refund_at_counter(
            tenant=request.tenant,
            store=request.store.id,
            external_id=form.cleaned_data["number"],
            amount_minor=form.cleaned_data["amount"],
            key=form.cleaned_data["key"],
            actor=request.actor,
        )
    except PurchaseNotFound:
        problem = _("Não há venda com este número nesta loja.")
        return _page(request, number, None, problem=problem, status=pages.REFUSED)
    except RefundExceedsPurchase as error:
        form.add_error("amount", _too_much(error, request.brand.currency))
        return _page(request, number, _sale(request, number), form=form, status=pages.REFUSED)
    except (PurchaseCancelled, RefundConflict, InvalidInput) as error:
        return refusal(request, error)
    return _done(request, outcome)


def _sale(request: CounterRequest, number: str) -> PurchaseInfo | None:
    if not number or not number.isprintable():
        return None
    for form in dict.fromkeys((number, number.upper())):
        if sale := find_purchase(tenant=request.tenant, store=request.store.id, external_id=form):
            return sale
    return None


def _too_much(error: RefundExceedsPurchase, currency: str) -> str:
    left = error.params.get("left_minor", 0)
    if not left:
        return _("Esta venda já foi devolvida inteira.")
    return _("Só restam %(left)s desta venda.") % {"left": words.money(left, currency)}


def _page(
    request: CounterRequest,
    number: str,
    sale: PurchaseInfo | None,
    *,
    form: RefundForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"number": number, "problem": problem, "sale": sale}
    if sale is not None:
        left = sale.amount_minor - sale.refunded_minor
        form = form or RefundForm(initial={"amount": left})
        person = get_customer(tenant=request.tenant, customer=sale.customer_id) if sale.customer_id else None
        context |= {"form": form, "key": form.key_again, "left_minor": left, "customer": person}
    return pages.show(request, "refund", context, status=status)


def _done(request: CounterRequest, outcome: RefundOutcome) -> HttpResponse:
    currency = outcome.purchase.currency
    shares = shares_in_words(outcome, words.money)
    whole = _("Devolução de %(money)s registrada.") % {"money": words.money(outcome.refund.amount_minor, currency)}
    parts = [whole, *shares] if shares else []
    taken = [words.amount(each.amount, each.unit) for each in outcome.reversed]
    if taken:
        parts.append(_("Saiu do saldo: %(taken)s.") % {"taken": ", ".join(taken)})
    if outcome.returned:
        parts.append(_("O que foi usado nesta venda voltou para o cliente."))
    if outcome.not_returned:
        codes = ", ".join(group_code(code) for code in outcome.not_returned)
        parts.append(_("Não vale mais, porque o que o deu foi desfeito: %(codes)s.") % {"codes": codes})
    owed = [words.amount(each.owed, each.unit) for each in outcome.balances if each.owed]
    if owed:
        parts.append(_("A descontar dos próximos ganhos: %(owed)s.") % {"owed": ", ".join(owed)})
    headline = _("DEVOLVIDO %(money)s") % {"money": words.money(outcome.money_minor, currency)}
    said = words.Words("warn", headline, " ".join(parts))
    return pages.result(request, said, detail=balances_in_words(outcome.balances), return_after=pages.STAYS_LONGER_MS)
