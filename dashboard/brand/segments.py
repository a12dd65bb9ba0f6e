"""Segments in words: what a filter asks for, and the presets from which one starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.dates import MONTHS
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dashboard.brand import words
from insights.segments.spec import SegmentSpec

Names = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Preset:
    """A filter that most brands want."""

    key: str
    name: Promise
    text: Promise
    icon: str
    spec: dict[str, Any]


PRESETS = (
    Preset(
        "new",
        gettext_lazy("Novos (30 dias)"),
        gettext_lazy("Quem acabou de entrar: dê as boas-vindas."),
        "user-check",
        {"enrolled_within_days": 30},
    ),
    Preset(
        "gone",
        gettext_lazy("Sumidos (60 dias sem comprar)"),
        gettext_lazy("Quem já comprou e parou de vir."),
        "hourglass",
        {"not_bought_for_days": 60},
    ),
    Preset(
        "birthday",
        gettext_lazy("Aniversariantes do mês"),
        gettext_lazy("Quem faz anos este mês."),
        "gift",
        {"birthday_month": 0},
    ),
    Preset(
        "balance",
        gettext_lazy("Com saldo para usar"),
        gettext_lazy("Quem tem o que gastar e ainda não gastou."),
        "wallet",
        {"balance_at_least": 1000},
    ),
)


def preset_spec(preset: Preset, currency: str) -> SegmentSpec:
    """The preset's filter in the brand's currency."""
    spec = dict(preset.spec)
    if "balance_at_least" in spec:
        spec["balance_unit"] = currency
    return SegmentSpec.read(spec)


def conditions(spec: SegmentSpec, currency: str, names: Names) -> list[str]:
    """What a filter asks for, a phrase for each condition; `names` of `stores` by id, of `plans` and `tiers` by key."""
    return [*_sales(spec, currency, names.get("stores", {})), *_person(spec, names)] or [_("todos os clientes")]


def _sales(spec: SegmentSpec, currency: str, stores: Mapping[str, str]) -> list[str]:
    said = []
    if spec.not_bought_for_days is not None:
        said.append(_("não compra há mais de %(days)s dias") % {"days": spec.not_bought_for_days})
    if spec.bought_within_days is not None:
        said.append(_("comprou nos últimos %(days)s dias") % {"days": spec.bought_within_days})
    if spec.purchases_at_least is not None:
        many = ngettext("ao menos %(count)s compra", "ao menos %(count)s compras", spec.purchases_at_least)
        said.append(many % {"count": spec.purchases_at_least})
    if spec.purchases_at_most is not None:
        many = ngettext("no máximo %(count)s compra", "no máximo %(count)s compras", spec.purchases_at_most)
        said.append(many % {"count": spec.purchases_at_most})
    if spec.spent_at_least_minor is not None:
        said.append(_("gastou ao menos %(amount)s") % {"amount": words.amount(spec.spent_at_least_minor, currency)})
    if spec.spent_at_most_minor is not None:
        said.append(_("gastou no máximo %(amount)s") % {"amount": words.amount(spec.spent_at_most_minor, currency)})
    if spec.purchases_within_days is not None:
        said.append(_("contando os últimos %(days)s dias") % {"days": spec.purchases_within_days})
    said += _period(_("comprando"), spec.purchases_from, spec.purchases_until)
    if spec.stores:
        said.append(_("comprou em %(stores)s") % {"stores": ", ".join(stores.get(each, "?") for each in spec.stores)})
    if spec.balance_at_least is not None and spec.balance_unit:
        said.append(
            _("saldo de ao menos %(amount)s") % {"amount": words.amount(spec.balance_at_least, spec.balance_unit)}
        )
    return said


def _person(spec: SegmentSpec, names: Names) -> list[str]:
    said = []
    if spec.enrolled_within_days is not None:
        said.append(_("entrou nos últimos %(days)s dias") % {"days": spec.enrolled_within_days})
    said += _period(_("entrou"), spec.enrolled_from, spec.enrolled_until)
    if spec.birthday_month == 0:
        said.append(_("faz anos este mês"))
    elif spec.birthday_month is not None:
        said.append(_("faz anos em %(month)s") % {"month": str(MONTHS[spec.birthday_month]).lower()})
    for kind, text, keys in (
        ("tags", _("etiqueta %(keys)s"), spec.tags),
        ("plans", _("plano %(keys)s"), spec.plans),
        ("tiers", _("nível %(keys)s"), spec.tiers),
    ):
        if keys:
            known = names.get(kind, {})
            said.append(text % {"keys": _(" ou ").join(known.get(key, key) for key in keys)})
    if spec.accepts_marketing:
        said.append(_("aceita receber ofertas"))
    return said


def _period(what: str, since: str | None, until: str | None) -> list[str]:
    if not since and not until:
        return []
    days = {"what": what, "since": _written(since), "until": _written(until)}
    if since and until:
        return [_("%(what)s de %(since)s a %(until)s") % days]
    return [_("%(what)s desde %(since)s") % days if since else _("%(what)s até %(until)s") % days]


def _written(day: str | None) -> str:
    return date_format(date.fromisoformat(day), "SHORT_DATE_FORMAT") if day else ""
