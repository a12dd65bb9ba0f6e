"""What every form of the dashboard has in common: a nonce, and refusals put beside the fields they are about."""

import re
import secrets
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.brand import words
from smartbis.kernel.errors import DomainError, InvalidInput

_NONCE = re.compile(r"^[0-9a-f]{32}$")


def new_nonce() -> str:
    """A key for one rendering of a form: sending it twice has one effect."""
    return secrets.token_hex(16)


class NeededField(forms.BoundField):
    """A field that knows whether some choice of its form makes it needed; `components/field.html` asks."""

    @property
    def is_needed(self) -> bool:
        """Whether it must not be called optional although it is not required by itself."""
        return self.name in getattr(self.form, "needed", ())


class NeedingForm(forms.Form):
    """A form some of whose fields are needed by what is chosen in others."""

    bound_field_class = NeededField
    # Not required by themselves, but by another choice of the form: nothing calls them optional.
    needed: tuple[str, ...] = ()


class DeskForm(NeedingForm):
    """A form that carries its own key and takes refusals of the domain as errors."""

    nonce = forms.CharField(widget=forms.HiddenInput, required=False, initial=new_nonce)

    def clean_nonce(self) -> str:
        given = self.cleaned_data.get("nonce") or ""
        return given if _NONCE.match(given) else new_nonce()

    def offer(self, field: str, choices: Iterable[tuple[str, Any]]) -> None:
        """Fill a list of choices with what the brand has."""
        found = self.fields[field]
        assert isinstance(found, forms.ChoiceField)
        found.choices = list(choices)

    def refuse(self, error: DomainError, fields: Mapping[str, str] | None = None) -> None:
        """Show why the domain refused; `fields` maps its field names to this form's."""
        if not isinstance(error, InvalidInput) or not error.errors:
            self.add_error(None, words.refusal(error))
            return
        for name, sentences in error.errors.items():
            here = (fields or {}).get(name, name)
            # Sentences of rooms that speak to integrators are English; people read the form's own.
            known = _sentence_for(here, sentences)
            self.add_error(here if here in self.fields else None, known)


def _sentence_for(field: str, sentences: list[str]) -> list[str]:
    own = {
        "phone": _("Confira o telefone: DDD e nove dígitos."),
        "cpf": _("Este CPF não existe."),
        "email": _("Este e-mail não parece completo."),
        "tag": _("Até 40 letras, sem vírgula."),
        "bought_within_days": _("Ninguém parou de comprar há mais tempo e comprou há menos: mude um dos dois."),
        "purchases_at_most": _(
            "O máximo precisa ser maior que o mínimo, e não zero se você pergunta pelo gasto ou pela última compra."
        ),
        "spent_at_most": _("O máximo precisa ser maior que o mínimo."),
        "enrolled_until": _("O fim precisa vir depois do começo."),
        "shop_url": _("Use um endereço como https://loja.exemplo.com.br."),
        "header_file": _("Este arquivo não está mais guardado. Escolha-o de novo."),
        "header_files": _("Há arquivos demais guardados. Jogue fora rascunhos que não servem mais."),
        "periods": _("Um plano com um último dia fixo se paga uma vez só."),
        "stores": _("Alguma destas lojas não existe mais."),
        "effective_at": _("Escolha um momento de agora em diante."),
    }
    return [own[field]] if field in own else sentences


class PercentField(forms.Field):
    """Basis points from a percentage with up to two decimals: `20`, `12,5`, `7.25%`."""

    default_error_messages = {
        "invalid": gettext_lazy("Escreva um percentual, por exemplo 20 ou 12,5."),
        "range": gettext_lazy("Entre 0,01% e 100%."),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}), **options)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, int):
            return value
        text = f"{value // 100}.{value % 100:02d}".rstrip("0").rstrip(".")
        return text.replace(".", str(get_format("DECIMAL_SEPARATOR")))

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        try:
            points = Decimal(str(value).strip().rstrip("%").strip().replace(",", ".")) * 100
        except InvalidOperation:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if not points.is_finite() or points != int(points):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if not 1 <= points <= 10_000:
            raise ValidationError(self.error_messages["range"], code="range")
        return int(points)


class LocalMoment(forms.DateTimeField):
    """An instant of the brand's calendar, from the browser's own picker."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **options)
