"""The report on vouchers: tiles, charts, one table at a time, patterns to look at; and the table as a file."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.brand import words
from dashboard.brand.access import desk
from dashboard.brand.figures import Bars, Line, Stat
from dashboard.brand.pages import render_page
from dashboard.brand.reports import PRESETS, Cell, Period, csv_response, period_from
from dashboard.brand.requests import DeskRequest, uuid_from
from dashboard.brand.voucher_words import origin
from insights.selectors.voucher_report import SPLITS, NamedSuspicion, Split, VoucherReport, VoucherRow, voucher_report
from smartbis.kernel.charts import Series, bar_chart, line_chart
from smartbis.kernel.clock import now
from smartbis.kernel.units import minor_digits
from smartbis.tenancy.selectors import stores
from vouchers.selectors import coupons
from vouchers.selectors.campaigns import campaigns
from vouchers.selectors.report import Tally

MOST_BARS = 8


@dataclass(frozen=True)
class _Asked:
    """What the address asks for."""

    period: Period
    by: Split
    campaign: UUID | None
    coupon: UUID | None
    store: UUID | None

    def query(self, **changes: str) -> str:
        """An address with the same filters and something else changed."""
        span = (
            {"period": self.period.preset}
            if self.period.preset
            else {"since": str(self.period.since), "until": str(self.period.until)}
        )
        named = {"campaign": self.campaign, "coupon": self.coupon, "store": self.store}
        kept = {name: str(value) for name, value in named.items() if value}
        return f"{reverse('dashboard:voucher_report')}?{urlencode(span | {'by': self.by} | kept | changes)}"


@desk(reads="report.see")
def show(request: DeskRequest) -> HttpResponse:
    """A period's vouchers; `?by=` chooses the table, `?format=csv` gives it as a file."""
    asked = _asked(request)
    report = voucher_report(
        tenant=request.tenant,
        since=asked.period.since,
        until=asked.period.until,
        by=asked.by,
        campaign=asked.campaign,
        coupon=asked.coupon,
        store=asked.store,
        actor=request.actor,
    )
    if request.GET.get("format") == "csv":
        name = f"{request.brand.slug}-vouchers-{asked.by}-{asked.period.since}-{asked.period.until}.csv"
        return csv_response(_cells(report), name)
    return render_page(request, "dashboard/voucher_report.html", _context(request, report, asked))


def _asked(request: DeskRequest) -> _Asked:
    today = now().astimezone(ZoneInfo(request.brand.timezone)).date()
    wanted = request.GET.get("by", "")
    by: Split = next((each for each in SPLITS if each == wanted), "coupon")
    return _Asked(
        period=period_from(request.GET, today),
        by=by,
        campaign=uuid_from(request.GET.get("campaign")),
        coupon=uuid_from(request.GET.get("coupon")),
        store=uuid_from(request.GET.get("store")),
    )


def _context(request: DeskRequest, report: VoucherReport, asked: _Asked) -> dict[str, Any]:
    period = asked.period
    labels = {"7": _("7 dias"), "30": _("30 dias"), "90": _("90 dias"), "365": _("12 meses")}
    whole = report.whole
    return {
        "section": "reports",
        "report": report,
        "tabs": [(key, labels[key], asked.query(period=key)) for key in PRESETS],
        "period": period,
        "period_text": _("De %(since)s a %(until)s")
        % {
            "since": date_format(period.since, "SHORT_DATE_FORMAT"),
            "until": date_format(period.until, "SHORT_DATE_FORMAT"),
        },
        "filters": _filters(request, asked),
        "by": asked.by,
        "splits": [(each, _split(each), asked.query(by=each)) for each in SPLITS],
        "stats": _stats(report),
        "is_empty": not (whole.issued or whole.used or whole.held or whole.lapsed or whole.reversed),
        "line": _line(report),
        "bars": _bars(report),
        "waits": _waits(whole),
        "rows": [_row(report, each) for each in report.rows],
        "has_stock": asked.by in ("coupon", "campaign"),
        "has_issued": asked.by in ("coupon", "campaign", "origin"),
        "split_name": _split(asked.by),
        "suspicions": [_suspicion(report, each) for each in report.suspicions],
        "csv_url": asked.query(format="csv"),
        "statements_url": reverse("dashboard:statements"),
        "messages_url": f"{reverse('dashboard:messages')}?{urlencode({'campaign': asked.campaign})}"
        if asked.campaign and request.may("message.see")
        else "",
    }


def _filters(request: DeskRequest, asked: _Asked) -> list[dict[str, Any]]:
    """The choices of the form: name, label, and values with the chosen one marked."""
    tenant = request.tenant
    offers = [(str(each.id), each.name) for each in coupons(tenant=tenant) if not each.is_balance]
    places = stores(tenant=tenant, actor=request.actor, active_only=False)
    lists = (
        ("campaign", _("Campanha"), _("Todas"), [(str(each.id), each.name) for each in campaigns(tenant=tenant)]),
        ("coupon", _("Cupom"), _("Todos"), offers),
        ("store", _("Loja"), _("Todas"), [(str(each.id), each.name) for each in places]),
    )
    return [
        {
            "name": name,
            "label": label,
            "choices": [
                ("", every, not getattr(asked, name)),
                *((value, text, value == str(getattr(asked, name))) for value, text in found),
            ],
        }
        for name, label, every, found in lists
    ]


def _split(by: str) -> str:
    return {
        "coupon": _("Cupom"),
        "campaign": _("Campanha"),
        "store": _("Loja"),
        "operator": _("Quem validou"),
        "partner": _("Parceira"),
        "origin": _("Origem"),
    }[by]


def _stats(report: VoucherReport) -> list[Stat]:
    whole, unit = report.whole, report.currency
    sales = ngettext("em %(n)s compra", "em %(n)s compras", whole.sales) % {"n": words.number(whole.sales)}
    off = _("%(money)s de desconto") % {"money": words.amount(whole.discount_minor, unit)}
    tiles = [
        Stat(_("Emitidos"), words.number(whole.issued), icon_name="ticket"),
        Stat(_("Usados"), words.number(whole.used), off, "ticket-check"),
        Stat(_("Vendas que vieram junto"), words.amount(whole.sales_minor, unit), sales, "shopping-bag"),
        Stat(_("Na mão dos clientes"), words.number(whole.held), words.amount(whole.held_minor, unit), "wallet"),
        Stat(_("Vencem em 7 dias"), words.number(whole.lapsing_7), words.amount(whole.lapsing_7_minor, unit), "clock"),
        Stat(_("Vencem em 30 dias"), words.number(whole.lapsing_30), words.amount(whole.lapsing_30_minor, unit)),
        Stat(_("Venceram sem uso"), words.number(whole.lapsed), icon_name="hourglass"),
        Stat(_("Usos desfeitos"), words.number(whole.reversed), icon_name="undo-2"),
    ]
    if report.messages is not None:
        tiles.append(_messages(report.messages))
    return tiles


def _messages(counts: dict[str, int]) -> Stat:
    """The campaign's messages: how many there are, how many arrived, how many were read."""
    read = counts.get("read", 0)
    arrived = read + counts.get("delivered", 0)
    note = _("%(arrived)s entregues, %(read)s lidas") % {"arrived": words.number(arrived), "read": words.number(read)}
    return Stat(_("Mensagens da campanha"), words.number(sum(counts.values())), note, "message-circle")


def _line(report: VoucherReport) -> Line:
    step = 7 if len(report.by_day) > 120 else 1
    parts = [report.by_day[start : start + step] for start in range(0, len(report.by_day), step)]
    labels = [date_format(part[0].day, "MONTH_DAY_FORMAT") for part in parts]
    chart = line_chart(
        labels=labels,
        series=[
            Series(_("Usados"), tuple(float(sum(day.used for day in part)) for part in parts)),
            Series(_("Emitidos"), tuple(float(sum(day.issued for day in part)) for part in parts)),
        ],
        words=words.compact,
    )
    facts = {"used": words.number(report.whole.used), "issued": words.number(report.whole.issued)}
    takeaway = _("%(used)s usados e %(issued)s emitidos no período.") % facts
    return Line(chart, _("Usados e emitidos"), takeaway, _("Semana de") if step > 1 else _("Dia"))


def _bars(report: VoucherReport) -> Bars | None:
    used = [row for row in report.rows if row.tally.used][:MOST_BARS]
    if len(used) < 2:
        return None
    bars = bar_chart(
        [(_name(report, row), float(row.tally.used)) for row in used], words=lambda value: words.number(round(value))
    )
    return Bars(bars, _("Usos por %(split)s") % {"split": _split(report.by).lower()}, "")


def _waits(whole: Tally) -> dict[str, Any] | None:
    """How long customers waited from issue to use."""
    if not whole.used:
        return None
    labels = (_("No mesmo dia"), _("Até 7 dias"), _("Até 30 dias"), _("Mais de 30 dias"))
    bars = bar_chart(
        [(label, float(count)) for label, count in zip(labels, whole.waits, strict=True)],
        words=lambda value: words.number(round(value)),
    )
    takeaway = _("Metade usa em até %(time)s.") % {"time": _span(whole.wait_seconds)}
    return {"bars": bars, "title": _("Tempo até usar"), "takeaway": takeaway}


def _span(seconds: int) -> str:
    if seconds < 3600:
        return _("uma hora")
    if seconds < 2 * 86_400:
        return ngettext("%(n)s hora", "%(n)s horas", seconds // 3600) % {"n": seconds // 3600}
    return ngettext("%(n)s dia", "%(n)s dias", seconds // 86_400) % {"n": seconds // 86_400}


def _name(report: VoucherReport, row: VoucherRow) -> str:
    if report.by == "origin":
        return origin(row.key)
    if row.name:
        return row.name
    return {
        "campaign": _("Sem campanha"),
        "partner": _("Lojas próprias e online"),
        "operator": _("Integração"),
    }.get(report.by, "—")


def _row(report: VoucherReport, row: VoucherRow) -> dict[str, Any]:
    tally, unit = row.tally, report.currency
    return {
        "name": _name(report, row),
        "issued": words.number(tally.issued),
        "used": words.number(tally.used),
        "discount": words.amount(tally.discount_minor, unit),
        "sales": words.amount(tally.sales_minor, unit),
        "reversed": words.number(tally.reversed),
        "held": words.number(tally.held),
        "lapsing": words.number(tally.lapsing_30),
        "lapsed": words.number(tally.lapsed),
    }


def _suspicion(report: VoucherReport, each: NamedSuspicion) -> dict[str, str]:
    found = each.found
    facts = {"who": found.operator_name or "—", "n": words.number(found.uses), "customer": each.customer_name or "—"}
    text = {
        "pair": _("%(who)s validou %(n)s vouchers de %(customer)s"),
        "burst": _("%(who)s validou %(n)s vouchers em poucos minutos"),
        "reversal": _("%(n)s usos validados por %(who)s foram desfeitos"),
        "own_gift": _("%(who)s deu e validou %(n)s vouchers de %(customer)s"),
    }[found.pattern] % facts
    return {
        "text": text,
        "money": words.amount(found.discount_minor, report.currency),
        "last": words.moment(found.last_at),
        "href": reverse("dashboard:customer", args=[found.customer]) if found.customer else "",
    }


def _cells(report: VoucherReport) -> list[list[Cell]]:
    digits = minor_digits(report.currency)

    def money(minor: int) -> Decimal:
        return Decimal(minor).scaleb(-digits)

    header: list[Cell] = [
        _split(report.by),
        _("Emitidos"),
        _("Usados"),
        _("Desconto"),
        _("Custo"),
        _("Vendas que vieram junto"),
        _("Usos desfeitos"),
        _("Na mão dos clientes"),
        _("Vencem em 7 dias"),
        _("Vencem em 30 dias"),
        _("Venceram sem uso"),
        _("Cancelados"),
        _("Moeda"),
    ]
    lines: list[list[Cell]] = [header]
    for row in report.rows:
        tally = row.tally
        lines.append(
            [
                _name(report, row),
                tally.issued,
                tally.used,
                money(tally.discount_minor),
                money(tally.cost_minor),
                money(tally.sales_minor),
                tally.reversed,
                tally.held,
                tally.lapsing_7,
                tally.lapsing_30,
                tally.lapsed,
                tally.cancelled,
                report.currency,
            ]
        )
    return lines
