"""A partner's monthly statement in words: the same for the brand that settles it and for the partner's people."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dashboard.brand import words
from dashboard.brand.reports import Cell, csv_response
from dashboard.requests import StaffRequest
from insights.selectors.statements import PartnerStatement, partner_statements
from smartbis.kernel.clock import now
from smartbis.kernel.units import minor_digits

MONTHS = 12


@dataclass(frozen=True)
class Asked:
    """The month that an address asks for, of those that can be shown, and what was found for who asks."""

    month: date
    months: list[date]
    found: list[PartnerStatement]

    def context(self) -> dict[str, Any]:
        """What `components/partner_statements.html` shows."""
        return {
            "months": [
                (f"{each:%Y-%m}", date_format(each, "F Y").capitalize(), each == self.month) for each in self.months
            ],
            "is_running": self.month == self.months[0],
            "statements": [shown(each) for each in self.found],
            "csv_query": f"month={self.month:%Y-%m}&format=csv" if self.found else "",
        }


def asked(request: StaffRequest) -> Asked:
    """The statements of `?month=2026-11`, this month's without; a partner's people get their own alone."""
    today = now().astimezone(ZoneInfo(request.brand.timezone)).date()
    months = _months(today)
    month = next((each for each in months if f"{each:%Y-%m}" == request.GET.get("month")), months[0])
    return Asked(month, months, partner_statements(tenant=request.tenant, month=month, actor=request.actor))


def file_of(request: StaffRequest, statements: Asked) -> HttpResponse:
    """The month's lines as CSV."""
    name = _("parceiras")
    return csv_response(cells(statements.found), f"{request.brand.slug}-{name}-{statements.month:%Y-%m}.csv")


def shown(each: PartnerStatement) -> dict[str, Any]:
    """One partner's month as `components/partner_statement.html` wants it."""
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


def cells(statements: list[PartnerStatement]) -> list[list[Cell]]:
    """The same as rows of a file: a line for each coupon at each store, then the balance."""
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


def _funded_by(name: str) -> str:
    return _("a marca") if name == "brand" else _("a loja")


def _months(today: date) -> list[date]:
    """This month and those before it, the newest first."""
    found = [today.replace(day=1)]
    while len(found) < MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found
