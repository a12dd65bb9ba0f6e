"""Choosing some of what the brand has by its name."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

# What stands where there is nothing to choose from yet.
NONE_YET = {
    "plans": _("Nenhum plano aberto ainda: crie em Planos."),
    "tiers": _("Nenhum nível ainda: crie em Níveis."),
    "segments": _("Nenhum segmento ainda: crie em Segmentos."),
    "communities": _("Nenhuma comunidade ainda."),
    "tags": _("Nenhuma etiqueta ainda: ponha na página de um cliente."),
}


class NamesField(forms.MultipleChoiceField):
    """Some of what the brand has; what was named before stays on the list, and the domain judges it."""

    widget = forms.CheckboxSelectMultiple

    def valid_value(self, value: str) -> bool:
        return bool(value)

    def offer(self, known: Iterable[tuple[str, Any]], chosen: Any, *, none_yet: Any = "") -> None:
        """Put what the brand has on the list, and what is chosen though the brand has it no more.

        With nothing to choose from, `none_yet` says so.
        """
        names = dict(known)
        keys = [str(each) for each in chosen] if isinstance(chosen, list | tuple) else []
        self.choices = [*names.items(), *((each, each) for each in keys if each and each not in names)]
        if not self.choices:
            self.help_text = none_yet


def offer_belonging(form: forms.Form, known: dict[str, list[tuple[str, str]]], names: Iterable[str]) -> None:
    """Fill the fields that are called like kinds of belonging (`plans`, `tiers` …)."""
    for name in names:
        field = form.fields[name]
        assert isinstance(field, NamesField)
        field.offer(known[name], form[name].value(), none_yet=NONE_YET.get(name, ""))
