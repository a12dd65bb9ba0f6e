"""Fields that only rules have: names in lines, stretches of hours, factors."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.formats import get_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MOST_HOURS = 10


class LinesField(forms.CharField):
    """Names, one a line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea({"rows": 3}), required=False, max_length=20_000, **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return [line.strip() for line in (text or "").splitlines() if line.strip()]

    def validate(self, value: Any) -> None:
        """Any list will do here; the domain judges it."""

    def run_validators(self, value: Any) -> None:
        """Lengths are judged name by name by the domain."""


class HoursInput(forms.Widget):
    """Pairs of times, with an empty pair below the last one."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[list[str]]:
        several: MultiValueDict[str, Any] = data
        starts, ends = several.getlist(f"{name}-from"), several.getlist(f"{name}-until")
        return [[start, end] for start, end in zip(starts, ends, strict=False) if start or end]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0"

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        pairs = [*(value or []), ["", ""]][:MOST_HOURS]
        box = (attrs or {}).get("id", f"id_{name}")
        rows = format_html_join(
            "",
            '<span class="hours"><input type="time" name="{}-from" id="{}" value="{}" aria-label="{}">'
            '<span aria-hidden="true">–</span><input type="time" name="{}-until" value="{}" aria-label="{}"></span>',
            (
                (name, f"{box}_{place}", _time(pair[0]), _("Das"), name, _time(pair[1]), _("Até"))
                for place, pair in enumerate(pairs)
            ),
        )
        return format_html('<span class="hours-list">{}</span>', rows)


def _time(text: str) -> str:
    # Browsers know no 24:00: the day's end is shown as 00:00, and read back as it.
    return "00:00" if text == "24:00" else text


class HoursField(forms.Field):
    """Stretches of the day as pairs of `18:30`; an end at midnight is the day's end."""

    widget = HoursInput

    def to_python(self, value: Any) -> list[list[str]]:
        pairs = [[start, "24:00" if end == "00:00" else end] for start, end in value or []]
        if any(not start or not end for start, end in pairs):
            raise ValidationError(_("Diga das quantas até que horas."), code="invalid")
        return pairs


class FactorField(forms.Field):
    """Ten-thousandths from a factor: `2`, `1,5`."""

    default_error_messages = {"invalid": gettext_lazy("Escreva um número maior que 1, por exemplo 2 ou 1,5.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}), **options)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, int):
            return value
        text = f"{Decimal(value) / 10_000:f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text).replace(
            ".", str(get_format("DECIMAL_SEPARATOR"))
        )

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        try:
            factor = Decimal(str(value).strip().rstrip("xX×").replace(",", ".")) * 10_000
        except InvalidOperation:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if not factor.is_finite() or factor != int(factor) or factor <= 10_000:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(factor)
