"""A sale, or taking part, to try rules on before they are published."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from dashboard.brand.forms.base import LocalMoment, NeedingForm
from dashboard.brand.rules.choices import RuleChoices
from programs.rules import Article, RuleSet
from programs.services import MadeUpOccasion
from smartbis.forms import MoneyField
from smartbis.kernel.clock import now

MOST_LINES = 20
MOST_PIECES = 10_000
_FIRST_PRICE = 10_000


class TrialLine(NeedingForm):
    """One line of the sale: so many pieces of an article at a price each."""

    needed = ("price",)

    price = MoneyField(label=_("Preço"), required=False)
    quantity = forms.IntegerField(label=_("Quantidade"), min_value=1, max_value=MOST_PIECES, required=False)
    category = forms.CharField(label=_("Categoria"), required=False, max_length=100)
    sku = forms.CharField(label=_("Código do produto"), required=False, max_length=100)

    def article(self) -> Article:
        """What is sold on this line. After validation."""
        given = self.cleaned_data
        sku, category = given["sku"].strip(), given["category"].strip()
        return Article(sku=sku, category=category, quantity=given["quantity"] or 1, unit_minor=given["price"] or 0)

    def ask_for_price(self) -> bool:
        """Whether there is a price; where there is none, it is asked for beside its field."""
        if self.cleaned_data["price"]:
            return True
        self.add_error("price", _("Diga o preço."))
        return False


class TrialForm(forms.Form):
    """What happens, where, when, and to which kind of customer. Nothing of it is kept."""

    occasion = forms.ChoiceField(label=_("O que acontece"))
    store = forms.ChoiceField(label=_("Loja"), required=False)
    channel = forms.ChoiceField(label=_("Canal"), required=False)
    at = LocalMoment(label=_("Quando"), required=False)
    payment_method = forms.ChoiceField(label=_("Pagamento"), required=False)
    nth = forms.IntegerField(label=_("Compra número"), initial=2, min_value=1, max_value=10_000, required=False)
    is_birthday = forms.BooleanField(label=_("É aniversário do cliente"), required=False)
    belongs = forms.MultipleChoiceField(label=_("O cliente tem"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *positional: Any, choices: RuleChoices, rules: RuleSet | None, **options: Any) -> None:
        super().__init__(*positional, **{**options, "use_required_attribute": False})
        self.currency = choices.currency
        belongs = _belonging(choices, rules)
        lists: dict[str, list[tuple[str, Any]]] = {
            "occasion": [("", _("Uma venda")), *choices.lists["participations"]],
            "store": choices.lists["stores"],
            "channel": choices.lists["channels"],
            "payment_method": [("", "—"), *choices.lists["payment_methods"]],
            "belongs": belongs,
        }
        for name, known in lists.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = known
        self.fields["occasion"].required = False
        if not belongs:
            del self.fields["belongs"]
        if not self.is_bound:
            self.initial.setdefault("at", localtime(now()))
        self.lines = self._lines()

    def _lines(self) -> list[TrialLine]:
        sent = self.data if self.is_bound else None
        return [
            TrialLine(
                sent,
                prefix=f"{self.prefix}-{place}",
                initial={"price": _FIRST_PRICE, "quantity": 1},
                use_required_attribute=False,
            )
            for place in range(lines_in(sent or {}))
        ]

    def can_be_tried(self) -> bool:
        """Whether all can be read, and each line of a sale has a price; what is missing is said beside its field."""
        fine = [self.is_valid(), *[line.is_valid() for line in self.lines]]
        if not all(fine) or self.cleaned_data["occasion"]:
            return all(fine)
        priced = [line.ask_for_price() for line in self.lines]  # each says what it lacks
        return all(priced)

    def made_up(self) -> MadeUpOccasion:
        """What the rules are to judge. After `can_be_tried`."""
        given = self.cleaned_data
        kinds = [each.partition(":") for each in given.get("belongs", [])]
        articles = () if given["occasion"] else tuple(line.article() for line in self.lines)
        return MadeUpOccasion(
            participation=given["occasion"],
            amount_minor=sum(each.quantity * each.unit_minor for each in articles),
            store=given["store"],
            channel=given["channel"] or "store",
            payment_method=given["payment_method"],
            items=articles,
            at=given["at"],
            nth=given["nth"] or 1,
            is_birthday=given["is_birthday"],
            belongs=frozenset((kind, key) for kind, _colon, key in kinds),
        )


def lines_in(data: Mapping[str, Any]) -> int:
    """How many lines a browser sent; at first one."""
    text = str(data.get("t-count", ""))
    return min(max(int(text), 1), MOST_LINES) if text.isdecimal() else 1


def with_lines(data: QueryDict, action: str) -> tuple[QueryDict, str]:
    """What a browser sent, with one line more (`more-lines`) or less (`less-lines:2`); and the id to focus then."""
    names = list(TrialLine.base_fields)
    rows = [{name: data.get(f"t-{place}-{name}", "") for name in names} for place in range(lines_in(data))]
    place_text = action.partition(":")[2]
    focus = "trial-more"
    if action == "more-lines" and len(rows) < MOST_LINES:
        rows.append({"quantity": "1"})
        focus = f"trial-t-{len(rows) - 1}"
    elif place_text.isdecimal() and int(place_text) < len(rows) > 1:
        del rows[int(place_text)]
    changed = data.copy()
    changed["t-count"] = str(len(rows))
    for place, row in enumerate(rows):
        for name in names:
            changed[f"t-{place}-{name}"] = row.get(name, "")
    return changed, focus


def _belonging(choices: RuleChoices, rules: RuleSet | None) -> list[tuple[str, Any]]:
    """What the rules ask a customer to belong to, as `tier:gold`."""
    asked = {
        (kind, key)
        for rule in (rules.rules if rules else ())
        for kind, keys in rule.when.belonging.items()
        for key in keys
    }
    names = {"plan": choices.names.plans, "tier": choices.names.tiers, "segment": choices.names.segments}
    return [(f"{kind}:{key}", names.get(kind, {}).get(key, key)) for kind, key in sorted(asked)]
