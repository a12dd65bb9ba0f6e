"""One rule as a card of the editor: its effect, the conditions that were added to it, limits and stacking."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.brand.forms.base import NeedingForm, PercentField
from dashboard.brand.forms.names import NONE_YET, NamesField
from dashboard.brand.forms.rules.fields import FactorField, HoursField, LinesField
from dashboard.brand.rules.choices import RuleChoices
from programs.rules.spec import MAX_HOLD_DAYS, MAX_POINTS, MAX_PRIORITY, PERIODS
from smartbis.forms import MAX_MINOR, MoneyField

EFFECTS = [
    ("percentage", _("Cashback: uma parte do valor volta")),
    ("per_unit", _("Pontos a cada valor gasto")),
    ("fixed", _("Um valor fixo por vez")),
    ("multiplier", _("Multiplica o que as outras regras dão")),
    ("tier_points", _("Pontos de nível, que não se gastam")),
    ("voucher", _("Um voucher de um cupom")),
    ("plan", _("Períodos de um plano")),
]
# Each condition of the menu with the fields that it shows, in the menu's order.
CONDITIONS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "stores": (_("Loja"), ("stores",)),
    "time": (_("Dia e hora"), ("weekdays", "hours")),
    "dates": (_("Período"), ("since", "until")),
    "purchases": (_("Primeira compra"), ("nth_from", "nth_until")),
    "birthday": (_("Aniversário"), ("birthday",)),
    "items": (_("Categoria ou produto"), ("categories", "products", "item_tags")),
    "plans": (_("Plano"), ("plans",)),
    "tiers": (_("Nível"), ("tiers",)),
    "groups": (_("Segmento ou etiqueta"), ("segments", "tags", "communities")),
    "payment": (_("Forma de pagamento"), ("payment_methods",)),
    "channels": (_("Canal"), ("channels",)),
    "minimum": (_("Valor mínimo"), ("minimum_minor", "minimum_quantity")),
    "participations": (_("Participação"), ("participations", "other_participations")),
}
# What a condition starts with when it is added.
FIRST_VALUES: dict[str, dict[str, Any]] = {
    "purchases": {"nth_from": 1, "nth_until": 1},
    "birthday": {"birthday": "week"},
    "participations": {"participations": ["event"]},
}
VALUE_EFFECTS = ("percentage", "per_unit", "fixed", "multiplier")
WEEKDAYS = [
    ("1", _("seg")),
    ("2", _("ter")),
    ("3", _("qua")),
    ("4", _("qui")),
    ("5", _("sex")),
    ("6", _("sáb")),
    ("7", _("dom")),
]
_BELONGING = ("plans", "tiers", "segments", "tags", "communities")
_LISTED = ("stores", "channels", "payment_methods", "participations", *_BELONGING)
_MANY = (*_LISTED, "shown", "weekdays")
PERIOD_NAMES = {"day": _("Por dia"), "week": _("Por semana"), "month": _("Por mês"), "life": _("Ao todo")}
LIMITED = {
    "per_customer": _("Máximo por cliente"),
    "times": _("Vezes por cliente"),
    "per_rule": _("Máximo desta regra, para todos"),
}


class DayField(forms.DateField):
    """A day, from the browser's own picker."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], required=False, **options)


class RuleCard(NeedingForm):
    """A rule of the version. `shown` names the conditions that were added; only they count."""

    needed = ("amount", "percent", "points", "per", "factor", "coupon", "plan", "periods")
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)
    shown = forms.MultipleChoiceField(
        choices=[(name, name) for name in CONDITIONS], required=False, widget=forms.MultipleHiddenInput
    )
    name = forms.CharField(label=_("Nome da regra"), max_length=80, required=False)
    effect = forms.ChoiceField(label=_("O que dá"), choices=EFFECTS)
    percent = PercentField(label=_("Percentual"), required=False)
    points = forms.IntegerField(label=_("Pontos"), required=False, min_value=1, max_value=MAX_POINTS)
    per = MoneyField(label=_("A cada"), required=False)
    factor = FactorField(label=_("Multiplica por"), required=False)
    coupon = forms.ChoiceField(label=_("Cupom"), required=False)
    plan = forms.ChoiceField(label=_("Plano"), required=False)
    periods = forms.IntegerField(label=_("Quantos períodos"), required=False, min_value=1, max_value=60)

    stores = NamesField(label=_("Só nestas lojas"), required=False)
    channels = NamesField(label=_("Só por estes canais"), required=False)
    payment_methods = NamesField(label=_("Só pagando com"), required=False)
    weekdays = forms.MultipleChoiceField(
        label=_("Só nestes dias"), choices=WEEKDAYS, required=False, widget=forms.CheckboxSelectMultiple
    )
    hours = HoursField(label=_("Só nestes horários"), required=False)
    since = DayField(label=_("De"))
    until = DayField(label=_("Até, inclusive"))
    nth_from = forms.IntegerField(label=_("Da compra número"), required=False, min_value=1, max_value=10_000)
    nth_until = forms.IntegerField(
        label=_("Até a compra número"),
        required=False,
        min_value=1,
        max_value=10_000,
        help_text=_("1 e 1: só a primeira. Vazio: sem fim."),
    )
    birthday = forms.ChoiceField(
        label=_("Quando"),
        choices=[("day", _("No dia do aniversário")), ("week", _("Na semana")), ("month", _("No mês"))],
        required=False,
    )
    categories = LinesField(label=_("Categorias"), help_text=_("Uma por linha, como aparecem na venda."))
    products = LinesField(label=_("Códigos de produtos"), help_text=_("Um por linha."))
    item_tags = LinesField(label=_("Etiquetas de produtos"), help_text=_("Uma por linha."))
    plans = NamesField(label=_("Quem tem um destes planos"), required=False)
    tiers = NamesField(label=_("Quem está em um destes níveis"), required=False)
    segments = NamesField(label=_("Quem está em um destes segmentos"), required=False)
    tags = NamesField(label=_("Quem tem uma destas etiquetas"), required=False)
    communities = NamesField(label=_("Quem está em uma destas comunidades"), required=False)
    minimum_minor = MoneyField(label=_("A partir de"), required=False)
    minimum_quantity = forms.IntegerField(
        label=_("Quantidade mínima"), required=False, min_value=1, max_value=MAX_MINOR
    )
    participations = NamesField(label=_("Ao participar de"), required=False)
    other_participations = LinesField(label=_("Outras participações"), help_text=_("Uma por linha."))

    budget = MoneyField(
        label=_("Verba"),
        required=False,
        help_text=_("Em dinheiro. Quando acaba, a regra para."),
    )
    mode = forms.ChoiceField(
        label=_("Quando outra regra também vale"),
        choices=[("sum", _("Soma")), ("best", _("Vale a maior")), ("exclusive", _("Só esta"))],
        widget=forms.RadioSelect,
        initial="sum",
    )
    priority = forms.IntegerField(
        label=_("Prioridade"),
        required=False,
        min_value=0,
        max_value=MAX_PRIORITY,
        help_text=_("De 0 a 100. Entre iguais, vale a de maior prioridade."),
    )
    base = forms.ChoiceField(
        label=_("Calcula sobre"),
        choices=[("paid", _("o que foi pago, já sem vouchers")), ("gross", _("o valor cheio da compra"))],
        initial="paid",
    )
    rounding = forms.ChoiceField(
        label=_("Arredonda"),
        choices=[
            ("", _("como de costume (cashback ao centavo, pontos para baixo)")),
            ("half_up", _("ao mais próximo")),
            ("floor", _("para baixo")),
            ("ceil", _("para cima")),
        ],
        required=False,
    )
    hold_days = forms.IntegerField(
        label=_("Dias até liberar"),
        required=False,
        min_value=0,
        max_value=MAX_HOLD_DAYS,
        help_text=_("O prazo de devolução da loja. Vazio: na hora."),
    )

    def __init__(self, *positional: Any, choices: RuleChoices, **options: Any) -> None:
        super().__init__(*positional, **{**options, "use_required_attribute": False})
        self.rule_choices = choices
        self._add_amounts()
        for name in _LISTED:
            field = self.fields[name]
            assert isinstance(field, NamesField)
            field.offer(choices.lists.get(name, []), self[name].value(), none_yet=NONE_YET.get(name, ""))
        self._offer_one("coupon", choices.lists["coupons"], choices.names.coupons)
        self._offer_one("plan", choices.lists["plans"], choices.names.plans)

    @property
    def kind_of_effect(self) -> str:
        """The effect that is chosen, before validation too."""
        return str(self["effect"].value() or "percentage")

    @property
    def counts_money(self) -> bool:
        """Whether the rule's own amounts are money."""
        return self.rule_choices.kind == "cashback" and self.kind_of_effect in VALUE_EFFECTS

    @property
    def conditions(self) -> list[tuple[str, Any, list[forms.BoundField]]]:
        """The conditions that were added, each with its name and fields."""
        shown = _as_list(self["shown"].value())
        return [
            (name, label, [self[field] for field in fields if not self._is_unknown(field)])
            for name, (label, fields) in CONDITIONS.items()
            if name in shown
        ]

    @property
    def menu(self) -> list[tuple[str, Any]]:
        """The conditions that may still be added."""
        shown = _as_list(self["shown"].value())
        return [(name, label) for name, (label, _fields) in CONDITIONS.items() if name not in shown]

    @property
    def limits(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Rows of limits by period."""
        return [(label, [self[f"{group}_{period}"] for period in PERIODS]) for group, label in LIMITED.items()]

    @property
    def has_limits(self) -> bool:
        """Whether the box of limits is to stand open."""
        names = ["per_purchase", "budget", *(f"{group}_{period}" for group in LIMITED for period in PERIODS)]
        return any(self[name].value() not in (None, "") or self[name].errors for name in names)

    @property
    def has_details(self) -> bool:
        """Whether the box of stacking, base and hold days is to stand open."""
        plain = {"mode": ("sum",), "base": ("paid",)}
        names = ("mode", "priority", "base", "rounding", "hold_days")
        return any(
            self[name].errors or self[name].value() not in (*plain.get(name, ()), None, "", 0, "0") for name in names
        )

    @classmethod
    def raw(cls, data: Any, prefix: str) -> dict[str, Any]:
        """What was typed into a card, to be shown again as it is."""
        found: dict[str, Any] = {"hours": HoursField.widget().value_from_datadict(data, {}, f"{prefix}-hours")}
        for full in data:
            if full.startswith(f"{prefix}-"):
                name = full.removeprefix(f"{prefix}-")
                found.setdefault(name, data.getlist(full) if name in _MANY else data.get(full))
        return found

    def _add_amounts(self) -> None:
        def amount(label: Any) -> forms.Field:
            if self.counts_money:
                return MoneyField(label=label, required=False)
            return forms.IntegerField(label=label, required=False, min_value=1, max_value=MAX_MINOR)

        self.fields["amount"] = amount(_("Quanto"))
        self.fields["per_purchase"] = amount(_("Máximo por compra"))
        for period, words in PERIOD_NAMES.items():
            self.fields[f"per_customer_{period}"] = amount(words)
            self.fields[f"per_rule_{period}"] = amount(words)
            self.fields[f"times_{period}"] = forms.IntegerField(
                label=words, required=False, min_value=1, max_value=MAX_MINOR
            )

    def _is_unknown(self, field: str) -> bool:
        """Communities have no page to make them on: nobody is asked for what does not exist."""
        return field == "communities" and not self.fields[field].choices  # type: ignore[attr-defined]

    def _offer_one(self, name: str, known: list[tuple[str, Any]], names: Mapping[str, str]) -> None:
        """Offer what is known, and what is chosen though it is not offered any more, by its name."""
        chosen = self[name].value()
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        extra = [(chosen, names.get(chosen, chosen))] if chosen and chosen not in dict(known) else []
        field.choices = [("", _("Escolha")), *known, *extra]


def _as_list(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, (list, tuple)) else []


def needed_of(effect: str) -> Mapping[str, Any]:
    """The fields that an effect cannot do without, each with what to say where it is missing."""
    return {
        "percentage": {"percent": _("Diga o percentual.")},
        "per_unit": {"points": _("Diga quantos pontos."), "per": _("Diga a cada quanto.")},
        "tier_points": {"points": _("Diga quantos pontos."), "per": _("Diga a cada quanto.")},
        "fixed": {"amount": _("Diga quanto.")},
        "multiplier": {"factor": _("Diga por quanto multiplica.")},
        "voucher": {"coupon": _("Escolha o cupom.")},
        "plan": {"plan": _("Escolha o plano.")},
    }.get(effect, {})
