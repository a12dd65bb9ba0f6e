"""Forms about sales."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.brand import words
from dashboard.brand.forms.base import DeskForm
from smartbis.forms import MoneyField
from smartbis.purchases.infos import PurchaseInfo


class RefundForm(DeskForm):
    """All that is left of a sale, or a part of it."""

    needed = ("amount",)

    part = forms.ChoiceField(
        label=gettext_lazy("Quanto volta"),
        choices=[("whole", gettext_lazy("Tudo o que resta")), ("part", gettext_lazy("Uma parte"))],
        widget=forms.RadioSelect,
        initial="whole",
    )
    amount = MoneyField(label=gettext_lazy("Valor devolvido"), required=False)

    def __init__(self, *positional: Any, sale: PurchaseInfo, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.left = sale.amount_minor - sale.refunded_minor
        whole = _("Tudo o que resta: %(money)s") % {"money": words.amount(self.left, sale.currency)}
        self.offer("part", [("whole", whole), ("part", _("Uma parte"))])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("part") == "part" and not given.get("amount") and "amount" not in self.errors:
            raise ValidationError({"amount": _("Diga quanto volta.")})
        return given

    def amount_minor(self) -> int:
        """What is refunded, in minor units. After validation."""
        return int(self.cleaned_data["amount"]) if self.cleaned_data["part"] == "part" else self.left
