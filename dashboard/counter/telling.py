"""What a till says of sales: done, refused, and what the customer has now."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.counter import pages, words
from dashboard.counter.access import CounterRequest
from programs.infos import AwardInfo, SaleOutcome
from programs.selectors.receipts import receipt
from programs.services.till import can_undo
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.selectors import get_customer
from smartbis.kernel.clock import now
from smartbis.kernel.errors import DomainError, NotFound
from smartbis.purchases.selectors import get_purchase


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


def sale_done(request: CounterRequest, outcome: SaleOutcome, *, stays: int | None = pages.STAYS_MS) -> HttpResponse:
    """A recorded sale in full colour, with its receipt; it leaves after `stays` milliseconds."""
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
            "discount_minor": sale.amount_minor - sale.paid_minor,
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
    for name, taken in ((_("Desconto"), sale.voucher_discount_minor), (_("Saldo"), sale.balance_used_minor)):
        if taken:
            found.append((name, f"\N{MINUS SIGN}{words.money(taken, sale.currency)}"))
    if sale.paid_minor != sale.amount_minor:
        found.append((_("A cobrar"), words.money(sale.paid_minor, sale.currency)))
    found.append((_("Número"), sale.external_id))
    return found
