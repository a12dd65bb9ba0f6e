"""What a backtest's result tells, in words and charts of the house."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.brand import words
from dashboard.brand.requests import DeskRequest
from dashboard.brand.selectors.belonging import belonging_choices
from programs.backtest import CustomerDifference
from programs.earnings.words import why_less
from smartbis.customers.selectors import get_customers
from smartbis.kernel.charts import Series, bar_chart, line_chart
from smartbis.kernel.units import is_currency
from smartbis.tenancy.selectors import stores

Stat = dict[str, Any]


def stats_of(result: dict[str, Any], currency: str) -> list[Stat]:
    """The figures at the top: cost beside live, its share of sales, and who gains and loses."""
    live, draft, unit = result["live"], result["draft"], result["unit"]
    people = result["customers"]
    return [
        _stat(_("Custo do rascunho"), _cost(draft, unit, currency), _("hoje: %s") % _cost(live, unit, currency)),
        _stat(_("Diferença"), _signed(result["difference"], unit), _("a mais (+) ou a menos (−) em saldo de clientes")),
        _stat(_("Parte das vendas"), _share(draft), _("hoje: %s") % _share(live)),
        _stat(
            _("Ganham"),
            words.number(people["gaining"]),
            ngettext("de %(n)s cliente", "de %(n)s clientes", people["bought"]) % {"n": words.number(people["bought"])},
        ),
        _stat(_("Perdem"), words.number(people["losing"]), ""),
        _stat(
            _("Vendas no período"),
            words.number(result["sales"]),
            words.amount(result["sales_minor"] - result["refunded_minor"], currency),
        ),
    ]


def chart_of(result: dict[str, Any]) -> dict[str, Any] | None:
    """What both sides cost month by month; None for a single month."""
    months = result["by_month"]
    if len(months) < 2:
        return None
    unit = result["unit"]
    chart = line_chart(
        labels=[words.month(each["key"]) for each in months],
        series=[
            Series(_("rascunho"), [max(0, each["draft"]) for each in months]),
            Series(_("regra de hoje"), [max(0, each["live"]) for each in months]),
        ],
        words=lambda value: words.compact(value, unit if is_currency(unit) else ""),
    )
    takeaway = _("Dado menos estornado, por mês da venda: %(draft)s no rascunho, %(live)s nas regras de hoje.") % {
        "draft": words.amount(result["draft"]["net"], unit),
        "live": words.amount(result["live"]["net"], unit),
    }
    return {"chart": chart, "takeaway": takeaway}


def steps_of(result: dict[str, Any]) -> Any:
    """How many customers lie in which class of difference."""
    unit = result["unit"]
    named = [
        (_class(each["from"], each["to"], unit), each["customers"])
        for each in result["customers"]["steps"]
        if each["customers"]
    ]
    return bar_chart(named, words=lambda value: words.number(round(value)))


def rules_of(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Every rule with what either side gave, what limits cut of the draft's (and today's), and which limits."""
    unit = result["unit"]
    return [
        {
            "name": each["name"] or each["key"],
            "limits": list(dict.fromkeys(why_less(name) for name in (each["draft"] or {}).get("cut_by", ()))),
            "live": _given(each["live"], each["kind"], unit),
            "draft": _given(each["draft"], each["kind"], unit),
            "times_cut": _cut(each, "times_cut", words.number),
            "amount_cut": _cut(each, "amount_cut", partial(_amount, kind=each["kind"], unit=unit)),
            "times_empty": _cut(each, "times_empty", words.number),
        }
        for each in result["rules"]
    ]


def _cut(rule: dict[str, Any], name: str, told: Callable[[int], str]) -> str:
    """A figure of the draft's limits, and today's where there is one."""
    draft, live = ((rule[side] or {}).get(name, 0) for side in ("draft", "live"))
    return f"{told(draft)} ({_('hoje: %s') % told(live)})" if live else told(draft)


def places_of(request: DeskRequest, result: dict[str, Any], currency: str) -> list[dict[str, Any]]:
    """The tables by store, tier and segment."""
    names = {each.code: each.name for each in stores(tenant=request.tenant, active_only=False)}
    belonging = {kind: dict(pairs) for kind, pairs in belonging_choices(tenant=request.tenant).items()}
    unit = result["unit"]
    tables: tuple[tuple[str, str, list[dict[str, Any]], dict[str, str], str], ...] = (
        (_("Por loja"), _("Loja"), result["by_store"], names, "—"),
        (_("Por nível"), _("Nível"), result["by_tier"], belonging["tiers"], _("sem nível")),
        (_("Por segmento"), _("Segmento"), result["by_segment"], belonging["segments"], "—"),
    )
    return [
        {
            "title": title,
            "header": header,
            "rows": [
                {
                    "name": known.get(each["key"], each["key"]) or empty,
                    "sales": words.amount(each["sales_minor"] - each["refunded_minor"], currency),
                    "live": words.amount(each["live"], unit),
                    "draft": words.amount(each["draft"], unit),
                    "difference": _signed(each["difference"], unit),
                }
                for each in rows
            ],
        }
        for title, header, rows, known, empty in tables
        if rows
    ]


def people_of(
    request: DeskRequest, unit: str, gaining: Sequence[CustomerDifference], losing: Sequence[CustomerDifference]
) -> list[dict[str, Any]]:
    """Who would gain and who would lose most."""
    found = get_customers(tenant=request.tenant, customers=[each.customer_id for each in (*gaining, *losing)])
    names = {customer: each.name for customer, each in found.items()}
    return [
        {
            "title": title,
            "rows": [
                {
                    "href": reverse("dashboard:customer", args=[each.customer_id]),
                    "name": names.get(each.customer_id) or _("cliente apagado"),
                    "live": words.amount(each.live, unit),
                    "draft": words.amount(each.draft, unit),
                    "difference": _signed(each.difference, unit),
                }
                for each in some
            ],
        }
        for title, some in ((_("Quem mais ganha"), gaining), (_("Quem mais perde"), losing))
        if some
    ]


def fidelity_of(result: dict[str, Any]) -> dict[str, Any]:
    """How the live rules replayed compare with what was awarded."""
    unit, found = result["unit"], result["fidelity"]
    reasons = {
        "before_first_version": _("vendas de antes da primeira regra"),
        "recorded_before_programme": _("vendas registradas antes de o programa abrir"),
        "programme_paused": _("programa pausado quando a venda entrou"),
        "amount_changed": _("o valor da venda mudou depois"),
        "articles_changed": _("a categoria ou etiqueta de um artigo mudou depois"),
        "membership_changed": _("nível, plano, grupo ou etiqueta do cliente mudou depois"),
        "birthday_changed": _("o aniversário do cliente mudou depois"),
        "purchase_count_changed": _("a contagem de compras do cliente mudou depois"),
        "limit_used_otherwise": _("o limite foi gasto por vendas fora deste teste"),
        "other_rule_differs": _("outra regra da mesma venda mudou"),
        "best_chosen_otherwise": _("antes a maior regra era escolhida sem olhar os limites"),
        "taken_back_otherwise": _("o estorno foi outro"),
        "unexplained": _("sem explicação: avise o suporte"),
    }
    return {
        "awards": words.number(found["awards"]),
        "equal": words.number(found["equal"]),
        "is_exact": not found["reasons"],
        "reasons": [
            {
                "text": reasons.get(each["reason"], each["reason"]),
                "times": words.number(each["times"]),
                "replayed": words.amount(each["replayed"], unit),
                "awarded": words.amount(each["awarded"], unit),
                "sales": [reverse("dashboard:purchase", args=[UUID(example)]) for example in each["examples"]],
            }
            for each in found["reasons"]
        ],
    }


def spending_of(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Past uses of balance that the draft would have refused or lowered."""
    kinds = {
        "sales": _("Saldo usado em vendas"),
        "vouchers": _("Vouchers de saldo usados em vendas"),
        "conversions": _("Saldo trocado por vouchers"),
    }
    return [
        {
            "what": kinds.get(what, what),
            "uses": words.number(each["uses"]),
            "refused": words.number(each["refused"]),
            "lowered": words.number(each["lowered"]),
            "amount": words.amount(each["refused_amount"] + each["lowered_amount"], result["unit"]),
        }
        for what, each in result["spending"].items()
    ]


def _stat(label: str, value: str, note: str) -> Stat:
    return {"label": label, "value": value, "note": note}


def _cost(side: dict[str, Any], unit: str, currency: str) -> str:
    if side["cost_minor"] is None:
        return words.amount(side["net"], unit)
    return words.amount(side["cost_minor"], currency)


def _share(side: dict[str, Any]) -> str:
    return "—" if side["share_bp"] is None else words.percentage(side["share_bp"])


def _signed(value: int, unit: str) -> str:
    text = words.amount(value, unit)
    return f"+{text}" if value > 0 else text


def _class(since: int | None, until: int | None, unit: str) -> str:
    if since is None:
        return _("até %s") % words.amount(until or 0, unit)
    if until is None:
        return _("a partir de +%s") % words.amount(since, unit)
    if since == until == 0:
        return _("igual")
    return _("de %(since)s a %(until)s") % {"since": _signed(since, unit), "until": _signed(until, unit)}


def _given(rule: dict[str, Any] | None, kind: str, unit: str) -> str:
    return "—" if rule is None else _amount(rule["net"], kind, unit)


def _amount(value: int, kind: str, unit: str) -> str:
    return words.number(value) if kind in ("gift", "tier") else words.amount(value, unit)
