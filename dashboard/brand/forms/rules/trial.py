"""A sale, or taking part, to try rules on before they are published."""

from typing import Any

from django import forms
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from dashboard.brand.forms.base import LocalMoment
from dashboard.brand.rules.choices import RuleChoices
from programs.rules import Article, RuleSet
from programs.services import MadeUpOccasion
from smartbis.forms import MoneyField
from smartbis.kernel.clock import now


class TrialForm(forms.Form):
    """What happens, where, when, and to which kind of customer. Nothing of it is kept."""

    occasion = forms.ChoiceField(label=_("O que acontece"))
    amount = MoneyField(label=_("Valor da venda"), initial=10_000, required=False)
    store = forms.ChoiceField(label=_("Loja"), required=False)
    channel = forms.ChoiceField(label=_("Canal"), required=False)
    at = LocalMoment(label=_("Quando"), required=False)
    payment_method = forms.ChoiceField(label=_("Pagamento"), required=False)
    nth = forms.IntegerField(label=_("Compra número"), initial=2, min_value=1, max_value=10_000, required=False)
    is_birthday = forms.BooleanField(label=_("É aniversário do cliente"), required=False)
    belongs = forms.MultipleChoiceField(label=_("O cliente tem"), required=False, widget=forms.CheckboxSelectMultiple)
    category = forms.CharField(label=_("Categoria"), required=False, max_length=100)
    sku = forms.CharField(label=_("Código do produto"), required=False, max_length=100)

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

    def made_up(self) -> MadeUpOccasion:
        """What the rules are to judge. After validation."""
        given = self.cleaned_data
        amount = given["amount"] or 0
        kinds = [each.partition(":") for each in given.get("belongs", [])]
        return MadeUpOccasion(
            participation=given["occasion"],
            amount_minor=amount,
            store=given["store"],
            channel=given["channel"] or "store",
            payment_method=given["payment_method"],
            items=(Article(given["sku"].strip(), given["category"].strip(), unit_minor=amount),),
            at=given["at"],
            nth=given["nth"] or 1,
            is_birthday=given["is_birthday"],
            belongs=frozenset((kind, key) for kind, _colon, key in kinds),
        )


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
