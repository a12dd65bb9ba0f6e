"""Tiers: the ladder with how many stand on each step, its form, and who is in a tier."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.brand import membership, words
from dashboard.brand.access import desk
from dashboard.brand.forms.programs import symbol_of
from dashboard.brand.forms.tiers import LadderForm
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest
from programs.selectors import LadderInfo, find_ladder, tier_counts, tier_members
from programs.services import set_ladder
from smartbis.customers.selectors import get_customers
from smartbis.kernel.errors import DomainError


@desk(reads="plan.see")
def index(request: DeskRequest) -> HttpResponse:
    """The ladder with how many customers stand on each step."""
    info = find_ladder(tenant=request.tenant)
    context = {
        "section": "tiers",
        "ladder": _shown(request, info) if info else None,
        "change_url": reverse("dashboard:tiers_change") if request.may("plan.change") else "",
    }
    is_fragment = request.htmx and request.headers.get("HX-Target") == "walk"
    return render_page(request, "dashboard/tiers_walk.html" if is_fragment else "dashboard/tiers.html", context)


@desk(reads="plan.change", writes="plan.change")
def change(request: DeskRequest) -> HttpResponse:
    """Set the ladder; everybody is judged anew in the background."""
    info = find_ladder(tenant=request.tenant)
    form = LadderForm(request.POST if request.method == "POST" else None, ladder=info.ladder if info else None)
    if request.method == "POST" and form.is_valid():
        try:
            set_ladder(tenant=request.tenant, tiers=form.tiers(), actor=request.actor, **form.policy())
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Níveis salvos. Os clientes estão sendo avaliados de novo."))
            return HttpResponseRedirect(reverse("dashboard:tiers"))
    context = {
        "section": "tiers",
        "form": form,
        "is_new": info is None,
        "symbol": symbol_of(request.brand.currency, words.locale()),
        "back_url": reverse("dashboard:tiers"),
    }
    return render_page(request, "dashboard/tiers_form.html", context, status=422 if form.errors else 200)


@desk(reads="plan.see")
def members(request: DeskRequest, tier: str) -> HttpResponse:
    """Who is in a tier, who has been longest first."""
    info = find_ladder(tenant=request.tenant)
    found = next((each for each in info.ladder.tiers if each.key == tier), None) if info else None
    if info is None or found is None:
        raise Http404
    cursor = request.GET.get("cursor") or None
    page = tier_members(tenant=request.tenant, tier=tier, cursor=cursor)
    people = get_customers(tenant=request.tenant, customers=[each.customer_id for each in page.items])
    here = reverse("dashboard:tier_members", args=[tier])
    measure, currency = info.ladder.measure, request.brand.currency
    lines: list[dict[str, Any]] = []
    for each in page.items:
        person = people.get(each.customer_id)
        lines.append(
            {
                "href": reverse("dashboard:customer", args=[each.customer_id]),
                "name": (person.name or person.external_id if person else "") or _("Sem nome"),
                "figure": membership.figure(each.figure, measure, currency),
                "missing": membership.figure(each.missing, measure, currency) if each.missing else "",
                "since": words.day(each.reached_at),
                "until": membership.last_day(each.keep_until) if each.keep_until else "",
            }
        )
    context = {
        "section": "tiers",
        "tier": found,
        "members": lines,
        "next_url": f"{here}?{urlencode({'cursor': page.next_cursor})}" if page.next_cursor else "",
        "first_url": here if cursor else "",
        "back_url": reverse("dashboard:tiers"),
    }
    return render_page(request, "dashboard/tier_members.html", context)


def _shown(request: DeskRequest, info: LadderInfo) -> dict[str, Any]:
    counts, ladder = tier_counts(tenant=request.tenant), info.ladder
    return {
        "measured": membership.measured(ladder),
        "kept": membership.kept(ladder),
        "warns": ladder.warns_before,
        "is_walking": info.walked_at is None,
        "walk_done": info.walk_done,
        "walk_total": max(info.walk_total, info.walk_done, 1),
        "url": reverse("dashboard:tiers"),
        "tiers": [
            {
                "tier": tier,
                "from": membership.figure(tier.threshold, ladder.measure, request.brand.currency)
                if tier.threshold
                else _("todos"),
                "benefits": [line for line in tier.benefits.splitlines() if line.strip()],
                "count": words.number(counts.get(tier.key, 0)),
                "href": reverse("dashboard:tier_members", args=[tier.key]),
            }
            for tier in ladder.tiers
        ],
    }
