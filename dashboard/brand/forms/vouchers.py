"""Forms about one voucher."""

from django import forms
from django.utils.translation import gettext_lazy

from dashboard.brand.forms.base import DeskForm


class VoucherSearch(DeskForm):
    """A code as it was typed, or what a scanner read."""

    code = forms.CharField(
        label=gettext_lazy("Código do voucher"),
        max_length=100,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "placeholder": "8F3K-2QZP-7XMA"}),
        help_text=gettext_lazy("Como está no voucher, com ou sem traços, ou o que o leitor de QR escreve."),
    )


class ReasonForm(DeskForm):
    """Why something is taken back."""

    reason = forms.CharField(label=gettext_lazy("Motivo"), max_length=300, widget=forms.Textarea({"rows": 2}))
