"""The form of one's own wording of a template."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from dashboard.brand.forms.base import DeskForm
from dashboard.brand.template_words import button_kind, fault_words
from messaging.library import Category
from messaging.own_templates import ButtonKind, TemplateButton, TemplateDraft
from messaging.template_faults import Fault

ROWS = 4
_LONGEST = {"header": 300, "body": 4096, "footer": 300, "label": 100, "value": 2000}


def _line(label: Any, longest: int, **attributes: str) -> forms.CharField:
    widget = forms.TextInput({"autocomplete": "off", **attributes})
    return forms.CharField(label=label, required=False, max_length=longest, widget=widget)


class TemplateForm(DeskForm):
    """Title, text, footer and buttons. Whatever Meta would refuse is kept as a draft, and said when it is sent."""

    category = forms.ChoiceField(
        label=gettext_lazy("Categoria na Meta"),
        choices=[
            (Category.UTILITY.value, gettext_lazy("Aviso: conta algo que aconteceu com a pessoa")),
            (Category.MARKETING.value, gettext_lazy("Oferta: só vai a quem aceitou ofertas, e custa mais")),
        ],
        widget=forms.RadioSelect,
    )
    header = _line(gettext_lazy("Título"), _LONGEST["header"], **{"data-takes-data": ""})
    body = forms.CharField(
        label=gettext_lazy("Texto"),
        max_length=_LONGEST["body"],
        strip=True,
        widget=forms.Textarea({"rows": 8, "data-takes-data": "main"}),
    )
    footer = _line(gettext_lazy("Rodapé"), _LONGEST["footer"])

    def __init__(self, *positional: Any, **options: Any) -> None:
        super().__init__(*positional, **options)
        kinds = [("", gettext_lazy("Nenhum")), *((kind.value, button_kind(kind)) for kind in ButtonKind)]
        for row in range(ROWS):
            self.fields[f"b{row}_kind"] = forms.ChoiceField(
                label=gettext_lazy("O que faz"), choices=kinds, required=False
            )
            self.fields[f"b{row}_text"] = _line(gettext_lazy("O que diz"), _LONGEST["label"])
            self.fields[f"b{row}_value"] = _line(gettext_lazy("Endereço ou número"), _LONGEST["value"])
            for name in ("kind", "text", "value"):
                self.fields[f"b{row}_{name}"].is_needed = True  # type: ignore[attr-defined]

    @classmethod
    def shown(cls, draft: TemplateDraft) -> "TemplateForm":
        """The form with a wording to go on from."""
        initial: dict[str, Any] = {
            "category": draft.category.value,
            "header": draft.header,
            "body": draft.body,
            "footer": draft.footer,
        }
        for row, button in enumerate(draft.buttons[:ROWS]):
            initial |= {f"b{row}_kind": button.kind.value, f"b{row}_text": button.text, f"b{row}_value": button.value}
        return cls(initial=initial)

    @property
    def button_rows(self) -> list[dict[str, Any]]:
        """The fields of each button, for the page."""
        return [
            {"number": row + 1, **{name: self[f"b{row}_{name}"] for name in ("kind", "text", "value")}}
            for row in range(ROWS)
        ]

    def clean(self) -> dict[str, Any]:
        """Keep what was written: a field that is told a fault afterwards is no longer among the cleaned ones."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        self._written = TemplateDraft(
            category=Category(given.get("category") or Category.UTILITY),
            body=_newlines(given.get("body", "")),
            header=given.get("header", ""),
            footer=given.get("footer", ""),
            buttons=tuple(self._button(row) for row in self._rows),
        )
        return given

    def draft(self) -> TemplateDraft:
        """What was written, as far as it can be read, once the form was judged: right or not, for the preview."""
        return self._written

    def tell(self, faults: tuple[Fault, ...]) -> None:
        """Put what Meta would refuse beside the fields it is about."""
        rows = self._rows
        for fault in faults:
            field: str | None = fault.where if fault.where in self.fields else None
            if fault.where.startswith("button-"):
                row = rows[int(fault.where.removeprefix("button-"))]
                is_value = fault.code in ("phone", "address", "shortened", "back_to_whatsapp")
                field = f"b{row}_{'value' if is_value else 'text'}"
            self.add_error(field, fault_words(fault))

    @property
    def _rows(self) -> list[int]:
        """The rows in which a button was chosen."""
        given = getattr(self, "cleaned_data", {})
        return [row for row in range(ROWS) if given.get(f"b{row}_kind")]

    def _button(self, row: int) -> TemplateButton:
        given = self.cleaned_data
        kind = ButtonKind(given[f"b{row}_kind"])
        value = given.get(f"b{row}_value", "") if kind in (ButtonKind.ADDRESS, ButtonKind.PHONE) else ""
        return TemplateButton(kind, given.get(f"b{row}_text", ""), value)


def _newlines(text: str) -> str:
    """Browsers send lines ended by two characters, of which Meta would count each."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
