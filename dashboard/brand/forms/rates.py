"""The upload of a rate card."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.brand.forms.base import DeskForm
from messaging.errors import RatesInvalid


class RatesForm(DeskForm):
    """A CSV file of prices."""

    file = forms.FileField(
        label=gettext_lazy("Arquivo"),
        widget=forms.FileInput({"accept": ".csv,text/csv"}),
        help_text=gettext_lazy(
            "CSV com as colunas effective_from, country, category, currency, price e source: "
            "2026-10-01,BR,utility,USD,0.0068,contrato. País vazio vale para os demais."
        ),
    )

    def refuse_rates(self, error: RatesInvalid) -> None:
        """Say what is wrong with which line of the file."""
        for fault, where in error.faults:
            self.add_error("file", _sentence(fault, where))


def _sentence(fault: str, where: str) -> str:
    if fault == "line":
        line, _comma, column = where.partition(", ")
        return _("Linha %(line)s: o valor de %(column)s não se entende.") % {"line": line, "column": column}
    sentences = {
        "column_missing": _("Falta a coluna %(where)s."),
        "too_many": _("São linhas demais: no máximo %(where)s."),
        "too_big": _("O arquivo passa de %(where)s bytes."),
        "twice": _("O mesmo país, categoria e dia aparece duas vezes."),
        "empty": _("O arquivo não traz nenhum preço."),
        "not_text": _("O arquivo não é texto em UTF-8."),
    }
    return sentences[fault] % {"where": where}
