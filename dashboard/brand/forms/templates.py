"""The form of one's own wording of a template."""

from dataclasses import replace
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy

from dashboard.brand.forms.base import DeskForm
from dashboard.brand.template_words import button_kind, fault_words, file_fault, file_name
from messaging.header_files import MAX_BYTES, MEGABYTE, FileRefused, PreparedFile, prepared
from messaging.library import Category
from messaging.own_templates import ButtonKind, HeaderKind, HeaderMedia, TemplateButton, TemplateDraft
from messaging.template_faults import BUTTONS_LIMIT, Fault

ROWS = BUTTONS_LIMIT
_LONGEST = {"header": 300, "body": 4096, "footer": 300, "label": 100, "value": 2000}
_WITH_VALUE = (ButtonKind.ADDRESS, ButtonKind.PHONE, ButtonKind.COPY)
_OF_VALUE = ("phone", "address", "shortened", "back_to_whatsapp", "no_code", "code_too_long")
_KINDS = ("text", "image", "video", "document")
_TAKEN = "image/png,image/jpeg,image/webp,video/mp4,application/pdf"


def _line(label: Any, longest: int, **attributes: str) -> forms.CharField:
    widget = forms.TextInput({"autocomplete": "off", **attributes})
    return forms.CharField(label=label, required=False, max_length=longest, widget=widget)


class TemplateForm(DeskForm):
    """Title, text, footer and buttons. Whatever Meta would refuse is kept as a draft, and said when it is sent."""

    needed = ("header_kind", "file", *(f"b{row}_{name}" for row in range(ROWS) for name in ("kind", "text", "value")))
    category = forms.ChoiceField(
        label=gettext_lazy("Categoria na Meta"),
        choices=[
            (Category.UTILITY.value, gettext_lazy("Aviso: conta algo que aconteceu com a pessoa")),
            (Category.MARKETING.value, gettext_lazy("Oferta: só vai a quem aceitou ofertas, e custa mais")),
        ],
        widget=forms.RadioSelect,
    )
    header_kind = forms.ChoiceField(label=gettext_lazy("No alto da mensagem"), required=False)
    file = forms.FileField(
        label=gettext_lazy("Arquivo"),
        required=False,
        widget=forms.FileInput({"accept": _TAKEN, "data-chosen": "phone-file"}),
        help_text=gettext_lazy("Imagem até 5 MB; vídeo MP4 ou documento PDF até 16 MB. Vai igual a todas as pessoas."),
    )
    # The file that was kept before, and the name of one that was chosen and is still with the browser.
    file_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    file_kind = forms.CharField(required=False, max_length=8, widget=forms.HiddenInput)
    file_name = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
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
        self.upload: PreparedFile | None = None
        self.offer("header_kind", [(kind, file_name(kind)) for kind in _KINDS])
        kinds = [("", gettext_lazy("Nenhum")), *((kind.value, button_kind(kind)) for kind in ButtonKind)]
        for row in range(ROWS):
            self.fields[f"b{row}_kind"] = forms.ChoiceField(
                label=gettext_lazy("O que faz"), choices=kinds, required=False
            )
            self.fields[f"b{row}_text"] = _line(gettext_lazy("O que diz"), _LONGEST["label"])
            self.fields[f"b{row}_value"] = _line(
                gettext_lazy("Endereço, número ou código"), _LONGEST["value"], **{"data-takes-data": ""}
            )

    @classmethod
    def shown(cls, draft: TemplateDraft) -> "TemplateForm":
        """The form with a wording to go on from."""
        initial: dict[str, Any] = {
            "category": draft.category.value,
            "header_kind": draft.media.kind if draft.media else "text",
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
        self._read_file(given)
        self._written = TemplateDraft(
            category=Category(given.get("category") or Category.UTILITY),
            body=_newlines(given.get("body", "")),
            header=given.get("header", ""),
            footer=given.get("footer", ""),
            buttons=tuple(self._button(row) for row in self._rows),
            media=self._media(given),
        )
        return given

    def draft(self, *, is_sent: bool = False) -> TemplateDraft:
        """What was written, as far as it can be read, once the form was judged: right or not, for the preview.

        A file that the browser still has counts as chosen, but for what `is_sent`.
        """
        media = self._written.media
        if is_sent and media and media.id is None:
            return replace(self._written, media=HeaderMedia(media.kind))
        return self._written

    def hold(self, media: HeaderMedia) -> None:
        """Take the file that came along as kept."""
        self._written = replace(self._written, media=media)

    def tell(self, faults: tuple[Fault, ...]) -> None:
        """Put what Meta would refuse beside the fields it is about."""
        rows = self._rows
        for fault in faults:
            field: str | None = fault.where if fault.where in self.fields else None
            if fault.code == "no_file":
                field = "file"
            if fault.where.startswith("button-"):
                row = rows[int(fault.where.removeprefix("button-"))]
                is_value = fault.code in _OF_VALUE
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
        value = given.get(f"b{row}_value", "") if kind in _WITH_VALUE else ""
        text = "" if kind is ButtonKind.COPY else given.get(f"b{row}_text", "")
        return TemplateButton(kind, text, value)

    def _read_file(self, given: dict[str, Any]) -> None:
        file = given.get("file")
        if given.get("header_kind") not in MAX_BYTES or file is None:
            return
        kind = cast(HeaderKind, given["header_kind"])
        try:
            if file.size > MAX_BYTES[kind]:
                raise FileRefused("too_large", MAX_BYTES[kind] // MEGABYTE)
            self.upload = prepared(kind, file.read(), file.name)
        except FileRefused as error:
            self.add_error("file", file_fault(error))

    def _media(self, given: dict[str, Any]) -> HeaderMedia | None:
        kind = given.get("header_kind")
        if kind not in MAX_BYTES:
            return None
        kept, name = given.get("file_id"), given.get("file_name", "")
        if kept and given.get("file_kind") != kind:  # that file was of another kind
            kept, name = None, ""
        return HeaderMedia(cast(HeaderKind, kind), kept, name)


def _newlines(text: str) -> str:
    """Browsers send lines ended by two characters, of which Meta would count each."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
