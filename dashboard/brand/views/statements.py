"""What each partner honoured in a month, who bears it, and what the brand owes for it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.pages import render_page
from dashboard.brand.reports import Cell, csv_response
from dashboard.brand.requests import DeskRequest
from insights.selectors.statements import PartnerStatement, partner_statements
from smartbis.kernel.clock import now
from smartbis.kernel.units import minor_digits

MONTHS = 12


@desk(reads="report.see")
def show(request: DeskRequest) -> HttpResponse:
    """A month's statements; `?month=2026-11`, `?format=csv` gives them as a file."""
    today = now().astimezone(ZoneInfo(request.brand.timezone)).date()
    months = _months(today)
    month = next((each for each in months if f"{each:%Y-%m}" == request.GET.get("month")), months[0])
    found = partner_statements(tenant=request.tenant, month=month, actor=request.actor)
    if request.GET.get("format") == "csv":
        return csv_response(_cells(found), f"{request.brand.slug}-parceiras-{month:%Y-%m}.csv")
    here = reverse("dashboard:statements")
    context = {
        "section": "reports",
        "months": [(f"{each:%Y-%m}", date_format(each, "F Y").capitalize(), each == month) for each in months],
        "is_running": month == months[0],
        "statements": [_statement(each) for each in found],
        "csv_url": f"{here}?{urlencode({'month': f'{month:%Y-%m}', 'format': 'csv'})}",
        "stores_url": reverse("dashboard:stores") if request.may("store.see") else "",
    }
    return render_page(request, "dashboard/statements.html", context)


def _months(today: date) -> list[date]:
    """This month and those before it, the newest first."""
    found = [today.replace(day=1)]
    while len(found) < MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def _statement(each: PartnerStatement) -> dict[str, Any]:
    unit = each.currency
    return {
        "name": each.partner.name,
        "due": words.amount(abs(each.due_minor), unit),
        "owes_brand": each.due_minor < 0,
        "borne": words.amount(each.borne_minor, unit),
        "uses": words.number(each.uses),
        "sales": words.amount(each.sales_minor, unit),
        "sales_count": words.number(each.sales),
        "honoured": [
            {
                "store": line.store,
                "coupon": line.coupon or "—",
                "funded_by": _funded_by(line.funded_by),
                "uses": words.number(line.uses),
                "taken_back": words.number(line.taken_back),
                "cost": words.amount(line.cost_minor - line.back_cost_minor, unit),
                "due": words.amount(line.due_minor, unit),
            }
            for line in each.honoured
        ],
        "earned": [
            _("%(store)s: %(amount)s, pago pela marca")
            % {"store": line.store, "amount": words.amount(line.earned - line.reversed, line.unit)}
            for line in each.earned
        ],
    }


def _funded_by(name: str) -> str:
    return _("a marca") if name == "brand" else _("a loja")


def _cells(statements: list[PartnerStatement]) -> list[list[Cell]]:
    lines: list[list[Cell]] = [
        [
            _("Parceira"),
            _("Loja"),
            _("Cupom"),
            _("Quem paga"),
            _("Usos"),
            _("Usos desfeitos"),
            _("Custo"),
            _("Custo desfeito"),
            _("A pagar à parceira"),
            _("Unidade"),
        ]
    ]
    for each in statements:
        digits = minor_digits(each.currency)
        for line in each.honoured:
            money = [
                Decimal(value).scaleb(-digits) for value in (line.cost_minor, line.back_cost_minor, line.due_minor)
            ]
            who = _funded_by(line.funded_by)
            lines.append(
                [each.partner.name, line.store, line.coupon, who, line.uses, line.taken_back, *money, each.currency]
            )
        for earned in each.earned:
            name = _("ganho pelos clientes nas vendas")
            value = Decimal(earned.earned - earned.reversed).scaleb(-minor_digits(earned.unit))
            lines.append([each.partner.name, earned.store, name, _("a marca"), 0, 0, value, 0, 0, earned.unit])
        total = Decimal(each.due_minor).scaleb(-digits)
        lines.append([each.partner.name, "", _("Saldo do mês"), "", each.uses, 0, 0, 0, total, each.currency])
    return lines
