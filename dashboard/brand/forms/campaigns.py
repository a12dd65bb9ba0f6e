"""A campaign's name, goal and period, and an order of vouchers for many."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.brand.forms.base import DeskForm, LocalMoment
from vouchers.infos import CampaignDraft

FIELDS = {"period": "ends_at"}
# The domain's names of fields, by those of the order's form.
ORDER_FIELDS = {"list": "lines", "codes": "count", "everybody": "audience"}
MOST_LIST_BYTES = 5 * 1024 * 1024


class CampaignForm(DeskForm):
    """A campaign."""

    name = forms.CharField(label=gettext_lazy("Nome"), max_length=120)
    goal = forms.CharField(
        label=gettext_lazy("Para que serve"),
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Só a equipe lê."),
    )
    starts_at = LocalMoment(label=gettext_lazy("Começa"), required=False)
    ends_at = LocalMoment(label=gettext_lazy("Termina"), required=False)

    def draft(self) -> CampaignDraft:
        """The campaign as the vouchers' room takes it. After validation."""
        given = self.cleaned_data
        return CampaignDraft(
            name=given["name"], goal=given["goal"], starts_at=given["starts_at"], ends_at=given["ends_at"]
        )


class IssuanceForm(DeskForm):
    """Whom to give a voucher each, and why."""

    needed = ("segment", "lines", "count")

    audience = forms.ChoiceField(
        label=gettext_lazy("Para quem"),
        choices=[
            ("segment", gettext_lazy("Quem está num segmento")),
            ("list", gettext_lazy("Uma lista de clientes")),
            ("everybody", gettext_lazy("Todos os clientes")),
            ("codes", gettext_lazy("Códigos sem cliente, para imprimir ou entregar")),
        ],
        widget=forms.RadioSelect,
        initial="segment",
    )
    segment = forms.ChoiceField(label=gettext_lazy("Segmento"), required=False)
    lines = forms.CharField(
        label=gettext_lazy("Clientes"),
        required=False,
        widget=forms.Textarea({"rows": 6, "autocomplete": "off"}),
        help_text=gettext_lazy("Um por linha: telefone, CPF, e-mail ou código do cliente. Ninguém é cadastrado."),
    )
    file = forms.FileField(
        label=gettext_lazy("Ou um arquivo"),
        required=False,
        widget=forms.FileInput({"accept": ".csv,.txt,text/plain,text/csv"}),
        help_text=gettext_lazy("Texto ou CSV de uma coluna, até 5 MB."),
    )
    count = forms.IntegerField(
        label=gettext_lazy("Quantos códigos"), required=False, min_value=1, max_value=200_000, initial=100
    )
    reason = forms.CharField(
        label=gettext_lazy("Motivo"), max_length=300, help_text=gettext_lazy("Fica no histórico de ações.")
    )

    def __init__(self, *positional: Any, segments: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*positional, **options)
        self.offer("segment", segments or [("", _("Nenhum segmento ainda: crie em Segmentos."))])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        audience = given.get("audience")
        if audience == "segment" and not given.get("segment"):
            self.add_error("segment", _("Escolha um segmento."))
        if audience == "list":
            given["lines"] = self._listed(given)
            if not given["lines"]:
                self.add_error("lines", _("Escreva a lista ou traga um arquivo."))
        if audience == "codes" and not given.get("count") and "count" not in self.errors:
            self.add_error("count", _("Diga quantos códigos."))
        return given

    def _listed(self, given: dict[str, Any]) -> list[str]:
        return [*lines_of(str(given.get("lines") or "")), *lines_of(read_text(given.get("file")))]


class CodesForm(DeskForm):
    """Codes of another company, one on each line."""

    lines = forms.CharField(
        label=gettext_lazy("Códigos"), required=False, widget=forms.Textarea({"rows": 5, "autocomplete": "off"})
    )
    file = forms.FileField(
        label=gettext_lazy("Ou um arquivo"),
        required=False,
        widget=forms.FileInput({"accept": ".csv,.txt,text/plain,text/csv"}),
    )

    def codes(self) -> list[str]:
        """The codes that were typed or sent. After validation."""
        return [*lines_of(self.cleaned_data["lines"]), *lines_of(read_text(self.cleaned_data.get("file")))]


def lines_of(text: str) -> list[str]:
    """The first column of each line that says anything."""
    first = (line.replace(";", ",").split(",")[0].strip().strip('"') for line in text.splitlines())
    return [each for each in first if each]


def read_text(file: Any) -> str:
    """A file that was sent, as text; empty for none and for one that is too large."""
    if file is None or file.size is None or file.size > MOST_LIST_BYTES:
        return ""
    return str(file.read().decode("utf-8-sig", errors="replace"))
