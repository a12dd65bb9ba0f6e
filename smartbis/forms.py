"""Form fields for what people type at every door: money, phones, sign-in codes. They work without JavaScript."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import get_format
from django.utils.translation import gettext_lazy as _

_WITH_CENTS = re.compile(r"(\d{1,3}(?:[. ]?\d{3})*|\d+)[.,](\d{2})\Z")
MAX_MINOR = 10**12


class MoneyInput(forms.TextInput):
    """A text field whose digits fill from the cents (`static/js/money.js`); shows minor units as `38,50`."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "numeric", "autocomplete": "off", "data-money": "", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, int):
            return f"{value // 100}{get_format('DECIMAL_SEPARATOR')}{value % 100:02d}"
        shown: str | None = super().format_value(value)
        return shown


class MoneyField(forms.Field):
    """Whole minor units from text with both cents written, `1.234,50` or `1234.50`.

    A figure without cents is refused rather than guessed: 38 could mean 38 reais or 38 cents.
    """

    widget = MoneyInput
    default_error_messages = {
        "invalid": _("Escreva o valor com os centavos, por exemplo 38,50."),
        "min": _("O valor precisa ser maior que zero."),
        "max": _("Este valor é grande demais."),
    }

    def __init__(self, *, min_minor: int = 1, **options: Any) -> None:
        self.min_minor = min_minor
        super().__init__(**options)

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        match = _WITH_CENTS.match(re.sub(r"[R$\s\u00a0]", "", str(value)))
        if match is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(re.sub(r"\D", "", match[1]) + match[2])

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        if value < self.min_minor:
            raise ValidationError(self.error_messages["min"], code="min")
        if value > MAX_MINOR:
            raise ValidationError(self.error_messages["max"], code="max")


class PhoneInput(forms.TextInput):
    """A phone field, formatted while typing by `static/js/phone.js`."""

    input_type = "tel"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        defaults = {
            "inputmode": "tel",
            "autocomplete": "tel-national",
            "data-phone": "",
            "placeholder": "(11) 98765-4321",
            "maxlength": "20",
        }
        super().__init__({**defaults, **(attrs or {})})


class OneTimeCodeInput(forms.TextInput):
    """One field for the six digits of a sign-in code; `static/js/one-time-code.js` sends it on the sixth."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        defaults = {
            "inputmode": "numeric",
            "autocomplete": "one-time-code",
            "pattern": "[0-9 ]*",
            "maxlength": "7",
            "data-one-time-code": "",
        }
        super().__init__({**defaults, **(attrs or {})})
