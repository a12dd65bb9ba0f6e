"""Figures of a report as the components of templates take them."""

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dashboard.brand import words
from insights.selectors import ReturnReport
from smartbis.kernel.charts import Bar, LineChart, Series, bar_chart, funnel, line_chart, sparkline
from smartbis.kernel.money import half_up
from smartbis.kernel.units import POINTS, TIER_POINTS

WEEKLY_FROM_DAYS = 120
_ISSUED = {POINTS: gettext_lazy("Pontos emitidos"), TIER_POINTS: gettext_lazy("Pontos de nível emitidos")}


@dataclass(frozen=True)
class Stat:
    """A tile: a figure, what it is compared with, and its small line."""

    label: str
    value: str
    note: str = ""
    icon_name: str = ""
    trend: str = ""
    trend_tone: str = ""
    spark: str = ""


@dataclass(frozen=True)
class Line:
    """A line chart with its words."""

    chart: LineChart
    title: str
    takeaway: str
    label_header: str
    csv_url: str = ""


@dataclass(frozen=True)
class Bars:
    """A bar chart or funnel with its words."""

    bars: tuple[Bar, ...]
    title: str
    takeaway: str


def compared(value: int, before: int) -> dict[str, str]:
    """The change since the period before, in percent, and whether more is good; nothing to compare with is said."""
    if before == 0:
        return {"note": _("sem período anterior para comparar")} if value else {"note": _("ainda sem movimento")}
    change = half_up(100 * (value - before), before)
    sign = "+" if change > 0 else "\N{MINUS SIGN}" if change < 0 else ""
    tone = "good" if change > 0 else "bad" if change < 0 else ""
    return {"trend": f"{sign}{abs(change)}%", "trend_tone": tone, "note": _("vs. período anterior")}


def sales_stat(report: ReturnReport, before: ReturnReport | None = None) -> Stat:
    """What was sold."""
    spark = sparkline([float(day.amount_minor) for day in report.by_day])
    trend = compared(report.amount_minor, before.amount_minor) if before else {}
    count = ngettext("%(count)s venda", "%(count)s vendas", report.sales) % {"count": words.number(report.sales)}
    value = words.amount(report.amount_minor, report.currency)
    return Stat(
        _("Vendas"), value, icon_name="shopping-bag", spark=spark, **trend | ({} if before else {"note": count})
    )


def issued_stats(report: ReturnReport) -> list[Stat]:
    """What was issued in each unit, net of what was taken back."""
    rows = [row for row in report.benefits if row.issued or row.reversed]
    stats = []
    for row in rows:
        label = _ISSUED.get(row.unit, gettext_lazy("Cashback emitido"))
        back = _("%(amount)s estornados em devoluções") % {"amount": words.amount(row.reversed, row.unit)}
        stats.append(Stat(str(label), words.amount(row.issued, row.unit), back if row.reversed else "", "gift"))
    return stats


def used_stat(report: ReturnReport, before: ReturnReport | None = None) -> Stat:
    """How many vouchers were used, and what they took off."""
    off = _("%(money)s de desconto dado") % {"money": words.amount(report.discount_minor, report.currency)}
    spark = sparkline([float(day.redemptions) for day in report.by_day])
    trend = compared(report.redemptions, before.redemptions) if before else {"note": off}
    return Stat(_("Vouchers usados"), words.number(report.redemptions), icon_name="ticket-check", spark=spark, **trend)


def repurchase_stat(report: ReturnReport, before: ReturnReport | None = None) -> Stat:
    """The share of buyers who came back."""
    share = report.returning_share_bp
    value = f"{half_up(share, 100)}%" if share is not None else "—"
    note = _("%(returning)s de %(buyers)s clientes que compraram") % {
        "returning": words.number(report.returning_buyers),
        "buyers": words.number(report.buyers),
    }
    if before is None or before.returning_share_bp is None or share is None:
        return Stat(_("Recompra"), value, note if report.buyers else _("ninguém comprou no período"), "refresh-cw")
    points = half_up(share - before.returning_share_bp, 100)
    sign = "+" if points > 0 else "\N{MINUS SIGN}" if points < 0 else ""
    tone = "good" if points > 0 else "bad" if points < 0 else ""
    trend = _("%(points)s p.p.") % {"points": f"{sign}{abs(points)}"}
    return Stat(_("Recompra"), value, _("vs. período anterior"), "refresh-cw", trend, tone)


def sales_line(report: ReturnReport, csv_url: str = "") -> Line:
    """Sales named with a customer beside all sales, by day, or by week when the period is long."""
    buckets = _buckets(report)
    labels = [label for label, _all, _known in buckets]
    chart = line_chart(
        labels=labels,
        series=[
            Series(_("Todas as vendas"), [float(every) for _label, every, _known in buckets]),
            Series(_("Com cliente identificado"), [float(known) for _label, _every, known in buckets]),
        ],
        words=words.compact,
    )
    header = _("Semana de") if _is_weekly(report) else _("Dia")
    return Line(chart, _("Vendas no período"), _identified_takeaway(report), header, csv_url)


def redemptions_line(report: ReturnReport, csv_url: str = "") -> Line:
    """Sales beside vouchers used, by day or week."""
    weekly = _is_weekly(report)
    found: dict[str, list[float]] = {}
    for day in report.by_day:
        counts = found.setdefault(_label(day.day, report, weekly), [0.0, 0.0])
        counts[0] += day.sales
        counts[1] += day.redemptions
    chart = line_chart(
        labels=list(found),
        series=[
            Series(_("Vendas"), [counts[0] for counts in found.values()]),
            Series(_("Vouchers usados"), [counts[1] for counts in found.values()]),
        ],
        words=words.compact,
    )
    return Line(
        chart, _("Vendas e vouchers usados"), _use_takeaway(report), _("Semana de") if weekly else _("Dia"), csv_url
    )


def return_funnel(report: ReturnReport) -> Bars:
    """From all buyers to those who came back."""
    steps = [
        (_("Compraram identificados"), float(report.buyers)),
        (_("Compraram de novo"), float(report.returning_buyers)),
    ]
    share = report.returning_share_bp
    takeaway = (
        _("De cada 100 clientes que compraram, %(count)s já tinham comprado ou voltaram.")
        % {"count": half_up(share, 100)}
        if share is not None
        else _("Ninguém identificado comprou neste período.")
    )
    return Bars(funnel(steps, words=lambda value: words.number(round(value))), _("Quem volta"), takeaway)


def store_bars(report: ReturnReport) -> Bars:
    """Sales by store, the largest first."""
    rows = [(row.name, float(row.amount_minor)) for row in report.by_store if row.amount_minor]
    bars = bar_chart(rows[:12], words=lambda value: words.short_money(round(value), report.currency))
    if not rows:
        return Bars((), _("Vendas por loja"), _("Nenhuma loja vendeu neste período."))
    total = sum(value for _name, value in rows)
    share = half_up(round(100 * rows[0][1]), round(total))
    takeaway = _("%(store)s faz %(share)s%% das vendas.") % {"store": rows[0][0], "share": share}
    return Bars(bars, _("Vendas por loja"), takeaway)


def _identified_takeaway(report: ReturnReport) -> str:
    if not report.sales:
        return _("Nenhuma venda neste período.")
    share = half_up(100 * report.identified_sales, report.sales)
    return _("%(share)s%% das vendas têm um cliente identificado.") % {"share": share}


def _use_takeaway(report: ReturnReport) -> str:
    if not report.redemptions:
        return _("Nenhum voucher foi usado neste período.")
    return _("%(money)s em vendas vieram com um voucher, por %(discount)s de desconto.") % {
        "money": words.amount(report.sales_with_benefit_minor, report.currency),
        "discount": words.amount(report.discount_minor, report.currency),
    }


def _is_weekly(report: ReturnReport) -> bool:
    return (report.until - report.since).days >= WEEKLY_FROM_DAYS


def _label(day: date, report: ReturnReport, weekly: bool) -> str:
    if weekly:
        offset = (day - report.since).days % 7
        day = date.fromordinal(day.toordinal() - offset)
    return date_format(day, "MONTH_DAY_FORMAT" if report.since.year == report.until.year else "MONTH_DAY_YEAR_FORMAT")


def _buckets(report: ReturnReport) -> list[tuple[str, int, int]]:
    weekly = _is_weekly(report)
    found: dict[str, list[int]] = {}
    for day in report.by_day:
        counts = found.setdefault(_label(day.day, report, weekly), [0, 0])
        counts[0] += day.sales
        counts[1] += day.identified_sales
    return [(label, counts[0], counts[1]) for label, counts in found.items()]
