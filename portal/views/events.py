"""Events that a customer may come to: the list, one of them, registering and leaving."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from portal import words
from portal.access import customer_page
from portal.cards import event_card
from portal.pages import picture_url, render_page
from portal.requests import CustomerRequest
from portal.shown import price_fields, shown_price
from programs.gatherings.infos import GatheringForCustomer
from programs.gatherings.selectors import gathering_for, gatherings_for
from programs.gatherings.services import leave, register
from smartbis.kernel.errors import DomainError, NotFound


@require_safe
@customer_page
def events(request: CustomerRequest) -> HttpResponse:
    """What lies ahead: where they have a place first, then the rest."""
    found = gatherings_for(tenant=request.tenant, customer=request.customer.id)
    slug = request.brand.slug
    context = {
        "section": "home",
        "mine": [event_card(slug, each) for each in found if each.registration],
        "others": [event_card(slug, each) for each in found if not each.registration],
    }
    return render_page(request, "portal/events.html", context)


@require_safe
@customer_page
def event(request: CustomerRequest, gathering: UUID) -> HttpResponse:
    """One event, and registering in two steps."""
    seen = gathering_for(tenant=request.tenant, gathering=gathering, customer=request.customer.id)
    return _page(request, seen)


@require_POST
@customer_page
def enlist(request: CustomerRequest, gathering: UUID) -> HttpResponse:
    """A place, or one in the line; sent twice it is the same one."""
    seen = gathering_for(tenant=request.tenant, gathering=gathering, customer=request.customer.id)
    try:
        done = register(
            tenant=request.tenant,
            gathering=gathering,
            customer=request.customer.id,
            actor=request.actor,
            channel="portal",
            expects_price=shown_price(request),
        )
    except NotFound:
        raise
    except DomainError as error:
        return _page(request, seen, error=error)
    if done.status == "waiting":
        messages.success(request, _("Lotado por enquanto: você está na lista de espera. Avisamos se abrir um lugar."))
    else:
        messages.success(request, _("Pronto! Mostre esta entrada na porta."))
    return _to(request, gathering)


@require_POST
@customer_page
def leave_event(request: CustomerRequest, gathering: UUID) -> HttpResponse:
    """Give the place back."""
    seen = gathering_for(tenant=request.tenant, gathering=gathering, customer=request.customer.id)
    if seen.registration is None:
        raise Http404
    try:
        leave(tenant=request.tenant, registration=seen.registration.id, actor=request.actor)
    except NotFound:
        raise
    except DomainError as error:
        return _page(request, seen, error=error)
    messages.success(request, _("Inscrição cancelada."))
    return _to(request, gathering)


def _page(request: CustomerRequest, seen: GatheringForCustomer, *, error: DomainError | None = None) -> HttpResponse:
    info, mine = seen.gathering, seen.registration
    slug = request.brand.slug
    context: dict[str, Any] = {
        "section": "home",
        "seen": seen,
        "event": info,
        "mine": mine,
        "picture": picture_url(info.image),
        "when": words.span(info.starts_at, info.ends_at),
        "price": words.amount_words(info.price_amount, info.price_unit) if info.price_amount else _("Grátis"),
        "price_fields": price_fields(info.price_amount, info.price_unit),
        "places": _places(seen),
        "back_text": _back(seen),
        "reasons": [words.event_reason(code, seen) for code in seen.reasons],
        "entry_url": reverse("portal:voucher", args=[slug, mine.voucher_id]) if mine and mine.voucher_id else "",
        "error": words.refusal(error) if error else "",
    }
    return render_page(request, "portal/event.html", context, status=error.http_status if error else 200)


def _places(seen: GatheringForCustomer) -> str:
    left = seen.gathering.places_left
    if left is None:
        return ""
    if left == 0:
        return _("Lotado: dá para entrar na lista de espera.")
    return ngettext("Resta %(left)s lugar", "Restam %(left)s lugares", left) % {"left": left}


def _back(seen: GatheringForCustomer) -> str:
    """What becomes of the points of who leaves."""
    info = seen.gathering
    if not info.costs_points:
        return ""
    if info.refunds_until is None:
        return _("Quem desiste não recebe os pontos de volta.")
    return _("Quem desiste até %(moment)s recebe os pontos de volta.") % {"moment": words.moment(info.refunds_until)}


def _to(request: CustomerRequest, gathering: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("portal:event", args=[request.brand.slug, gathering]))
