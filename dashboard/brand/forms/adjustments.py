"""Forms of corrections by hand: an amount with its reason, and how much each role may do alone."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.brand.forms.base import DeskForm
from programs.selectors import LIMITED_ROLES, Limit
from smartbis.forms import MoneyField
from smartbis.kernel.units import POINTS, TIER_POINTS, is_currency

MOST_POINTS = 10**9
REASONS = [
    ("goodwill", gettext_lazy("Cortesia da marca")),
    ("missing_sale", gettext_lazy("Compra que não tinha sido registrada")),
    ("correction", gettext_lazy("Correção de um lançamento")),
    ("service_failure", gettext_lazy("Compensação por uma falha nossa")),
    ("misuse", gettext_lazy("Uso fora das regras do programa")),
    ("other", gettext_lazy("Outro motivo")),
]


class AdjustForm(DeskForm):
    """An amount to give or to take, and why."""

    needed = ("note",)

    direction = forms.ChoiceField(
        label=gettext_lazy("O que fazer"),
        choices=[("give", gettext_lazy("Dar ao cliente")), ("take", gettext_lazy("Tirar do cliente"))],
        widget=forms.RadioSelect,
        initial="give",
    )
    unit = forms.ChoiceField(label=gettext_lazy("De quê"), widget=forms.RadioSelect)
    amount = forms.CharField(
        label=gettext_lazy("Quanto"),
        max_length=20,
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
        help_text=gettext_lazy("Dinheiro com os centavos, por exemplo 25,00. Pontos inteiros, por exemplo 150."),
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Motivo"),
        choices=REASONS,
        help_text=gettext_lazy("O cliente lê o motivo no extrato dele."),
    )
    note = forms.CharField(
        label=gettext_lazy("Observação para a equipe"),
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("O cliente não vê. Sem dados pessoais. Obrigatória em “Outro motivo”."),
    )

    def __init__(self, *positional: Any, currency: str, **options: Any) -> None:
        super().__init__(*positional, **options)
        money = _("Dinheiro (%(unit)s)") % {"unit": currency}
        self.offer("unit", [(currency, money), (POINTS, _("Pontos")), (TIER_POINTS, _("Pontos de nível"))])
        self.fields["unit"].initial = currency

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        unit, typed = given.get("unit"), given.get("amount")
        if unit and typed:
            try:
                given["amount"] = _money(typed) if is_currency(unit) else _whole(typed)
            except ValidationError as error:
                self.add_error("amount", error)
        if given.get("reason") == "other" and not (given.get("note") or "").strip():
            self.add_error("note", _("Escreva por que, em poucas palavras."))
        return given

    def signed(self) -> int:
        """Minor units or points, below zero to take. After validation."""
        amount = int(self.cleaned_data["amount"])
        return amount if self.cleaned_data["direction"] == "give" else -amount


class RefuseForm(DeskForm):
    """Why a request is refused."""

    note = forms.CharField(label=gettext_lazy("Por quê"), max_length=300, required=False)


class LimitsForm(DeskForm):
    """For each role how much money and how many points; empty is no limit."""

    needed = tuple(f"{role}_{part}" for role in LIMITED_ROLES for part in ("money", "points"))

    owner_money = MoneyField(label=gettext_lazy("Dono da conta: dinheiro"), min_minor=0, required=False)
    owner_points = forms.IntegerField(
        label=gettext_lazy("Dono da conta: pontos"), min_value=0, max_value=MOST_POINTS, required=False
    )
    manager_money = MoneyField(label=gettext_lazy("Gerente: dinheiro"), min_minor=0, required=False)
    manager_points = forms.IntegerField(
        label=gettext_lazy("Gerente: pontos"), min_value=0, max_value=MOST_POINTS, required=False
    )
    attendant_money = MoneyField(label=gettext_lazy("Atendimento: dinheiro"), min_minor=0, required=False)
    attendant_points = forms.IntegerField(
        label=gettext_lazy("Atendimento: pontos"), min_value=0, max_value=MOST_POINTS, required=False
    )
    api_key_money = MoneyField(label=gettext_lazy("Chaves de API: dinheiro"), min_minor=0, required=False)
    api_key_points = forms.IntegerField(
        label=gettext_lazy("Chaves de API: pontos"), min_value=0, max_value=MOST_POINTS, required=False
    )

    def __init__(self, data: Any = None, *, limits: dict[str, Limit], **options: Any) -> None:
        initial: dict[str, Any] = {}
        for role, limit in limits.items():
            initial |= {f"{role}_money": limit.money_minor, f"{role}_points": limit.points}
        super().__init__(data, initial=initial, **options)

    def limits(self) -> dict[str, Limit]:
        """What `set_adjustment_limits` takes. After validation."""
        given = self.cleaned_data
        return {role: Limit(given[f"{role}_money"], given[f"{role}_points"]) for role in LIMITED_ROLES}


def _money(typed: str) -> int:
    return int(MoneyField().clean(typed) or 0)


def _whole(typed: str) -> int:
    text = typed.strip().replace(".", "").replace("\u00a0", "")
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_POINTS:
        raise ValidationError(_("Escreva pontos inteiros, por exemplo 150."))
    return int(text)
