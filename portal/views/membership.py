"""What a customer belongs to: the tier with the way to the next, plans with their end, and how to renew them."""

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal import belonging, words
from portal.access import customer_page
from portal.pages import render_page
from portal.requests import CustomerRequest
from portal.selectors.home import holdings_of
from portal.shown import price_fields, shown_price
from programs.selectors import MemberInfo, PlanInfo, current_plans, plans, tier_card
from programs.services import buy_plan_with_points
from smartbis.kernel.errors import DomainError, NotFound
from smartbis.kernel.units import POINTS

LONGEST_NONCE = 64


@require_safe
@customer_page
def membership(request: CustomerRequest) -> HttpResponse:
    """Tier and plans."""
    return _page(request)


@require_POST
@customer_page
def pay_with_points(request: CustomerRequest, plan: str) -> HttpResponse:
    """Buy or renew a plan with points, once for each rendered form."""
    nonce = request.POST.get("key", "")[:LONGEST_NONCE]
    usable = nonce if nonce.isalnum() and nonce.isascii() else secrets.token_hex(16)
    try:
        buy_plan_with_points(
            tenant=request.tenant,
            customer=request.customer.id,
            plan_key=plan,
            key=f"portal:{request.customer.id}:{usable}",
            actor=request.actor,
            expects_price=shown_price(request),
        )
    except NotFound:
        raise
    except DomainError as error:
        return _page(request, error=error)
    messages.success(request, _("Pronto! Seu plano está em dia."))
    return HttpResponseRedirect(reverse("portal:membership", args=[request.brand.slug]))


def _page(request: CustomerRequest, *, error: DomainError | None = None) -> HttpResponse:
    tenant, customer, currency = request.tenant, request.customer.id, request.brand.currency
    mine = current_plans(tenant=tenant, customer=customer)
    sold = plans(tenant=tenant, live_only=True)
    holdings = holdings_of(brand=request.brand, customer=customer)
    points = next((each.available for each in holdings if each.unit == POINTS), 0)
    card = tier_card(tenant=tenant, customer=customer)
    context: dict[str, Any] = {
        "section": "home",
        "progress": belonging.tier_progress(card, currency),
        "steps": belonging.steps(card.ladder, currency, card.tier) if card else [],
        "counted": belonging.counted(card.ladder) if card else "",
        "mine": [_mine(request, member, points) for member in mine],
        "others": [
            belonging.plan_offer(plan, currency) | _ways(request, plan, points)
            for plan in sold
            if plan.key not in {member.plan.key for member in mine}
        ],
        "error": words.refusal(error) if error else "",
    }
    return render_page(request, "portal/membership.html", context, status=error.http_status if error else 200)


def _mine(request: CustomerRequest, member: MemberInfo, points: int) -> dict[str, Any]:
    offer = belonging.plan_offer(member.plan, request.brand.currency)
    ways = _ways(request, member.plan, points) if member.can_renew(request.brand.timezone) else {}
    since = words.day(member.started_at)
    return offer | belonging.plan_short(member) | {"since": since, "can_renew": bool(ways)} | ways


def _ways(request: CustomerRequest, plan: PlanInfo, points: int) -> dict[str, Any]:
    """How a plan is paid: the brand's Pix key, its link, points; else at the till that sells its articles, or with the
    team, who book it on the customer's page.
    """
    cost = plan.price_points
    return {
        "pix_key": plan.pix_key,
        "payment_link": plan.payment_link,
        "at_till": bool(plan.skus),
        "points_url": reverse("portal:plan_points", args=[request.brand.slug, plan.key])
        if cost is not None and points >= cost
        else "",
        "points_cost": words.amount_words(cost, POINTS) if cost is not None else "",
        "points_missing": words.amount_words(cost - points, POINTS) if cost is not None and points < cost else "",
        "points_after": words.amount_words(points - cost, POINTS) if cost is not None and points >= cost else "",
        "fields": [("key", secrets.token_hex(16)), *price_fields(cost, POINTS)],
    }
