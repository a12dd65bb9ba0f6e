"""Telling members of a new version: the text, for how long, and whether it is sent."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.services import NoticeDraft
from programs.services.notices import MOST_DAYS, MOST_LETTERS


class NoticeForm(forms.Form):
    """An empty text leaves the default, which is made from the sentences; nothing is told unless `tells`.

    `offered` is the text that was put there last: while nobody has changed it, it follows the rules that are typed.
    """

    tells = forms.BooleanField(label=_("Avisar os participantes na página deles"), required=False)
    text = forms.CharField(
        label=_("Texto do aviso"),
        required=False,
        max_length=MOST_LETTERS,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Vazio: o que mudou, nas frases das regras."),
    )
    days = forms.IntegerField(
        label=_("Dias no ar depois de valer"), required=False, min_value=0, max_value=MOST_DAYS, initial=7
    )
    sends = forms.BooleanField(label=_("Enviar também por WhatsApp"), required=False)
    offered = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, prefix="notice", use_required_attribute=False, initial=initial)

    @property
    def is_untouched(self) -> bool:
        """Whether the text is the one that was offered, or none."""
        typed, offered = (" ".join(str(self[name].value() or "").split()) for name in ("text", "offered"))
        return typed in ("", offered)

    def draft(self, default_text: str) -> NoticeDraft | None:
        """What is told; None for nothing. After validation."""
        given = self.cleaned_data
        if not given["tells"] and not given["sends"]:
            return None
        days = given["days"]
        text = given["text"].strip() or default_text[:MOST_LETTERS]
        return NoticeDraft(text=text, days=7 if days is None else days, sends=given["sends"])


class CorrectionForm(forms.Form):
    """What a published notice is to say instead."""

    text = forms.CharField(
        label=_("Texto do aviso"),
        max_length=MOST_LETTERS,
        widget=forms.Textarea({"rows": 4}),
        help_text=_(
            "Vale na página dos participantes e nas mensagens que ainda não saíram. O texto de antes fica guardado."
        ),
    )

    def __init__(self, data: Any = None, *, notice: UUID, text: str) -> None:
        super().__init__(data, prefix=f"n-{notice}", initial={"text": text}, use_required_attribute=False)
