"""Sales: the list, one sale with what it earned, and refunds."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.earnings import earned_in_words
from dashboard.brand.forms.sales import RefundForm
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest, uuid_from
from dashboard.brand.selectors.sales import SaleCard, SaleList, sale_card, sale_list
from dashboard.brand.states import purchase_state
from dashboard.refund_words import shares_in_words
from programs.services import cancel_sale, confirm_sale, refund_sale
from smartbis.kernel.errors import DomainError, NotFound
from smartbis.purchases.infos import PurchaseInfo

STATUSES = ("confirmed", "pending", "cancelled")


@desk(reads="sale.list")
def index(request: DeskRequest) -> HttpResponse:
    """Sales, the newest first, by store and status."""
    store = uuid_from(request.GET.get("store"))
    asked = request.GET.get("status")
    status = asked if asked in STATUSES else None
    cursor = request.GET.get("cursor") or None
    found = sale_list(tenant=request.tenant, actor=request.actor, store=store, status=status, cursor=cursor)
    here = reverse("dashboard:purchases")
    chosen = {"store": str(store) if store else "", "status": status or ""}
    kept = {name: value for name, value in chosen.items() if value}
    more = found.page.next_cursor
    context = {
        "section": "purchases",
        "sales": [_line(sale, found) for sale in found.page.items],
        "filters": [
            ("store", _("Loja"), _("Todas"), [(str(each.id), each.name, each.id == store) for each in found.stores]),
            ("status", _("Situação"), _("Todas"), [(each, _status_name(each), each == status) for each in STATUSES]),
        ],
        "is_filtered": bool(kept),
        "clear_url": here,
        "next_url": f"{here}?{urlencode(kept | {'cursor': more})}" if more else "",
        "first_url": f"{here}?{urlencode(kept)}" if cursor else "",
        "import_url": reverse("dashboard:import_new") if request.may("import.run") else "",
    }
    is_fragment = request.htmx and request.headers.get("HX-Target") == "sales"
    return render_page(request, "dashboard/sales_list.html" if is_fragment else "dashboard/sales.html", context)


@desk(reads="sale.list")
def show(request: DeskRequest, purchase: UUID) -> HttpResponse:
    """One sale."""
    return _page(request, _card(request, purchase))


@desk(writes="sale.refund")
def refund(request: DeskRequest, purchase: UUID) -> HttpResponse:
    """Refund the rest of a sale, some of its articles or an amount, once for each rendered form."""
    card = _card(request, purchase)
    form = RefundForm(request.POST, sale=card.sale)
    if not form.is_valid():
        return _page(request, card, form=form, status=422)
    try:
        done = refund_sale(
            tenant=request.tenant,
            purchase=purchase,
            external_id=f"dashboard-{form.cleaned_data['nonce']}",
            amount_minor=form.amount_minor(),
            items=form.articles(),
            actor=request.actor,
        )
    except NotFound:
        raise
    except DomainError as error:
        form.refuse(error, {"amount_minor": "amount"})
        return _page(request, _card(request, purchase), form=form, status=error.http_status)
    back = ", ".join(words.amount(each.amount, each.unit) for each in done.reversed if each.amount)
    money = words.amount(done.refund.amount_minor, card.sale.currency)
    text = (
        _("Devolução de %(money)s registrada; saiu do cliente: %(back)s.") % {"money": money, "back": back}
        if back
        else _("Devolução de %(money)s registrada.") % {"money": money}
    )
    messages.success(request, " ".join([text, *shares_in_words(done, words.amount)]))
    return HttpResponseRedirect(reverse("dashboard:purchase", args=[purchase]))


@desk(writes="sale.refund")
def decide(request: DeskRequest, purchase: UUID) -> HttpResponse:
    """Say of a sale that waits for its payment that it was paid, or will not be. Said again it changes nothing."""
    _card(request, purchase)  # within this person's stores
    decision = request.POST.get("do", "")
    try:
        if decision == "confirm":
            confirm_sale(tenant=request.tenant, purchase=purchase, actor=request.actor)
            messages.success(request, _("Venda confirmada: o que ela rendeu segue o prazo do programa."))
        elif decision == "cancel":
            cancel_sale(tenant=request.tenant, purchase=purchase, actor=request.actor)
            messages.success(request, _("Venda cancelada: o que ela rendeu foi retirado."))
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, words.refusal(error))
    return HttpResponseRedirect(reverse("dashboard:purchase", args=[purchase]))


def _card(request: DeskRequest, purchase: UUID) -> SaleCard:
    return sale_card(tenant=request.tenant, purchase=purchase, actor=request.actor, locale=words.locale())


def _page(request: DeskRequest, card: SaleCard, *, form: RefundForm | None = None, status: int = 200) -> HttpResponse:
    sale = card.sale
    may_decide = request.may("sale.refund") and sale.status == "pending"
    can_refund = request.may("sale.refund") and sale.status != "cancelled" and sale.refunded_minor < sale.amount_minor
    context = {
        "section": "purchases",
        "card": card,
        "sale": sale,
        "state": purchase_state(sale.status, sale.refunded_minor, sale.amount_minor),
        "channel": words.channel(sale.channel),
        "customer_url": reverse("dashboard:customer", args=[card.customer.id])
        if card.customer and request.may("customer.list")
        else "",
        "earned": earned_in_words(card),
        "refund_url": reverse("dashboard:purchase_refund", args=[sale.id]) if can_refund else "",
        "decide_url": reverse("dashboard:purchase_decide", args=[sale.id]) if may_decide else "",
        "refund_form": form or RefundForm(sale=sale),
    }
    return render_page(request, "dashboard/sale.html", context, status=status)


def _line(sale: PurchaseInfo, found: SaleList) -> dict[str, Any]:
    person = found.customers.get(sale.customer_id) if sale.customer_id else None
    return {
        "href": reverse("dashboard:purchase", args=[sale.id]),
        "at": sale.occurred_at,
        "number": sale.external_id,
        "who": (person.name or person.external_id) if person else "",
        "store": found.store_name(sale.store_id),
        "amount_minor": sale.amount_minor,
        "currency": sale.currency,
        "state": purchase_state(sale.status, sale.refunded_minor, sale.amount_minor),
    }


def _status_name(status: str) -> str:
    return {"confirmed": _("confirmadas"), "pending": _("pendentes"), "cancelled": _("canceladas")}[status]
