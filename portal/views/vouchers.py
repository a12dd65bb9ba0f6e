"""The customer's vouchers, and one of them held up at the till."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import cards, words
from portal.access import customer_page
from portal.pages import picture_url, render_page
from portal.requests import CustomerRequest
from programs.checkouts.terms import till_terms
from smartbis.kernel.clock import now
from smartbis.tenancy.selectors import stores
from vouchers.infos import VoucherInfo
from vouchers.rotating import rotating_payload
from vouchers.selectors import find_voucher_by_id, redemptions_of_voucher, vouchers_of

MOST_SHOWN = 100


@require_safe
@customer_page
def vouchers(request: CustomerRequest) -> HttpResponse:
    """Open vouchers, the soonest to end first; then the others."""
    found = vouchers_of(tenant=request.tenant, customer=request.customer.id, limit=MOST_SHOWN + 1)
    slug = request.brand.slug
    shown = found[:MOST_SHOWN]
    context = {
        "section": "vouchers",
        "usable": [cards.voucher_ticket(slug, each) for each in shown if each.status == "issued"],
        "past": [cards.voucher_ticket(slug, each) for each in shown if each.status != "issued"],
        "more": len(found) > MOST_SHOWN,
    }
    return render_page(request, "portal/vouchers.html", context)


@require_safe
@customer_page
def show(request: CustomerRequest, voucher: UUID) -> HttpResponse:
    """QR, code, deadline and how to use; somebody else's voucher is not found.

    While it is open the page asks now and then, by htmx, for the pass alone: it turns once the till has used it.
    """
    found = find_voucher_by_id(tenant=request.tenant, voucher=voucher, customer=request.customer.id)
    if found is None:
        raise Http404
    context: dict[str, Any] = {
        "section": "vouchers",
        "voucher": found,
        "qr_payload": _qr(request, found),
        "value_text": words.value_text(found),
        "ending": _ending(request, found) if found.status != "issued" or _is_begun(found) else "",
        "is_early": found.status == "issued" and found.valid_from > now(),
        "valid_from": words.day(found.valid_from),
        "deadline": words.how_long(found.valid_until, now()),
        "left_text": _left(found),
        "partner_code": found.legacy_code if found.origin != "import" else "",
    }
    if request.headers.get("HX-Request"):
        return render_page(request, "portal/_pass.html", context)
    names = {store.id: store.name for store in stores(tenant=request.tenant)}
    context["terms"] = _terms(found, names)
    context["picture"] = picture_url(found.image)
    return render_page(request, "portal/voucher.html", context)


def _qr(request: CustomerRequest, found: VoucherInfo) -> str:
    """What the QR holds: one that changes every time the page asks, where coupon or brand want that."""
    if found.kind != "entry" and (found.rotates_code or till_terms(tenant=request.tenant).rotates_codes):
        return rotating_payload(tenant=request.tenant, token=found.qr_token)
    return found.qr_payload


def _is_begun(found: VoucherInfo) -> bool:
    return found.uses_left < found.uses_total or found.value_left_minor not in (None, found.value_minor)


def _left(found: VoucherInfo) -> str:
    """What is left of a voucher that is used in parts."""
    if found.value_left_minor is None:
        return ""
    return _("Restam %(money)s") % {"money": words.short_money(found.value_left_minor, found.currency)}


def _ending(request: CustomerRequest, found: VoucherInfo) -> str:
    """When and where it was last used, or how it ended."""
    uses = redemptions_of_voucher(tenant=request.tenant, voucher=found.id)
    last = next((use for use in uses if use.reversed_at is None), None)
    if last is None:
        return cards.ending(found) if found.status != "issued" else ""
    names = {store.id: store.name for store in stores(tenant=request.tenant, active_only=False)}
    return _("Usado em %(day)s, %(store)s") % {
        "day": words.day(last.redeemed_at),
        "store": names.get(last.store_id, ""),
    }


def _terms(found: VoucherInfo, names: dict[UUID, str]) -> list[str]:
    terms = words.terms_of(found, names, everywhere=_("Vale em todas as lojas da marca."))
    if found.is_next_sale_only:
        terms.append(_("Vale a partir da próxima compra."))
    if found.is_personal:
        terms.append(_("É pessoal: diga seu telefone no caixa junto com o código."))
    if found.on_lapse == "return" and found.paid_amount and found.status == "issued":
        terms.append(_("Se vencer sem uso, o valor volta para o seu saldo."))
    elif found.paid_amount and found.status == "issued":
        terms.append(_("Se vencer sem uso, o valor não volta para o saldo."))
    return terms
