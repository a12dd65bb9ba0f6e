"""Telling members of a new version: the text, for how long, and whether it is sent."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.services import NoticeDraft
from programs.services.notices import MOST_DAYS, MOST_LETTERS


class NoticeForm(forms.Form):
    """An empty text leaves the default, which is made from the sentences; nothing is told unless `tells`."""

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

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="notice", use_required_attribute=False)

    def draft(self, default_text: str) -> NoticeDraft | None:
        """What is told; None for nothing. After validation."""
        given = self.cleaned_data
        if not given["tells"] and not given["sends"]:
            return None
        days = given["days"]
        text = given["text"].strip() or default_text[:MOST_LETTERS]
        return NoticeDraft(text=text, days=7 if days is None else days, sends=given["sends"])
