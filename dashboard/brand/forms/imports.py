"""The upload form: a file, what it is, and which column means what."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.brand.forms.base import DeskForm
from programs.imports import FieldChoice, Preview
from smartbis.tenancy.selectors import StoreInfo
from vouchers.infos import CouponInfo

KIND_CHOICES = [
    ("purchases", gettext_lazy("Vendas")),
    ("customers", gettext_lazy("Clientes")),
    ("products", gettext_lazy("Artigos")),
    ("balances", gettext_lazy("Saldos iniciais")),
    ("vouchers", gettext_lazy("Vouchers em aberto")),
]


class ImportForm(DeskForm):
    """A file of one kind, with the settings that hold for all of its rows."""

    kind = forms.ChoiceField(label=gettext_lazy("O que o arquivo traz"), choices=KIND_CHOICES, initial="purchases")
    file = forms.FileField(
        label=gettext_lazy("Arquivo"),
        widget=forms.FileInput({"accept": ".csv,.gz,text/csv,application/gzip"}),
        help_text=gettext_lazy("CSV, também comprimido com gzip, até 256 MB. A primeira linha dá nome às colunas."),
    )

    def __init__(self, *positional: Any, kinds: Collection[str], **options: Any) -> None:
        super().__init__(*positional, **options)
        self.offer("kind", [(kind, name) for kind, name in KIND_CHOICES if kind in kinds])


class MappingForm(DeskForm):
    """Which column is what, as suggested and as people correct it."""

    store = forms.ChoiceField(label=gettext_lazy("Loja de todas as vendas"), required=False)
    decimal = forms.ChoiceField(
        label=gettext_lazy("Casas decimais"),
        required=False,
        choices=[
            ("", gettext_lazy("descobrir")),
            (",", gettext_lazy("vírgula: 129,90")),
            (".", gettext_lazy("ponto: 129.90")),
        ],
    )
    source = forms.CharField(label=gettext_lazy("De que sistema vêm"), required=False, max_length=80)
    reason = forms.CharField(label=gettext_lazy("Motivo"), required=False, max_length=200)
    coupon = forms.ChoiceField(label=gettext_lazy("Cupom dos vouchers"), required=False)
    unit = forms.ChoiceField(label=gettext_lazy("Unidade do saldo"), required=False)

    def __init__(
        self,
        *positional: Any,
        kind: str,
        fields: tuple[FieldChoice, ...],
        columns: tuple[str, ...],
        stores: list[StoreInfo],
        coupons: list[CouponInfo],
        currency: str,
        **options: Any,
    ) -> None:
        super().__init__(*positional, **options)
        self.kind = kind
        del self.fields["nonce"]
        self.column_fields = [f"column_{each.name}" for each in fields]
        self.needed = tuple(f"column_{each.name}" for each in fields if each.needed)
        choices = [("", "—"), *((name, name) for name in columns if name)]
        for each in fields:
            self.fields[f"column_{each.name}"] = forms.ChoiceField(label=each.label, choices=choices, required=False)
        self.offer("store", [("", "—"), *((each.code, each.name) for each in stores)])
        self.offer("coupon", [("", _("Vale-saldo da marca")), *((str(each.id), each.name) for each in coupons)])
        self.offer("unit", [("", "—"), (currency, currency), ("points", "points")])
        for name in set(_SETTINGS) - _SETTINGS_OF[kind]:
            del self.fields[name]

    @property
    def columns(self) -> list[forms.BoundField]:
        """The fields that choose a column."""
        return [self[name] for name in self.column_fields]

    @property
    def settings(self) -> list[forms.BoundField]:
        """The fields that hold for the whole file."""
        return [self[name] for name in _SETTINGS if name in self.fields]

    def mapping(self, preset: str) -> dict[str, Any]:
        """What `start_import` takes. After validation."""
        given = self.cleaned_data
        columns = {name.removeprefix("column_"): given[name] for name in self.column_fields if given.get(name)}
        settings = {name: given[name] for name in _SETTINGS if given.get(name)}
        return {**({"preset": preset} if preset else {}), "columns": columns, **settings}


_SETTINGS = ("store", "decimal", "source", "reason", "coupon", "unit")
_SETTINGS_OF = {
    "purchases": {"store", "decimal"},
    "customers": set(),
    "products": set(),
    "balances": {"source", "reason", "unit", "decimal"},
    "vouchers": {"coupon", "decimal"},
}


def initial_of(found: Preview) -> dict[str, Any]:
    """The suggested mapping as the form shows it."""
    suggested = found.suggested
    columns = {f"column_{name}": column for name, column in suggested.get("columns", {}).items()}
    return columns | {name: suggested[name] for name in _SETTINGS if suggested.get(name)}
