"""Forms about sales."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.brand import words
from dashboard.brand.forms.base import DeskForm
from smartbis.forms import MoneyField
from smartbis.purchases.infos import ItemInfo, PurchaseInfo, RefundItemDraft


class RefundForm(DeskForm):
    """All that is left of a sale, some of its articles, or an amount."""

    part = forms.ChoiceField(label=gettext_lazy("Quanto volta"), choices=[], widget=forms.RadioSelect, initial="whole")
    amount = MoneyField(label=gettext_lazy("Valor devolvido"), required=False)
    # What was left when the form was rendered: sent twice, it is answered twice alike.
    whole = forms.IntegerField(required=False, min_value=1)

    def __init__(self, *positional: Any, sale: PurchaseInfo, **options: Any) -> None:
        super().__init__(*positional, **options)
        self.left = sale.amount_minor - sale.refunded_minor
        whole = _("Tudo o que resta: %(money)s") % {"money": words.amount(self.left, sale.currency)}
        self.lines = {f"item{item.position}": item for item in sale.items if item.unit_minor}
        for field, item in self.lines.items():
            label = _("%(name)s (até %(most)s)") % {"name": item.name or item.sku, "most": _left(item)}
            # not what is left, for the same reason
            self.fields[field] = forms.IntegerField(
                label=label, required=False, min_value=0, max_value=item.quantity, initial=0
            )
        self.needed = ("amount", *self.lines)
        articles = [("items", _("Estes artigos"))] if self.lines else []
        self.offer("part", [("whole", whole), *articles, ("part", _("Um valor"))])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("part") == "part" and not given.get("amount") and "amount" not in self.errors:
            raise ValidationError({"amount": _("Diga quanto volta.")})
        if given.get("part") == "items" and not self.articles() and not self.errors:
            raise ValidationError(_("Diga quantos de cada artigo voltam."))
        return given

    @property
    def whole_again(self) -> str:
        """The value of the hidden field `whole`, also where the form is shown again."""
        return str(self.left)

    @property
    def article_fields(self) -> list[forms.BoundField]:
        """How many of each article that can come back, for the page."""
        return [self[field] for field, item in self.lines.items() if _left(item)]

    def articles(self) -> tuple[RefundItemDraft, ...]:
        """The articles that come back; none where something else was chosen. After validation."""
        if self.cleaned_data.get("part") != "items":
            return ()
        wanted = ((item.position, self.cleaned_data.get(field)) for field, item in self.lines.items())
        return tuple(RefundItemDraft(position=position, quantity=number) for position, number in wanted if number)

    def amount_minor(self) -> int | None:
        """What is refunded, in minor units; None where the articles say it. After validation."""
        part = self.cleaned_data["part"]
        if part == "items":
            return None
        return int(self.cleaned_data["amount"]) if part == "part" else self.cleaned_data["whole"] or self.left


def _left(item: ItemInfo) -> int:
    return item.quantity - item.refunded_quantity
