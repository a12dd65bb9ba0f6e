"""Bringing friends, and goals to reach."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import words
from portal.access import customer_page
from portal.cards import goal_card
from portal.pages import render_page
from portal.requests import CustomerRequest
from programs.challenges import services
from programs.challenges.selectors import progress_of
from programs.referrals.selectors import referral_terms, referrals, referrer_info
from programs.referrals.services import code_of
from smartbis.kernel.errors import DomainError, NotFound

MOST_FRIENDS = 50


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def refer(request: CustomerRequest) -> HttpResponse:
    """The customer's own link and code to share, made when they ask for them, and what became of friends."""
    here = reverse("portal:refer", args=[request.brand.slug])
    if request.method == "POST":
        code_of(tenant=request.tenant, customer=request.customer.id)
        return HttpResponseRedirect(here)
    info = referrer_info(tenant=request.tenant, customer=request.customer.id)
    link = request.build_absolute_uri(reverse("portal:invited", args=[request.brand.slug, info.code or "x"]))
    text = _("Venha para %(brand)s comigo! Cadastre-se por aqui: %(link)s (código %(code)s)") % {
        "brand": request.brand.name,
        "link": link,
        "code": info.code,
    }
    found = referrals(tenant=request.tenant, referrer=request.customer.id, limit=MOST_FRIENDS)
    context: dict[str, Any] = {
        "section": "home",
        "info": info,
        "is_live": referral_terms(tenant=request.tenant).is_live,
        "link": link,
        "share_url": f"https://wa.me/?text={quote(text)}",
        "steps": _steps(request, info.terms.minimum_minor, info.terms.wait_days),
        "friends": [
            {
                "name": each.friend_name.partition(" ")[0] or _("Alguém"),
                "state": words.referral_state(each.status),
                "tone": {"settled": "ok", "refused": ""}.get(each.status, "info"),
                "bound_at": each.bound_at,
            }
            for each in found
        ],
    }
    return render_page(request, "portal/refer.html", context)


def _steps(request: CustomerRequest, minimum: int, wait: int) -> list[str]:
    steps = [_("Mande o seu link ou diga o seu código no caixa."), _("A pessoa se cadastra por ele.")]
    if minimum:
        money = words.short_money(minimum, request.brand.currency)
        steps.append(_("Ela faz a primeira compra, a partir de %(money)s.") % {"money": money})
    else:
        steps.append(_("Ela faz a primeira compra."))
    if wait:
        steps.append(_("Passados %(days)s dias sem devolução, você recebe.") % {"days": wait})
    else:
        steps.append(_("Você recebe na hora."))
    return steps


@require_safe
@customer_page
def challenges(request: CustomerRequest) -> HttpResponse:
    """What can be reached now, and what was."""
    found = progress_of(tenant=request.tenant, customer=request.customer.id)
    cards = [goal_card(request.brand.slug, each, request.brand.currency) for each in found]
    context = {
        "section": "home",
        "open": [card for card in cards if not card.is_complete],
        "complete": [card for card in cards if card.is_complete],
    }
    return render_page(request, "portal/challenges.html", context)


@require_POST
@customer_page
def join_challenge(request: CustomerRequest, goal: UUID) -> HttpResponse:
    """Take part in a challenge that asks for it."""
    try:
        services.join_challenge(tenant=request.tenant, challenge=goal, customer=request.customer.id)
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, words.refusal(error))
    else:
        messages.success(request, _("Você está participando. Boa sorte!"))
    return HttpResponseRedirect(reverse("portal:challenges", args=[request.brand.slug]))
