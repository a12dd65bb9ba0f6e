"""The form of the ladder: what is measured, how a tier is kept, and up to eight tiers."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.brand.forms.base import DeskForm
from programs.tiers import Ladder, Tier, term_days
from smartbis.forms import MoneyField

ROWS = 8
COLOURS = ("#8a5a2b", "#8c8c8c", "#b8860b", "#2f2f2f", "#4f46e5", "#0f766e", "#b91c1c", "#7c3aed")
ICONS = [
    ("star", gettext_lazy("estrela")),
    ("sparkles", gettext_lazy("brilho")),
    ("crown", gettext_lazy("coroa")),
    ("heart", gettext_lazy("coração")),
    ("zap", gettext_lazy("raio")),
    ("gift", gettext_lazy("presente")),
]


@dataclass(frozen=True)
class Row:
    """The bound fields of one tier."""

    key: Any
    name: Any
    threshold: Any
    colour: Any
    icon: Any
    benefits: Any


class LadderForm(DeskForm):
    """The ladder. A tier whose name is empty is none; their order is that of what they ask for."""

    needed = ("window_days", "keep_days", "warn_days")

    measure = forms.ChoiceField(
        label=gettext_lazy("O que conta"),
        choices=[
            ("spend", gettext_lazy("o que o cliente gastou")),
            ("points", gettext_lazy("os pontos que ganhou")),
            ("tier_points", gettext_lazy("os pontos de nível que ganhou")),
            ("purchases", gettext_lazy("quantas vezes comprou")),
        ],
        widget=forms.RadioSelect,
        initial="spend",
    )
    window = forms.ChoiceField(
        label=gettext_lazy("Em que tempo"),
        choices=[
            ("calendar_year", gettext_lazy("no ano corrente")),
            ("rolling", gettext_lazy("nos últimos dias")),
        ],
        widget=forms.RadioSelect,
        initial="calendar_year",
    )
    window_days = forms.IntegerField(
        label=gettext_lazy("Quantos dias contam"), min_value=1, max_value=3650, initial=365
    )
    keep = forms.ChoiceField(
        label=gettext_lazy("Quem não merece mais o nível"),
        choices=[
            ("period_end", gettext_lazy("fica nele até o fim do ano")),
            ("days", gettext_lazy("fica nele por alguns dias desde que chegou")),
            ("while_earned", gettext_lazy("perde na hora")),
            ("for_ever", gettext_lazy("fica nele para sempre")),
        ],
        widget=forms.RadioSelect,
        initial="period_end",
    )
    keep_days = forms.IntegerField(label=gettext_lazy("Por quantos dias"), min_value=1, max_value=3650, initial=365)
    fall = forms.ChoiceField(
        label=gettext_lazy("Ao cair"),
        choices=[
            ("one_step", gettext_lazy("desce um degrau")),
            ("earned", gettext_lazy("vai para o nível que merece")),
        ],
        widget=forms.RadioSelect,
        initial="one_step",
    )
    warn_days = forms.IntegerField(
        label=gettext_lazy("Avisar quantos dias antes"),
        min_value=0,
        max_value=3650,
        initial=30,
        help_text=gettext_lazy("0: nunca avisar."),
    )

    def __init__(self, *positional: Any, ladder: Ladder | None = None, **options: Any) -> None:
        if ladder is not None:
            names = ("measure", "window", "window_days", "keep", "keep_days", "fall", "warn_days")
            options.setdefault("initial", {name: getattr(ladder, name) for name in names})
        super().__init__(*positional, **options)
        tiers = ladder.tiers if ladder else ()
        for place in range(ROWS):
            tier = tiers[place] if place < len(tiers) else None
            self._add_row(place, tier, ladder.measure if ladder else "spend")

    def _add_row(self, place: int, tier: Tier | None, measure: str) -> None:
        shown = "" if tier is None else str(tier.threshold)
        if tier is not None and measure == "spend":
            shown = f"{tier.threshold // 100},{tier.threshold % 100:02d}"
        made = {
            "key": forms.CharField(
                widget=forms.HiddenInput, required=False, max_length=60, initial=tier.key if tier else ""
            ),
            "name": forms.CharField(label=_("Nome"), required=False, max_length=40, initial=tier.name if tier else ""),
            "threshold": forms.CharField(
                label=_("A partir de"),
                required=False,
                max_length=20,
                initial=shown,
                widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
            ),
            "colour": forms.CharField(
                label=_("Cor"),
                required=False,
                max_length=7,
                initial=(tier.colour if tier else "") or COLOURS[place],
                widget=forms.TextInput({"type": "color"}),
            ),
            "icon": forms.ChoiceField(
                label=_("Ícone"), required=False, choices=ICONS, initial=(tier.icon if tier else "") or "star"
            ),
            "benefits": forms.CharField(
                label=_("Vantagens, uma por linha"),
                required=False,
                max_length=1000,
                initial=tier.benefits if tier else "",
                widget=forms.Textarea({"rows": 2}),
            ),
        }
        for name, field in made.items():
            self.fields[f"{name}_{place}"] = field

    @property
    def rows(self) -> list[Row]:
        """The tiers' fields, row by row."""
        names = ("key", "name", "threshold", "colour", "icon", "benefits")
        return [Row(*(self[f"{name}_{place}"] for name in names)) for place in range(ROWS)]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        for place in range(ROWS):
            if given.get(f"name_{place}"):
                self._read_threshold(place, given)
        if given.get("keep") == "period_end" and given.get("window") == "rolling":
            self.add_error("keep", _("O fim do ano só serve quando o que conta é o ano corrente."))
        if given.get("keep") == "while_earned":
            given["fall"] = "earned"
        if not self.errors:
            self._check_warning(given)
        found = [given[f"threshold_{place}"] for place in self._filled(given) if not self.errors]
        if len(set(found)) < len(found):
            raise ValidationError(_("Dois níveis pedem o mesmo: cada um pede mais que o anterior."))
        return given

    def _check_warning(self, given: dict[str, Any]) -> None:
        term = term_days(**{name: given[name] for name in ("window", "window_days", "keep", "keep_days")})
        if term is not None and given["warn_days"] >= term:
            sentence = _("O nível dura %(days)s dias: o aviso viria assim que ele começa. Use menos dias, ou 0.")
            self.add_error("warn_days", sentence % {"days": term})

    def _read_threshold(self, place: int, given: dict[str, Any]) -> None:
        text = str(given.get(f"threshold_{place}") or "").strip()
        if text in ("", "0", "0,00", "0.00"):
            given[f"threshold_{place}"] = 0
            return
        try:
            if given.get("measure") == "spend":
                whole = text if "," in text or "." in text[-3:] else f"{text},00"
                given[f"threshold_{place}"] = MoneyField().clean(whole)
            else:
                given[f"threshold_{place}"] = forms.IntegerField(min_value=0, max_value=10**12).clean(
                    text.replace(".", "")
                )
        except ValidationError as error:
            self.add_error(f"threshold_{place}", error)

    def _filled(self, given: dict[str, Any]) -> list[int]:
        return [place for place in range(ROWS) if given.get(f"name_{place}")]

    def tiers(self) -> list[Tier]:
        """The tiers from the lowest to the highest. After validation."""
        given, taken = self.cleaned_data, set()
        found = []
        for place in self._filled(given):
            key = given[f"key_{place}"] or slugify(given[f"name_{place}"])[:50].strip("-_") or f"nivel-{place + 1}"
            while key in taken:
                key = f"{key}-2"[:60]
            taken.add(key)
            found.append(
                Tier(
                    key=key,
                    name=given[f"name_{place}"].strip(),
                    threshold=given[f"threshold_{place}"],
                    colour=given[f"colour_{place}"],
                    icon=given[f"icon_{place}"],
                    benefits=given[f"benefits_{place}"].strip(),
                )
            )
        return sorted(found, key=lambda tier: tier.threshold)

    def policy(self) -> dict[str, Any]:
        """Everything but the tiers, as the service takes it. After validation."""
        names = ("measure", "window", "window_days", "keep", "keep_days", "fall", "warn_days")
        return {name: self.cleaned_data[name] for name in names}
