"""Sales at the till: recorded, told, printed again, undone."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dashboard.counter import pages, states, words
from dashboard.counter.access import CounterRequest, counter_page
from dashboard.counter.forms import SaleForm
from programs.errors import BalanceNotUsable, UndoTooLate
from programs.infos import AwardInfo, SaleOutcome
from programs.selectors import caution_about, sale_again
from programs.selectors.receipts import receipt
from programs.services import sell_at_counter, undo_sale
from programs.services.till import can_undo
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.selectors import get_customer
from smartbis.kernel.clock import now
from smartbis.kernel.errors import DomainError, InvalidInput, NotFound
from smartbis.ledger.errors import InsufficientBalance
from smartbis.purchases.errors import PurchaseConflict, RefundExceedsPurchase
from smartbis.purchases.infos import SaleDraft
from smartbis.purchases.selectors import get_purchase
from smartbis.tenancy.errors import KeyReused


@require_POST
@counter_page("sale.record")
def sell(request: CounterRequest) -> HttpResponse:
    """Record a sale, with balance if it was ticked; asks once more about what looks like a slip."""
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
        outcome = sell_at_counter(
            tenant=request.tenant,
            sale=sale,
            actor=request.actor,
            key=f"counter-{form.cleaned_data['key']}",
            balance_minor=form.balance_minor,
        )
    except InsufficientBalance:
        form.add_error(None, _("O saldo mudou enquanto isso: veja o novo valor."))
    except BalanceNotUsable as error:
        form.add_error(None, words.refused(error.code, error.params, error.detail).text)
    except PurchaseConflict:
        form.add_error(
            "external_id", _("Já há uma venda com este número e outro conteúdo. Confira os últimos atendimentos.")
        )
    except (KeyReused, InvalidInput):
        form.add_error(None, _("Esta venda não pôde ser registrada. Comece de novo pelo cliente."))
    else:
        return _done(request, outcome)
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
    return _done(request, outcome, stays=None)


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


def refusal(request: CounterRequest, error: DomainError) -> HttpResponse:
    """A refusal in full colour."""
    if isinstance(error, NotFound):
        raise error
    said = words.refused(error.code, error.params, error.detail)
    return pages.result(request, said, status=pages.REFUSED)


def balances_in_words(balances: Any) -> str:
    """`Saldo: R$ 25,70 · 120 pontos`; nothing for somebody without balances."""
    held = " · ".join(words.amount(each.available, each.unit) for each in balances)
    return _("Saldo: %(held)s") % {"held": held} if held else ""


def _done(request: CounterRequest, outcome: SaleOutcome, *, stays: int | None = pages.STAYS_MS) -> HttpResponse:
    sale = get_purchase(tenant=request.tenant, purchase=outcome.purchase.id)
    person = get_customer(tenant=request.tenant, customer=sale.customer_id) if sale.customer_id else None
    is_mine = sale.operator_id == request.actor.id and can_undo(at=sale.recorded_at)
    undoable = is_mine and sale.refunded_minor < sale.amount_minor
    slip = receipt(brand=request.brand, outcome=outcome, store_code=request.store.code, locale=words.locale())
    context = {
        "tone": "ok",
        "headline": _earned(outcome.awards) or _("VENDA REGISTRADA"),
        "text": _whose(person, outcome),
        "facts": _facts(outcome),
        "receipt": {
            "text": slip.text,
            "qr": slip.qr,
            "number": sale.external_id,
            "at": sale.occurred_at,
            "amount_minor": sale.amount_minor,
            "currency": sale.currency,
            "store": request.store.name,
            "paid_minor": sale.paid_minor,
            "discount_minor": sale.voucher_discount_minor,
        },
        "undo_url": reverse("counter:undo_sale", args=[sale.id]) if undoable else "",
        "return_after": stays,
    }
    return pages.show(request, "result", context)


def _earned(awards: tuple[AwardInfo, ...]) -> str:
    """`+R$ 7,70`, or the sum of each unit that was earned."""
    sums: dict[str, int] = {}
    for award in awards:
        sums[award.unit] = sums.get(award.unit, 0) + award.amount
    return " ".join(words.amount(value, unit, sign=True) for unit, value in sums.items() if value)


def _whose(person: CustomerInfo | None, outcome: SaleOutcome) -> str:
    waiting = [award.available_at for award in outcome.awards if award.status == "pending" and award.available_at]
    if waiting and min(waiting) > now():
        return _("A liberar em %(day)s.") % {"day": words.day(min(waiting))}
    held = [words.amount(each.available, each.unit) for each in outcome.balances]
    if person is None or not held:
        return person.name if person else ""
    return _("%(name)s tem %(held)s.") % {"name": person.first_name or person.name, "held": " · ".join(held)}


def _facts(outcome: SaleOutcome) -> list[tuple[str, str]]:
    sale = outcome.purchase
    found = [(_("Venda"), words.money(sale.amount_minor, sale.currency))]
    if sale.voucher_discount_minor:
        found.append((_("Desconto"), f"\N{MINUS SIGN}{words.money(sale.voucher_discount_minor, sale.currency)}"))
        found.append((_("A cobrar"), words.money(sale.paid_minor, sale.currency)))
    found.append((_("Número"), sale.external_id))
    return found
