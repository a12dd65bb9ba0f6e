"""What can be had for a balance, and having it."""

import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import cards, words
from portal.access import customer_page
from portal.forms import ConvertForm
from portal.pages import picture_url, render_page
from portal.requests import CustomerRequest
from portal.selectors.home import holdings_of
from portal.shown import price_fields, shown_price
from programs.rules import least_sale, spending_sentences
from programs.selectors.names import rule_names
from programs.selectors.obstacles import why_not_usable
from programs.selectors.offers import offers_of
from programs.selectors.spending import Purse, purse_of
from programs.services import buy_voucher, spend_balance
from smartbis.kernel.clock import now
from smartbis.kernel.errors import DomainError, NotFound
from smartbis.tenancy.selectors import stores
from vouchers.infos import CouponInfo, Offer, VoucherInfo

LONGEST_NONCE = 64


@require_safe
@customer_page
def offers(request: CustomerRequest) -> HttpResponse:
    """What this customer can have now, and what they cannot with the reason."""
    slug = request.brand.slug
    found = offers_of(tenant=request.tenant, customer=request.customer.id)
    holdings = holdings_of(brand=request.brand, customer=request.customer.id)
    context = {
        "section": "offers",
        "holdings": holdings,
        "can_have": [cards.offer_ticket(slug, offer) for offer in found if offer.can_have],
        "cannot": [cards.offer_ticket(slug, offer) for offer in found if not offer.can_have],
        "convertible": _convertible(request),
    }
    return render_page(request, "portal/offers.html", context)


@require_safe
@customer_page
def offer(request: CustomerRequest, coupon: UUID) -> HttpResponse:
    """One offer with its terms, and the exchange in two steps."""
    return _offer_page(request, _find(request, coupon))


@require_POST
@customer_page
def take(request: CustomerRequest, coupon: UUID) -> HttpResponse:
    """Exchange balance for a voucher, once for each rendered form."""
    try:
        voucher = buy_voucher(
            tenant=request.tenant,
            customer=request.customer.id,
            coupon=coupon,
            key=_key(request),
            actor=request.actor,
            expects_price=shown_price(request),
        )
    except NotFound:
        raise
    except DomainError as error:
        return _offer_page(request, _find(request, coupon), error=error)
    return _to_voucher(request, voucher, _("Pronto! Mostre este voucher no caixa."))


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def convert(request: CustomerRequest) -> HttpResponse:
    """Turn cashback into a voucher: the amount, then a look at what will happen, then the exchange."""
    available = _convertible(request)
    is_sure = "confirmed" in request.POST
    wanted = {"amount": available} if request.GET.get("amount") == "all" else {}
    form = ConvertForm(request.POST or None, available=None if is_sure else available, initial=wanted)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, **_spending(request)}
        return _convert_page(request, context, 422 if form.errors else 200)
    amount = form.cleaned_data["amount"]
    if not is_sure:
        return _confirm_page(request, amount, available)
    try:
        voucher = spend_balance(
            tenant=request.tenant,
            customer=request.customer.id,
            amount_minor=amount,
            key=_key(request),
            actor=request.actor,
        )
    except DomainError as error:
        form.add_error("amount", words.refusal(error))
        return _convert_page(request, {"form": form, **_spending(request)}, 409)
    return _to_voucher(request, voucher, _("Pronto! Seu saldo virou um voucher."))


def _confirm_page(request: CustomerRequest, amount: int, available: int) -> HttpResponse:
    least = least_sale(_purse(request).rules, amount)
    context = {
        "amount": amount,
        "least_sale": least,
        "after": available - amount,
        "days": request.brand.voucher_days,
        "key": secrets.token_hex(16),
        "typed": request.POST["amount"],
    }
    return _convert_page(request, context, 200)


def _convert_page(request: CustomerRequest, context: dict[str, Any], status: int) -> HttpResponse:
    frame = {"section": "offers", "unit": request.brand.currency}
    return render_page(request, "portal/convert.html", frame | context, status=status)


def _convertible(request: CustomerRequest) -> int:
    """Minor units of the brand's currency that the customer can turn into a voucher now."""
    return _purse(request).usable_minor


def _purse(request: CustomerRequest) -> Purse:
    return purse_of(tenant=request.tenant, customer=request.customer.id)


def _spending(request: CustomerRequest) -> dict[str, Any]:
    """What can be converted, and by which rules; known before the customer tries."""
    purse, currency = _purse(request), request.brand.currency
    least = purse.rules.minimum_balance
    facts = {"minimum_minor": least, "missing_minor": least - purse.available_minor, "currency": currency}
    return {
        "available": purse.usable_minor,
        "has": purse.available_minor,
        "why_not": why_not_usable(purse.refusal, facts, words.locale()),
        "spending": spending_sentences(
            purse.rules, currency=currency, locale=words.locale(), names=rule_names(tenant=request.tenant)
        ),
    }


def _find(request: CustomerRequest, coupon: UUID) -> Offer:
    found = offers_of(tenant=request.tenant, customer=request.customer.id)
    match = next((each for each in found if each.coupon.id == coupon), None)
    if match is None:
        raise Http404
    return match


def _offer_page(request: CustomerRequest, found: Offer, *, error: DomainError | None = None) -> HttpResponse:
    coupon = found.coupon
    holdings = holdings_of(brand=request.brand, customer=request.customer.id)
    has = next((each.available for each in holdings if each.unit == coupon.cost_unit), 0)
    context = {
        "section": "offers",
        "offer": found,
        "coupon": coupon,
        "picture": picture_url(coupon.image),
        "value_text": words.value_text(coupon),
        "terms": _terms(request, coupon),
        "valid_text": _validity(coupon),
        "reasons": [words.why_not(reason) for reason in found.reasons],
        "missing": found.missing_amount,
        "has": has,
        "after": has - (coupon.cost_amount or 0),
        "key": secrets.token_hex(16),
        "price_fields": price_fields(coupon.cost_amount, coupon.cost_unit),
        "error": words.refusal(error) if error else "",
    }
    return render_page(request, "portal/offer.html", context, status=error.http_status if error else 200)


def _terms(request: CustomerRequest, coupon: CouponInfo) -> list[str]:
    names = {store.id: store.name for store in stores(tenant=request.tenant)}
    found = words.terms_of(coupon, names, everywhere=_("Vale em todas as lojas da marca."))
    if coupon.uses > 1:
        found.append(_("Pode ser usado %(uses)s vezes.") % {"uses": coupon.uses})
    if coupon.usable_from_next_sale:
        found.append(_("Vale a partir da próxima compra."))
    if coupon.limit_per_customer:
        found.append(_("Até %(limit)s por pessoa.") % {"limit": coupon.limit_per_customer})
    if coupon.limit_per_day:
        found.append(_("Até %(limit)s por pessoa por dia.") % {"limit": coupon.limit_per_day})
    if coupon.is_divisible:
        found.append(_("Pode ser usado em partes, até acabar o valor."))
    if not coupon.stacks_with_vouchers:
        found.append(_("Não vale junto com outro voucher na mesma compra."))
    if not coupon.stacks_with_balance:
        found.append(_("Não vale junto com saldo na mesma compra."))
    return found


def _validity(coupon: CouponInfo) -> str:
    parts = []
    if coupon.usable_from_days:
        parts.append(_("A partir de %(days)s dias depois da troca") % {"days": coupon.usable_from_days})
    if coupon.valid_days:
        parts.append(_("%(days)s dias depois da troca") % {"days": coupon.valid_days})
    elif coupon.period_until:
        parts.append(words.how_long(coupon.period_until, now()))
    else:
        parts.append(_("Sem prazo para usar"))
    return "; ".join(parts)


def _key(request: CustomerRequest) -> str:
    """The nonce of the rendered form, within this customer's own names: nobody can take another's key."""
    nonce = request.POST.get("key", "")[:LONGEST_NONCE]
    usable = nonce if nonce.isalnum() and nonce.isascii() else secrets.token_hex(16)
    return f"portal:{request.customer.id}:{usable}"


def _to_voucher(request: CustomerRequest, voucher: VoucherInfo, text: str) -> HttpResponse:
    messages.success(request, text)
    return HttpResponseRedirect(reverse("portal:voucher", args=[request.brand.slug, voucher.id]))
