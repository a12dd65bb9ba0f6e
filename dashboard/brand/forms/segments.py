"""Forms about segments and tags."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.brand.forms.base import DeskForm
from dashboard.brand.selectors.belonging import Choices
from insights.segments.spec import SegmentSpec
from insights.services.members import MOST_LINES
from smartbis.forms import MoneyField
from smartbis.tenancy.selectors import StoreInfo

MOST_BYTES = 1_000_000
_MONEY = {"spent_at_least": "spent_at_least_minor", "spent_at_most": "spent_at_most_minor"}
_SAME = (
    "enrolled_within_days",
    "purchases_within_days",
    "purchases_at_least",
    "purchases_at_most",
    "bought_within_days",
    "not_bought_for_days",
)
_DATES = ("enrolled_from", "enrolled_until")


def _days(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=3_650)


def _count(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=1_000_000)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


class SegmentForm(DeskForm):
    """A filter: every condition that is filled in must hold."""

    name = forms.CharField(label=gettext_lazy("Nome"), max_length=80)
    not_bought_for_days = _days(gettext_lazy("Não compra há mais de (dias)"))
    bought_within_days = _days(gettext_lazy("Comprou nos últimos (dias)"))
    purchases_at_least = _count(gettext_lazy("Compras: no mínimo"))
    purchases_at_most = _count(gettext_lazy("Compras: no máximo"))
    spent_at_least = MoneyField(label=gettext_lazy("Gastou ao menos"), required=False)
    spent_at_most = MoneyField(label=gettext_lazy("Gastou no máximo"), required=False)
    purchases_within_days = _days(gettext_lazy("Contar só as compras dos últimos (dias)"))
    stores = forms.MultipleChoiceField(
        label=gettext_lazy("Comprou em"), required=False, widget=forms.CheckboxSelectMultiple
    )
    enrolled_within_days = _days(gettext_lazy("Entrou nos últimos (dias)"))
    enrolled_from = _day(gettext_lazy("Entrou de"))
    enrolled_until = _day(gettext_lazy("Entrou até"))
    balance_money = MoneyField(label=gettext_lazy("Saldo de ao menos"), required=False)
    balance_points = forms.IntegerField(
        label=gettext_lazy("Pontos: ao menos"), required=False, min_value=1, max_value=10**12
    )
    birthday_month = forms.ChoiceField(label=gettext_lazy("Aniversário"), required=False)
    tags = forms.MultipleChoiceField(label=gettext_lazy("Tem a etiqueta"), required=False)
    plans = forms.MultipleChoiceField(label=gettext_lazy("Está no plano"), required=False)
    tiers = forms.MultipleChoiceField(label=gettext_lazy("Está no nível"), required=False)
    accepts_marketing = forms.BooleanField(label=gettext_lazy("Aceita receber ofertas"), required=False)

    def __init__(
        self,
        *positional: Any,
        currency: str,
        stores: Iterable[StoreInfo],
        known: dict[str, Choices],
        spec: SegmentSpec | None = None,
        **options: Any,
    ) -> None:
        self.currency = currency
        spec = spec or SegmentSpec()
        options["initial"] = {**_typed(spec, currency), **options.get("initial", {})}
        super().__init__(*positional, **options)
        self.offer("stores", [(str(each.id), each.name) for each in stores])
        months = [(str(number), str(name).capitalize()) for number, name in MONTHS.items()]
        self.offer("birthday_month", [("", _("Qualquer dia")), ("0", _("Este mês")), *months])
        for field in ("tags", "plans", "tiers"):
            names = {key: key for key in getattr(spec, field)} | dict(known[field])
            if names:
                self.fields[field].widget = forms.CheckboxSelectMultiple()
                self.offer(field, names.items())
            else:
                del self.fields[field]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("balance_money") and given.get("balance_points"):
            raise ValidationError({"balance_points": _("Escolha saldo em dinheiro ou em pontos.")})
        return given

    def spec(self) -> dict[str, Any]:
        """The filter as JSON. After validation."""
        given = self.cleaned_data
        spec: dict[str, Any] = {name: given.get(name) for name in _SAME}
        spec |= {theirs: given.get(ours) for ours, theirs in _MONEY.items()}
        spec |= {name: given[name].isoformat() if given.get(name) else None for name in _DATES}
        spec |= {name: given.get(name) or [] for name in ("stores", "tags", "plans", "tiers")}
        if given.get("birthday_month"):
            spec["birthday_month"] = int(given["birthday_month"])
        if given.get("accepts_marketing"):
            spec["accepts_marketing"] = True
        if given.get("balance_money"):
            spec |= {"balance_unit": self.currency, "balance_at_least": given["balance_money"]}
        elif given.get("balance_points"):
            spec |= {"balance_unit": "points", "balance_at_least": given["balance_points"]}
        return spec

    @property
    def refusals(self) -> dict[str, str]:
        """The form's field for each of the filter's."""
        return {**{theirs: ours for ours, theirs in _MONEY.items()}, "balance_at_least": "balance_money"}


def _typed(spec: SegmentSpec, currency: str) -> dict[str, Any]:
    typed: dict[str, Any] = {name: getattr(spec, name) for name in _SAME}
    typed |= {ours: getattr(spec, theirs) for ours, theirs in _MONEY.items()}
    typed |= {name: date.fromisoformat(value) if (value := getattr(spec, name)) else None for name in _DATES}
    typed |= {name: list(getattr(spec, name)) for name in ("stores", "tags", "plans", "tiers")}
    typed["birthday_month"] = "" if spec.birthday_month is None else str(spec.birthday_month)
    typed["accepts_marketing"] = bool(spec.accepts_marketing)
    typed["balance_money" if spec.balance_unit == currency else "balance_points"] = spec.balance_at_least
    return typed


class ListForm(DeskForm):
    """A list kept by hand: its name."""

    name = forms.CharField(label=gettext_lazy("Nome da lista"), max_length=80)


class LinesForm(DeskForm):
    """Whom to put on a list: pasted, or the first column of a file."""

    lines = forms.CharField(
        label=gettext_lazy("Telefones, CPFs, e-mails ou códigos, um por linha"),
        required=False,
        max_length=MOST_BYTES,
        widget=forms.Textarea({"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Ou um arquivo CSV ou de texto"),
        required=False,
        help_text=gettext_lazy("Vale a primeira coluna de cada linha."),
    )

    def clean_file(self) -> str:
        found = self.cleaned_data.get("file")
        if not isinstance(found, UploadedFile):
            return ""
        if (found.size or 0) > MOST_BYTES:
            raise ValidationError(_("O arquivo é grande demais: até 1 MB, ou umas 20 mil linhas."))
        raw = found.read()
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")
        return "\n".join(_first_column(line) for line in text.splitlines())

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if self.errors:
            return given
        lines = [line.strip() for line in (given.get("file") or given.get("lines") or "").splitlines()]
        if not any(lines):
            raise ValidationError({"lines": _("Cole ao menos uma linha, ou escolha um arquivo.")})
        if len(lines) > MOST_LINES:
            raise ValidationError({"lines": _("Até 20 mil linhas de cada vez.")})
        given["people"] = lines
        return given


def _first_column(line: str) -> str:
    for separator in (";", "\t", ","):
        line = line.split(separator, 1)[0]
    return line.strip().strip('"').replace("\0", "")


class TagForm(DeskForm):
    """A tag, for one customer or for everybody in a segment."""

    tag = forms.CharField(label=gettext_lazy("Etiqueta"), max_length=40)
