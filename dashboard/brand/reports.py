"""Periods of a report, and its figures as CSV that no spreadsheet runs."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.utils.translation import gettext as _

from dashboard.brand import words
from insights.selectors import ReturnReport
from smartbis.kernel.units import minor_digits

PRESETS = {"7": 7, "30": 30, "90": 90, "365": 365}
USUAL = "30"
LONGEST_DAYS = 3 * 366
_RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "\n")
Cell = str | int | Decimal


@dataclass(frozen=True)
class Period:
    """Days of the brand's calendar, both included; `preset` is empty for one of one's own."""

    since: date
    until: date
    preset: str


def period_from(asked: QueryDict, today: date) -> Period:
    """The period that an address asks for: a preset, or two days of one's own; the usual one for nonsense."""
    preset = asked.get("period", "")
    if preset in PRESETS:
        return Period(today - timedelta(days=PRESETS[preset] - 1), today, preset)
    since, until = _day(asked.get("since")), _day(asked.get("until"))
    if since and until and since <= until <= today and (until - since).days < LONGEST_DAYS:
        return Period(since, until, "")
    return Period(today - timedelta(days=PRESETS[USUAL] - 1), today, USUAL)


def return_csv(report: ReturnReport, store: str, filename: str) -> HttpResponse:
    """The report day by day, then by store."""
    money = report.currency
    header = [_("Dia"), _("Vendas"), _("Valor"), _("Com cliente"), _("Vouchers usados"), _("Desconto"), _("Moeda")]
    rows: list[list[Cell]] = [list(header)]
    rows += [
        [
            day.day.isoformat(),
            day.sales,
            _units(day.amount_minor, money),
            day.identified_sales,
            day.redemptions,
            _units(day.discount_minor, money),
            money,
        ]
        for day in report.by_day
    ]
    if report.by_store:
        rows += [
            [],
            [_("Loja"), _("Vendas"), _("Valor"), _("Clientes"), _("Voltaram"), _("Vouchers usados"), _("Desconto")],
        ]
        rows += [
            [
                row.name,
                row.sales,
                _units(row.amount_minor, money),
                row.buyers,
                row.returning,
                row.redemptions,
                _units(row.discount_minor, money),
            ]
            for row in report.by_store
        ]
    elif store:
        rows += [[], [_("Loja"), store]]
    return csv_response(rows, filename)


def csv_response(rows: Iterable[Iterable[Cell]], filename: str) -> HttpResponse:
    """Rows as CSV with the separators that spreadsheets of the language expect, and no cell that they would run."""
    is_english = words.locale().startswith("en")
    out = io.StringIO()
    writer = csv.writer(out, delimiter="," if is_english else ";", lineterminator="\r\n")
    for row in rows:
        writer.writerow([_cell(each, is_english) for each in row])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def streamed_csv(lines: Iterable[str], filename: str) -> StreamingHttpResponse:
    """A file whose lines are ready and may be many, sent as they come."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _cell(value: Cell, is_english: bool) -> str:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_RUN_BY_SPREADSHEETS) else value
    text = str(value)
    return text if is_english else text.replace(".", ",")


def _units(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-minor_digits(currency))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
