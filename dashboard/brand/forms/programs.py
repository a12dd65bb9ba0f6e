"""Forms that make a rule: presets with two numbers, the rest folded away."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.brand.forms.base import DeskForm, LocalMoment, PercentField
from programs.infos import ProgramInfo, RuleVersionInfo
from programs.rules import InvalidRule, Percentage, PerUnit, RuleSet, read_rules
from programs.rules.spec import Fixed
from smartbis.forms import MoneyField
from smartbis.kernel.money import format_money
from smartbis.tenancy.selectors import StoreInfo

MAX_POINTS = 1_000_000


class RuleForm(DeskForm):
    """How a programme earns. `kind` decides which numbers count."""

    needed = ("percent", "points", "per")

    percent = PercentField(label=gettext_lazy("Percentual de cashback"), required=False)
    points = forms.IntegerField(label=gettext_lazy("Pontos"), required=False, min_value=1, max_value=MAX_POINTS)
    per = MoneyField(label=gettext_lazy("A cada"), required=False)
    minimum = MoneyField(label=gettext_lazy("Compra mínima"), required=False)
    hold_days = forms.IntegerField(
        label=gettext_lazy("Dias até liberar"),
        required=False,
        min_value=0,
        max_value=365,
        help_text=gettext_lazy("O prazo de devolução da loja. Vazio: na hora."),
    )
    base = forms.ChoiceField(
        label=gettext_lazy("Calcula sobre"),
        choices=[
            ("paid", gettext_lazy("o que foi pago, já sem vouchers")),
            ("gross", gettext_lazy("o valor cheio da compra")),
        ],
        widget=forms.RadioSelect,
        initial="paid",
    )
    stores = forms.MultipleChoiceField(
        label=gettext_lazy("Lojas"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Nenhuma marcada: todas as lojas."),
    )
    participations = forms.CharField(
        label=gettext_lazy("Pontos por participação"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3, "placeholder": "evento = 50"}),
        help_text=gettext_lazy("Uma por linha, como “evento = 50”. Só em programas de pontos."),
    )

    def __init__(self, *positional: Any, stores: list[StoreInfo], **options: Any) -> None:
        super().__init__(*positional, **options)
        self.offer("stores", [(each.code, each.name) for each in stores])

    def program_kind(self) -> str:
        """`cashback` or `points`."""
        return str(self.cleaned_data.get("kind", ""))

    def clean_participations(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for line in str(self.cleaned_data["participations"]).splitlines():
            if not line.strip():
                continue
            kind, equals, points = line.partition("=")
            if not equals or not kind.strip() or not points.strip().isdecimal():
                raise ValidationError(_("Escreva cada linha como “evento = 50”."))
            found[kind.strip()] = int(points)
        return found

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        kind = self.program_kind()
        if kind == "cashback" and not given.get("percent") and "percent" not in self.errors:
            raise ValidationError({"percent": _("Diga o percentual.")})
        if kind == "points":
            missing = [name for name in ("points", "per") if not given.get(name) and name not in self.errors]
            if missing:
                raise ValidationError(dict.fromkeys(missing, _("Diga quantos pontos, e a cada quanto.")))
        return given

    def spec(self) -> dict[str, Any]:
        """The rule as `programs.rules` reads it. After validation."""
        return spec_of(self.program_kind(), self.cleaned_data)


class NewProgramForm(RuleForm):
    """A programme with its first rule."""

    name = forms.CharField(label=gettext_lazy("Nome do programa"), max_length=80)
    kind = forms.ChoiceField(
        label=gettext_lazy("Como o cliente ganha"),
        choices=[
            ("cashback", gettext_lazy("Cashback: parte da compra volta como saldo")),
            ("points", gettext_lazy("Pontos: acumula e troca por vantagens")),
        ],
        widget=forms.RadioSelect,
        initial="cashback",
    )
    field_order = ("name", "kind")

    def __init__(self, *positional: Any, currency: str, **options: Any) -> None:
        options.setdefault("initial", {"percent": 500, "points": 1, "per": 100})
        super().__init__(*positional, **options)
        self.currency = currency


class NewVersionForm(RuleForm):
    """The next version of a programme's rule, and from when it counts."""

    starts = LocalMoment(
        label=gettext_lazy("Vale a partir de"),
        required=False,
        help_text=gettext_lazy("Vazio: agora. Vendas anteriores não mudam."),
    )
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *positional: Any, program: ProgramInfo, **options: Any) -> None:
        self.program = program
        version = program.last
        shown = initial_of(version.rules) | next_of(program, version) if version else {}
        options.setdefault("initial", shown)
        super().__init__(*positional, **options)

    def program_kind(self) -> str:
        return self.program.kind

    def effective_at(self) -> datetime | None:
        """From when; None is now. After validation."""
        return exact(self.cleaned_data["starts"], self.program)


def next_of(program: ProgramInfo, version: RuleVersionInfo) -> dict[str, Any]:
    """How a next version begins that is made from `version`: in its place if it is planned, else now."""
    return {"based_on": program.latest, "starts": version.effective_at if version in program.planned else None}


def exact(starts: datetime | None, program: ProgramInfo) -> datetime | None:
    """The moment that was typed; a planned version's own where that is the same to the minute, as forms show it."""
    moments = (each.effective_at for each in program.planned)
    return next((each for each in moments if each.replace(second=0, microsecond=0) == starts), starts)


def spec_of(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """The rule that the simple form's fields make."""
    is_cashback = kind == "cashback"
    effect = (
        {"kind": "percentage", "basis_points": given.get("percent")}
        if is_cashback
        else {"kind": "per_unit", "points": given.get("points"), "minor": given.get("per")}
    )
    return {
        "effect": effect,
        "base": given["base"],
        "minimum_minor": given["minimum"] or 0,
        "hold_days": given["hold_days"] or 0,
        "stores": given["stores"],
        "participations": {} if is_cashback else given["participations"],
    }


def is_simple(kind: str, rules: RuleSet) -> bool:
    """Whether the simple form shows all of a version: what it would send back unchanged is the same rules."""
    shown = initial_of(rules)
    lines = [line.partition(" = ") for line in shown["participations"].splitlines()]
    try:
        points = {name: int(amount) for name, _equals, amount in lines}
        return read_rules(spec_of(kind, {**shown, "participations": points})) == rules
    except (InvalidRule, ValueError):
        return False


def initial_of(rules: RuleSet) -> dict[str, Any]:
    """The simple form's view of a version: its first rule for sales, and fixed points for taking part."""
    main = next((rule for rule in rules.rules if not rule.when.participations), rules.rules[0])
    effect: dict[str, Any] = {}
    if isinstance(main.effect, Percentage):
        effect = {"percent": main.effect.basis_points}
    elif isinstance(main.effect, PerUnit):
        effect = {"points": main.effect.points, "per": main.effect.minor}
    taking_part = {
        kind: rule.effect.amount
        for rule in rules.rules
        if isinstance(rule.effect, Fixed)
        for kind in rule.when.participations
    }
    return {
        **effect,
        "minimum": main.when.minimum_minor or None,
        "hold_days": main.hold_days or None,
        "base": main.base,
        "stores": sorted(main.when.stores),
        "participations": "\n".join(f"{kind} = {points}" for kind, points in sorted(taking_part.items())),
    }


def symbol_of(currency: str, locale: str) -> str:
    """A currency's sign, as put before amounts: `R$`."""
    return format_money(0, currency, locale).strip("0,.\u00a0 ") or currency
