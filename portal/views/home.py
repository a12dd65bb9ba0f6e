"""The first page, and every movement."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from insights.selectors import rule_names
from portal import belonging, cards, words
from portal.access import customer_page
from portal.pages import render_page
from portal.requests import CustomerRequest
from portal.selectors import HomePage, home_page
from portal.selectors.home import holdings_of
from programs.selectors import customer_statement
from programs.services import put_away
from smartbis.kernel.pages import InvalidCursor
from smartbis.kernel.units import is_currency

PAGE = 30


@require_safe
@customer_page
def home(request: CustomerRequest) -> HttpResponse:
    """Balance, what is coming, the next reward, what can be used now."""
    slug = request.brand.slug
    page = home_page(brand=request.brand, customer=request.customer.id, locale=words.locale())
    context = {
        "section": "home",
        "holdings": page.holdings,
        "goal": _goal(page),
        "can_convert": _can_convert(page),
        "vouchers": [cards.voucher_ticket(slug, voucher) for voucher in page.vouchers],
        "offers": [cards.offer_ticket(slug, offer) for offer in page.offers],
        "rows": [cards.statement_row(slug, line) for line in page.lines],
        "notices": page.notices,
        "promises": page.promises,
        "progress": belonging.tier_progress(page.tier, request.brand.currency),
        "plans": [belonging.plan_short(member) for member in page.plans],
        "goals": [cards.goal_card(slug, each, request.brand.currency) for each in page.goals],
        "can_refer": page.can_refer,
        "events": [cards.event_card(slug, each) for each in page.events],
    }
    return render_page(request, "portal/home.html", context)


@require_POST
@customer_page
def put_notice_away(request: CustomerRequest, notice: UUID) -> HttpResponse:
    """Show a notice of new rules to this customer no more."""
    put_away(tenant=request.tenant, notice=notice, customer=request.customer.id)
    if request.headers.get("HX-Request"):
        return HttpResponse("")
    return HttpResponseRedirect(reverse("portal:home", args=[request.brand.slug]))


@require_safe
@customer_page
def statement(request: CustomerRequest) -> HttpResponse:
    """Every movement with its why; asked for by htmx, only the next ones."""
    slug = request.brand.slug
    holdings = holdings_of(brand=request.brand, customer=request.customer.id)
    units = [holding.unit for holding in holdings]
    unit = request.GET.get("unit", "")
    unit = unit if unit in units else ""
    try:
        page = customer_statement(
            tenant=request.tenant,
            customer=request.customer.id,
            locale=words.locale(),
            unit=unit or None,
            cursor=request.GET.get("cursor") or None,
            limit=PAGE,
            names_of=rule_names,
        )
    except (InvalidCursor, ValueError):
        raise Http404 from None
    here = reverse("portal:statement", args=[slug])
    chosen = f"unit={unit}&" if unit else ""
    context: dict[str, Any] = {
        "section": "statement",
        "days": cards.by_day(slug, page.items),
        "next_url": f"{here}?{chosen}cursor={page.next_cursor}" if page.next_cursor else "",
        "first_url": here if request.GET.get("cursor") else "",
    }
    if request.headers.get("HX-Request"):
        return render_page(request, "portal/_movements.html", context)
    context["holdings"] = [holding for holding in holdings if not unit or holding.unit == unit]
    context["tabs"] = _tabs(here, units)
    context["unit"] = unit
    return render_page(request, "portal/statement.html", context)


def _tabs(here: str, units: list[str]) -> list[tuple[str, str, str]]:
    if len(units) < 2:
        return []
    names = [(unit, _("Cashback") if is_currency(unit) else _("Pontos"), f"{here}?unit={unit}") for unit in units]
    return [("", _("Tudo"), here), *names]


def _goal(page: HomePage) -> dict[str, Any] | None:
    if page.goal is None or not page.goal.coupon.cost_amount:
        return None
    coupon = page.goal.coupon
    cost = coupon.cost_amount or 0
    missing = words.amount_words(page.goal.missing_amount, coupon.cost_unit)
    return {
        "value": cost - page.goal.missing_amount,
        "max": cost,
        "text": _("Faltam %(missing)s para %(offer)s") % {"missing": missing, "offer": coupon.name},
    }


def _can_convert(page: HomePage) -> bool:
    return any(is_currency(holding.unit) and holding.available > 0 for holding in page.holdings)
