"""What is common to a version: name and start, how balance is used, what points are worth."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.brand.forms.base import DeskForm, LocalMoment, PercentField
from dashboard.brand.forms.names import NamesField
from dashboard.brand.forms.rules.fields import LinesField
from dashboard.brand.rules.choices import RuleChoices
from programs.rules import PointValue, Spending
from programs.rules.spec import MAX_BASIS_POINTS, MAX_POINTS
from smartbis.forms import MoneyField


class VersionForm(DeskForm):
    """From when the version counts, what points are worth, and for a new programme its name and preset."""

    name = forms.CharField(label=_("Nome do programa"), max_length=80)
    preset = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    with_extras = forms.BooleanField(label=_("Criar também os planos, níveis e indicações do modelo"), required=False)
    starts = LocalMoment(
        label=_("Vale a partir de"), required=False, help_text=_("Vazio: agora. Vendas anteriores não mudam.")
    )
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)
    worth_points = forms.IntegerField(label=_("Pontos"), required=False, min_value=1, max_value=MAX_POINTS)
    worth_minor = MoneyField(label=_("Valem"), required=False)

    def __init__(self, *positional: Any, is_new: bool, kind: str, **options: Any) -> None:
        super().__init__(*positional, **{**options, "use_required_attribute": False})
        for name in ("based_on",) if is_new else ("name", "preset", "with_extras"):
            del self.fields[name]
        if kind == "cashback":
            del self.fields["worth_points"], self.fields["worth_minor"]

    def effective_at(self) -> datetime | None:
        """From when; None is now. After validation."""
        starts: datetime | None = self.cleaned_data["starts"]
        return starts

    def point_value(self) -> dict[str, Any] | None:
        """What points are worth, as JSON; nothing unless both numbers were given. After validation."""
        points, minor = self.cleaned_data.get("worth_points"), self.cleaned_data.get("worth_minor")
        return {"points": points, "minor": minor} if points or minor else None


def worth_fields(value: PointValue | None) -> dict[str, Any]:
    """What points are worth, as the form shows it."""
    return {"worth_points": value.points, "worth_minor": value.minor} if value else {}


class SpendingForm(forms.Form):
    """How balance in money may be used."""

    minimum_balance = MoneyField(
        label=_("Saldo mínimo para usar"), required=False, help_text=_("Abaixo disto o cliente junta mais.")
    )
    minimum_sale_minor = MoneyField(label=_("Compra mínima para usar"), required=False)
    maximum_share_bp = PercentField(
        label=_("Paga no máximo, da compra (%)"), required=False, help_text=_("Vazio: a compra inteira.")
    )
    excluded_stores = NamesField(label=_("Não vale nestas lojas"), required=False)
    excluded_categories = LinesField(label=_("Não paga estas categorias"), help_text=_("Uma por linha."))
    excluded_products = LinesField(label=_("Não paga estes produtos"), help_text=_("Um código por linha."))

    def __init__(self, *positional: Any, choices: RuleChoices, **options: Any) -> None:
        super().__init__(*positional, **{**options, "use_required_attribute": False})
        field = self.fields["excluded_stores"]
        assert isinstance(field, NamesField)
        field.offer(choices.lists["stores"], self["excluded_stores"].value())

    @property
    def is_used(self) -> bool:
        """Whether the box is to stand open."""
        return bool(self.errors) or any(field.value() for field in self)

    def spending(self) -> dict[str, Any]:
        """The rules as JSON. After validation."""
        return {name: value for name, value in self.cleaned_data.items() if value}


def spending_fields(rules: Spending) -> dict[str, Any]:
    """The rules as the form shows them."""
    return {
        "minimum_balance": rules.minimum_balance or None,
        "minimum_sale_minor": rules.minimum_sale_minor or None,
        "maximum_share_bp": rules.maximum_share_bp if rules.maximum_share_bp < MAX_BASIS_POINTS else None,
        "excluded_stores": sorted(rules.excluded_stores),
        "excluded_categories": sorted(rules.excluded_categories),
        "excluded_products": sorted(rules.excluded_products),
    }
