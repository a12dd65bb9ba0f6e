"""The first screen."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.brand import figures, words
from dashboard.brand.access import desk
from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest
from dashboard.brand.selectors.overview import Happening, Overview, SetUp, overview
from smartbis.tenancy.selectors import stores
from vouchers.services.strangers import ALERT_AFTER, misses_today

PERIODS = (7, 30, 90)
USUAL = 30


@dataclass(frozen=True)
class Row:
    """One line of a timeline (`components/timeline_row.html`)."""

    icon_name: str
    title: str
    text: str
    at: datetime
    end: str = ""
    tone: str = ""


@desk(reads="dashboard.see")
def show(request: DeskRequest) -> HttpResponse:
    """What the programme did in the last days beside the days before, and what to do next."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(each) for each in PERIODS} else USUAL
    misses = misses_today(tenant=request.tenant)
    found = overview(brand=request.brand, actor=request.actor, days=days, store=only_store(request))
    context = {
        "section": "overview",
        "period": str(days),
        "period_text": _period_text(found, days),
        "tabs": [(str(each), _("%(days)s dias") % {"days": each}, f"?days={each}") for each in PERIODS],
        "stats": _stats(found),
        "misses": words.number(misses) if misses >= ALERT_AFTER else "",
        "audit_url": reverse("dashboard:audit") if request.may("audit.see") else "",
        "line": figures.sales_line(found.report),
        "return_funnel": figures.return_funnel(found.report),
        "stores": figures.store_bars(found.report) if found.report.by_store else None,
        "guide": [] if found.set_up.is_done else _guide(request, found.set_up),
        "next_steps": _next_steps(request, found) if found.set_up.is_done else [],
        "events": [_row(happening) for happening in found.happenings],
        "has_sales": found.set_up.has_sale,
    }
    return render_page(request, "dashboard/overview.html", context)


def only_store(request: DeskRequest) -> UUID | None:
    """The store that the figures are limited to for somebody who only sees some: the first of theirs."""
    if request.actor.stores is None:
        return None
    reach = stores(tenant=request.tenant, actor=request.actor)
    return reach[0].id if reach else next(iter(request.actor.stores), UUID(int=0))


def _period_text(found: Overview, days: int) -> str:
    report = found.report
    return _("Últimos %(days)s dias, de %(since)s a %(until)s") % {
        "days": days,
        "since": date_format(report.since, "MONTH_DAY_FORMAT"),
        "until": date_format(report.until, "MONTH_DAY_FORMAT"),
    }


def _stats(found: Overview) -> list[figures.Stat]:
    return [
        figures.sales_stat(found.report, found.before),
        figures.Stat(
            _("Clientes novos"),
            words.number(found.new_customers),
            icon_name="user-plus",
            **figures.compared(found.new_customers, found.new_customers_before),
        ),
        figures.used_stat(found.report, found.before),
        figures.repurchase_stat(found.report, found.before),
        *figures.issued_stats(found.report),
    ]


def _row(happening: Happening) -> Row:
    money = words.amount(happening.amount_minor, happening.currency)
    who = happening.who or _("Cliente não identificado")
    if happening.kind == "sale":
        title = _("%(who)s comprou") % {"who": who}
        return Row("shopping-bag", title, happening.store, happening.at, money, "in")
    title = _("%(who)s usou “%(coupon)s”") % {"who": who, "coupon": happening.what}
    taken_off = f"\N{MINUS SIGN}{money}" if happening.amount_minor else ""
    return Row("ticket-check", title, happening.store, happening.at, taken_off)


def _guide(request: DeskRequest, done: SetUp) -> list[dict[str, object]]:
    """The way to the first rewarded sale, each step with its page for who may take it."""
    wanted = [
        (
            done.has_program,
            _("Diga como os clientes ganham"),
            _("Um modelo pronto e dois números: percentual de cashback ou pontos por real."),
            ("program.change", "dashboard:program_new", _("Criar o programa")),
        ),
        (
            done.has_store,
            _("Cadastre a primeira loja"),
            _("Toda venda tem uma loja, mesmo que seja só a loja online."),
            ("store.change", "dashboard:stores", _("Cadastrar loja")),
        ),
        (
            done.has_coupon,
            _("Publique um cupom"),
            _("O que o cliente pode ter em troca do saldo. Comece com R$ 10 de desconto."),
            ("coupon.change", "dashboard:coupon_new", _("Criar cupom")),
        ),
        (
            done.has_team,
            _("Chame a equipe"),
            _("Quem atende no caixa usa o balcão, com o próprio acesso."),
            ("team.change", "dashboard:team", _("Adicionar pessoa")),
        ),
        (
            done.has_channel,
            _("Ligue o WhatsApp"),
            _("Os clientes são avisados do que ganham, e entram no portal por um código."),
            ("message.see", "dashboard:channel", _("Ver o canal")),
        ),
        (
            done.has_sale,
            _("Registre a primeira venda"),
            _("No balcão, pela API ou por um arquivo com o que já foi vendido."),
            ("sale.record", "counter:home", _("Abrir o balcão")),
        ),
    ]
    first_open = next((at for at, step in enumerate(wanted) if not step[0]), -1)
    return [
        {
            "done": is_done,
            "title": title,
            "text": text,
            "current": at == first_open,
            "href": reverse(route) if request.may(verb) else "",
            "action": action,
        }
        for at, (is_done, title, text, (verb, route, action)) in enumerate(wanted)
    ]


def _next_steps(request: DeskRequest, found: Overview) -> list[dict[str, str]]:
    """At most three things that the figures ask for."""
    report, steps = found.report, []
    unknown = report.sales - report.identified_sales
    if report.sales and unknown * 3 > report.sales and request.may("report.see"):
        text = ngettext(
            "%(count)s venda sem cliente identificado não premiou ninguém.",
            "%(count)s vendas sem cliente identificado não premiaram ninguém.",
            unknown,
        ) % {"count": words.number(unknown)}
        steps.append(
            {"icon": "user-check", "text": text, "href": reverse("dashboard:reports"), "action": _("Ver por loja")}
        )
    if not found.set_up.has_coupon and request.may("coupon.change"):
        text = _("Ainda não há cupom: os clientes acumulam e não têm o que escolher.")
        steps.append(
            {"icon": "ticket", "text": text, "href": reverse("dashboard:coupon_new"), "action": _("Criar cupom")}
        )
    troubles = {
        "stopped": _("O número de WhatsApp está parado: ninguém é avisado do que ganha."),
        "unpaid": _("Falta resolver o pagamento do WhatsApp na Meta: os avisos esperam na fila."),
    }
    text = troubles.get(found.set_up.channel_trouble, "")
    if not found.set_up.has_channel and not text:
        text = _("Nenhum número de WhatsApp está ligado: ninguém é avisado do que ganha.")
    if text and request.may("message.see"):
        step = {"icon": "bell-off", "text": text, "href": reverse("dashboard:channel"), "action": _("Ver o canal")}
        steps.insert(0 if found.set_up.channel_trouble else len(steps), step)
    return steps[:3]
