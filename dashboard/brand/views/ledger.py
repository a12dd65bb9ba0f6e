"""The ledger: whether it adds up, its closed days, and what the brand owes."""

from decimal import Decimal
from typing import Any
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
from insights.selectors import LiabilityReport, LiabilityRow, liability_report
from programs.selectors import check_books
from smartbis.kernel.charts import bar_chart
from smartbis.kernel.clock import now
from smartbis.kernel.units import TIER_POINTS, is_currency, minor_digits
from smartbis.ledger.closes import CloseCheck, CloseInfo, closes, last_close, verify_newest_closes
from smartbis.ledger.errors import LedgerTooLarge
from smartbis.ledger.figures import instant_text

PAGE = 14
MOST_DAYS = 10_000


@desk(reads="ledger.check", writes="ledger.check")
def check(request: DeskRequest) -> HttpResponse:
    """Whether what is kept is what the transfers say; a posted form counts anew. `?format=csv` names what differs."""
    if request.GET.get("format") == "csv":
        return _differences_csv(request)
    result, refusal = None, ""
    if request.method == "POST":
        try:
            result = check_books(tenant=request.tenant)
        except LedgerTooLarge as error:
            refusal = words.refusal(error)
    context = {
        "section": "ledger_liability",
        "tabs": _tabs(request),
        "result": result,
        "refusal": refusal,
        "checked_at": now() if result else None,
        "last": last_close(tenant=request.tenant),
        "csv_url": f"{reverse('dashboard:ledger')}?format=csv",
    }
    is_fragment = request.htmx and request.headers.get("HX-Target") == "check"
    return render_page(request, "dashboard/ledger_check.html" if is_fragment else "dashboard/ledger.html", context)


@desk(reads="ledger.see", writes="ledger.see")
def closed_days(request: DeskRequest) -> HttpResponse:
    """Closed days, the newest first; a posted form recounts them. `?format=csv` gives all of them."""
    if request.GET.get("format") == "csv":
        return _closes_csv(request)
    result, refusal = None, ""
    if request.method == "POST":
        try:
            result = verify_newest_closes(tenant=request.tenant)
        except LedgerTooLarge as error:
            refusal = words.refusal(error)
    here = reverse("dashboard:ledger_closes")
    context: dict[str, Any] = {
        "section": "ledger_liability",
        "tabs": _tabs(request),
        "result": result,
        "refusal": refusal,
        "problem": _problem(result) if result else "",
        "csv_url": f"{here}?format=csv",
    }
    if request.htmx and request.headers.get("HX-Target") == "check":
        return render_page(request, "dashboard/ledger_closes_check.html", context)
    cursor = request.GET.get("cursor") or None
    page = closes(tenant=request.tenant, cursor=cursor, limit=PAGE)
    context |= {
        "days": [_day(each) for each in page.items],
        "next_url": f"{here}?cursor={page.next_cursor}" if page.next_cursor else "",
        "first_url": here if cursor else "",
    }
    return render_page(request, "dashboard/ledger_closes.html", context)


@desk(reads="ledger.see")
def owed(request: DeskRequest) -> HttpResponse:
    """What the brand owes its customers, how old it is, and each month's use. `?format=csv`: as a file."""
    report = liability_report(tenant=request.tenant)
    if request.GET.get("format") == "csv":
        return _liability_csv(request, report)
    context = {
        "section": "ledger_liability",
        "tabs": _tabs(request),
        "as_of": report.as_of,
        "aged_at": report.aged_at if report.aged_at != report.as_of else None,
        "units": [_unit(report, row) for row in report.rows],
        "csv_url": f"{reverse('dashboard:ledger_liability')}?format=csv",
        "programs_url": reverse("dashboard:programs"),
    }
    return render_page(request, "dashboard/ledger_liability.html", context)


def _tabs(request: DeskRequest) -> list[tuple[str, str, str]]:
    tabs = [
        ("ledger_liability", _("O que a marca deve"), "ledger.see"),
        ("ledger_closes", _("Fechamentos"), "ledger.see"),
        ("ledger", _("Conferência"), "ledger.check"),
    ]
    return [(key, label, reverse(f"dashboard:{key}")) for key, label, verb in tabs if request.may(verb)]


def _unit_name(unit: str) -> str:
    return unit if is_currency(unit) else _("Pontos de nível") if unit == TIER_POINTS else _("Pontos")


def _day(close: CloseInfo) -> dict[str, Any]:
    return {
        "day": close.day,
        "transfers": words.number(close.transfers),
        "hash": close.hash,
        "units": [
            {
                "unit": _unit_name(each.unit),
                "opening": words.amount(each.opening, each.unit),
                "issued": words.amount(each.issued, each.unit),
                "reversed": words.amount(each.reversed, each.unit),
                "spent": words.amount(each.spent - each.returned, each.unit),
                "other": words.amount(each.adjusted - each.forfeited + each.written_off, each.unit),
                "closing": words.amount(each.closing, each.unit),
            }
            for each in close.figures
        ],
    }


def _problem(check: CloseCheck) -> str:
    words_for = {
        "figures": _("Os valores do dia não são mais a soma dos movimentos."),
        "transfers": _("Algum movimento do dia foi mudado, tirado ou acrescentado."),
        "chain": _("A assinatura do dia não confere com a do dia anterior."),
        "gap": _("O dia não começa onde o anterior terminou."),
        "late": _("Há um movimento anterior ao primeiro dia fechado."),
        "missing": _("Deste dia em diante havia dias fechados que não estão mais aqui."),
    }
    return words_for.get(check.problem, "")


def _unit(report: LiabilityReport, row: LiabilityRow) -> dict[str, Any]:
    labels = (_("até 30 dias"), _("31 a 90 dias"), _("91 a 180 dias"), _("181 a 365 dias"), _("mais de 365 dias"))
    bars = bar_chart(
        [(label, float(age)) for label, age in zip(labels, row.ages, strict=True)],
        words=lambda value: words.amount(round(value), row.unit),
    )
    value = ""
    if row.value_minor is not None and not is_currency(row.unit):
        value = words.amount(row.value_minor, report.currency)
    told = [each for each in row.use if each.used_bp is not None]
    return {
        "name": _unit_name(row.unit),
        "unit": row.unit,
        "row": row,
        "value": value,
        "has_no_value": not is_currency(row.unit) and row.value_minor is None,
        "bars": bars if any(row.ages) else (),
        "use": [
            {
                "month": _months_ago(each.months),
                "earned": words.amount(each.earned, row.unit),
                "left": words.amount(each.left, row.unit),
                "used": words.percentage(each.used_bp) if each.used_bp is not None else "",
            }
            for each in row.use
            if each.earned
        ],
        "takeaway": _use_takeaway(told[-1].months, told[-1].used_bp or 0) if told else "",
    }


def _months_ago(months: int) -> str:
    return _("há 1 mês") if months == 1 else _("há %(count)s meses") % {"count": months}


def _use_takeaway(months: int, used_bp: int) -> str:
    sentence = _("Do que foi ganho %(when)s, %(share)s já foi usado.")
    return sentence % {"when": _months_ago(months), "share": words.percentage(used_bp)}


def _units(value: int, unit: str) -> Cell:
    return Decimal(value).scaleb(-minor_digits(unit)) if is_currency(unit) else value


def _filename(request: DeskRequest, what: str) -> str:
    today = now().astimezone(ZoneInfo(request.brand.timezone)).date()
    return f"{request.brand.slug}-{what}-{today}.csv"


def _differences_csv(request: DeskRequest) -> HttpResponse:
    try:
        found = check_books(tenant=request.tenant).differences
    except LedgerTooLarge as error:
        return HttpResponse(words.refusal(error), content_type="text/plain; charset=utf-8", status=error.http_status)
    header = [_("Cliente"), _("Unidade"), _("Parte"), _("Valor guardado"), _("Soma dos movimentos"), _("Tipo"), _("Id")]
    rows: list[list[Cell]] = [list(header)]
    for each in found:
        of = [str(each.customer_id or ""), each.unit, each.part]
        rows.append([*of, each.kept, each.counted, each.kind, str(each.id or "")])
    return csv_response(rows, _filename(request, "conferencia"))


_COLUMNS = ("opening", "issued", "reversed", "spent", "returned", "adjusted", "forfeited", "written_off", "closing")
_PARTS = ("available", "pending", "held", "in_vouchers", "owed")


_PROOF = ("hash", "previous_hash", "since", "until", "transfers_digest", "tenant")


def _closes_csv(request: DeskRequest) -> HttpResponse:
    """Every closed day, the oldest first, with all that its hash covers: the columns are named as in the API."""
    found = closes(tenant=request.tenant, limit=MOST_DAYS).items
    rows: list[list[Cell]] = [["day", "unit", *_COLUMNS, *_PARTS, "transfers", *_PROOF]]
    for close in reversed(found):
        span = [instant_text(close.since), instant_text(close.until)]
        proof = [close.hash, close.previous_hash, *span, close.transfers_digest, str(request.tenant)]
        for each in close.figures:
            amounts = [_units(getattr(each, name), each.unit) for name in (*_COLUMNS, *_PARTS)]
            rows.append([close.day.isoformat(), each.unit, *amounts, each.transfers, *proof])
    return csv_response(rows, _filename(request, "fechamentos"))


def _liability_csv(request: DeskRequest, report: LiabilityReport) -> HttpResponse:
    """What is owed, by unit: the parts less what is to be set off are the total, as are the ages less what lacks."""
    header = [_("Unidade"), _("Disponível"), _("A liberar"), _("Reservado em compras"), _("Em vouchers")]
    header += [_("A descontar"), _("Total")]
    header += [_("até 30 dias"), _("31 a 90 dias"), _("91 a 180 dias"), _("181 a 365 dias"), _("mais de 365 dias")]
    header += [
        _("Devido além do saldo"),
        _("Uso esperado"),
        _("Valor em %(unit)s") % {"unit": report.currency},
        _("Em"),
        _("Clientes com saldo"),
    ]
    rows: list[list[Cell]] = [list(header)]
    at = date_format(report.as_of, "c")
    for row in report.rows:
        amounts = (row.available, row.pending, row.held, row.in_vouchers, row.owed, row.total, *row.ages, row.lacking)
        value: Cell = "" if row.value_minor is None else _units(row.value_minor, report.currency)
        expected: Cell = "" if row.expected_use is None else _units(row.expected_use, row.unit)
        rows.append([row.unit, *(_units(each, row.unit) for each in amounts), expected, value, at, row.holders])
    return csv_response(rows, _filename(request, "passivo"))
