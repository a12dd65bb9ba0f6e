"""The return report: what was issued, what was used, who bought again."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dashboard.brand import figures, words
from dashboard.brand.access import desk
from dashboard.brand.pages import render_page
from dashboard.brand.reports import PRESETS, Period, period_from, return_csv
from dashboard.brand.requests import DeskRequest, uuid_from
from insights.selectors import ReturnReport, return_report
from smartbis.kernel.clock import now
from smartbis.tenancy.selectors import StoreInfo, stores


@desk(reads="report.see")
def returns(request: DeskRequest) -> HttpResponse:
    """A period's figures for the brand or one store; `?format=csv` gives them as a file."""
    today = now().astimezone(ZoneInfo(request.brand.timezone)).date()
    period = period_from(request.GET, today)
    places = stores(tenant=request.tenant, actor=request.actor, active_only=False)
    store = _store(request, places)
    report = return_report(
        tenant=request.tenant, since=period.since, until=period.until, store=store.id if store else _nothing(request)
    )
    if request.GET.get("format") == "csv":
        name = f"{request.brand.slug}-{period.since}-{period.until}.csv"
        return return_csv(report, store.name if store else "", name)
    return render_page(request, "dashboard/report.html", _context(request, report, period, places, store))


def _store(request: DeskRequest, places: list[StoreInfo]) -> StoreInfo | None:
    """The store asked for within reach; None is the whole brand, which only those without limits may see."""
    asked = uuid_from(request.GET.get("store"))
    found = next((each for each in places if each.id == asked), None)
    if found is None and request.actor.stores is not None:
        return places[0] if places else None
    return found


def _nothing(request: DeskRequest) -> UUID | None:
    """Whole brand; for somebody whose stores are all gone, a store that sold nothing."""
    return None if request.actor.stores is None else next(iter(request.actor.stores), UUID(int=0))


def _context(
    request: DeskRequest, report: ReturnReport, period: Period, places: list[StoreInfo], store: StoreInfo | None
) -> dict[str, Any]:
    kept = {"store": str(store.id)} if store else {}
    here = reverse("dashboard:reports")
    span = {"period": period.preset} if period.preset else {"since": str(period.since), "until": str(period.until)}
    labels = {
        "7": _("7 dias"),
        "30": _("30 dias"),
        "90": _("90 dias"),
        "365": _("12 meses"),
    }
    whole = [] if request.actor.stores is not None else [("", _("Toda a marca"), store is None)]
    return {
        "section": "reports",
        "tabs": [(key, labels[key], f"{here}?{urlencode({'period': key} | kept)}") for key in PRESETS],
        "period": period,
        "period_text": _("De %(since)s a %(until)s")
        % {
            "since": date_format(period.since, "SHORT_DATE_FORMAT"),
            "until": date_format(period.until, "SHORT_DATE_FORMAT"),
        },
        "stores": whole + [(str(each.id), each.name, store is not None and each.id == store.id) for each in places],
        "stats": [
            *figures.issued_stats(report),
            figures.used_stat(report),
            figures.repurchase_stat(report),
            figures.sales_stat(report),
            _new_stat(report),
        ],
        "is_empty": not report.sales and not report.redemptions and not any(each.issued for each in report.benefits),
        "line": figures.redemptions_line(report) if store is None else figures.sales_line(report),
        "bars": figures.store_bars(report) if report.by_store else None,
        "by_store": [_row(report, each) for each in report.by_store],
        "currency": report.currency,
        "csv_url": f"{here}?{urlencode(span | kept | {'format': 'csv'})}",
        "import_url": reverse("dashboard:import_new") if request.may("import.run") else "",
    }


def _new_stat(report: ReturnReport) -> figures.Stat:
    note = _("compraram pela primeira vez no período")
    return figures.Stat(_("Compradores novos"), words.number(report.new_buyers), note, "user-plus")


def _row(report: ReturnReport, row: Any) -> dict[str, Any]:
    return {
        "name": row.name,
        "sales": words.number(row.sales),
        "amount_minor": row.amount_minor,
        "buyers": words.number(row.buyers),
        "returning": f"{row.returning * 100 // row.buyers}%" if row.buyers else "—",
        "redemptions": words.number(row.redemptions),
        "discount_minor": row.discount_minor,
    }
