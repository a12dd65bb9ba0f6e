"""What messages cost: a month by category, automation and campaign, and the rate card."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.forms.rates import RatesForm
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest
from dashboard.brand.states import template_name
from dashboard.brand.views.messages import frame
from messaging.errors import RatesInvalid
from messaging.infos import CostLine
from messaging.rates import Rate
from messaging.selectors import month_costs, own_rates_since, rate_card
from messaging.services import load_rates
from vouchers.selectors.campaigns import campaigns

MONTHS = 13


@desk(reads="message.see", writes="message.change")
def index(request: DeskRequest) -> HttpResponse:
    """A month's costs (`?month=2026-11`) and the rates in force; a posted file brings others."""
    form = RatesForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            count = load_rates(tenant=request.tenant, content=form.cleaned_data["file"].read(), actor=request.actor)
        except RatesInvalid as error:
            form.refuse_rates(error)
        else:
            said = ngettext("%(n)s preço guardado.", "%(n)s preços guardados.", count) % {"n": words.number(count)}
            messages.success(request, said)
            return HttpResponseRedirect(reverse("dashboard:costs"))
    today = localdate()
    months = _months(today)
    month = next((each for each in months if f"{each:%Y-%m}" == request.GET.get("month")), months[0])
    costs = month_costs(tenant=request.tenant, month=month)
    card = rate_card(tenant=request.tenant)
    named = {str(each.id): each.name for each in campaigns(tenant=request.tenant)}
    context = frame("costs") | {
        "months": [(f"{each:%Y-%m}", date_format(each, "F Y").capitalize(), each == month) for each in months],
        "stats": _stats(costs.total),
        "unpriced": words.number(costs.total.unpriced) if costs.total.unpriced else "",
        "is_empty": not costs.total.messages,
        "tables": [
            (_("Por categoria"), _("Categoria"), [_line(each, category_name(each.key)) for each in costs.by_category]),
            (_("Por automação"), _("Automação"), [_line(each, template_name(each.key)) for each in costs.by_template]),
            (_("Por campanha"), _("Campanha"), [_line(each, named.get(each.key, "—")) for each in costs.by_campaign]),
        ],
        "rates": [_rate(each) for each in card.in_force(today)],
        "loaded_at": own_rates_since(tenant=request.tenant),
        "form": form,
        "may_change": request.may("message.change"),
    }
    return render_page(request, "dashboard/costs.html", context, status=422 if form.errors else 200)


def category_name(category: str) -> str:
    """A category of Meta's price list."""
    names = {
        "marketing": _("Ofertas (marketing)"),
        "utility": _("Avisos (utilidade)"),
        "authentication": _("Códigos de acesso"),
        "authentication_international": _("Códigos de acesso, internacional"),
        "service": _("Respostas em conversa"),
    }
    return names.get(category, category.replace("_", " "))


def _months(today: date) -> list[date]:
    """The running month and those before it."""
    found: list[date] = []
    day = today.replace(day=1)
    while len(found) < MONTHS:
        found.append(day)
        day = (day - timedelta(days=1)).replace(day=1)
    return found


def _stats(total: CostLine) -> list[dict[str, Any]]:
    untold = ngettext("%(n)s ainda sem preço da Meta", "%(n)s ainda sem preço da Meta", total.untold)
    return [
        {
            "label": _("Custo das mensagens"),
            "value": words.costs(total.amounts),
            "note": untold % {"n": words.number(total.untold)} if total.untold else "",
        },
        {"label": _("Mensagens enviadas"), "value": words.number(total.messages), "note": ""},
        {
            "label": _("Cobradas pela Meta"),
            "value": words.number(total.billed),
            "note": _("as outras não custam"),
        },
    ]


def _line(line: CostLine, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "messages": words.number(line.messages),
        "billed": words.number(line.billed),
        "cost": words.costs(line.amounts),
        "unpriced": words.number(line.unpriced) if line.unpriced else "",
    }


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "country": rate.country or _("demais países"),
        "category": category_name(rate.category),
        "price": words.cost(rate.micros, rate.currency),
        "since": date_format(rate.effective_on, "SHORT_DATE_FORMAT"),
        "source": rate.source,
    }
