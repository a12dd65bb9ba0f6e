"""Backtests: a draft of rules, a period, and what came of it."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.serializers.base import InstantField


class BacktestIn(serializers.Serializer[Any]):
    """A draft to be tried on the brand's own sales of a period, both days included."""

    spec = serializers.DictField(help_text="The rules as data, as a version of the programme would hold them.")
    since = serializers.DateField()
    until = serializers.DateField()


class SideOut(serializers.Serializer[Any]):
    """What one side comes to over the period."""

    sales = serializers.IntegerField(help_text="Sales that it gives anything on.")
    granted = serializers.IntegerField()
    reversed = serializers.IntegerField(help_text="Taken back by refunds.")
    net = serializers.IntegerField()
    cost_minor = serializers.IntegerField(allow_null=True, help_text="`net` in money; null: points have no value.")
    share_bp = serializers.IntegerField(allow_null=True, help_text="Of sales less refunds, in basis points.")
    tier_points = serializers.IntegerField()
    gifts = serializers.IntegerField(help_text="Pieces; they cost nothing here.")


class StepOut(serializers.Serializer[Any]):
    """Customers whose difference lies in a class."""

    customers = serializers.IntegerField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`from` is a word of the language, so that member is added here."""
        bounds = {
            "from": serializers.IntegerField(allow_null=True, help_text="Included; null: no end."),
            "to": serializers.IntegerField(allow_null=True, help_text="Included; null: no end."),
        }
        return {**bounds, **super().get_fields()}


class CustomersTriedOut(serializers.Serializer[Any]):
    """Who gains and who loses by the draft."""

    bought = serializers.IntegerField()
    gaining = serializers.IntegerField()
    losing = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    steps = StepOut(many=True)


class RuleSideOut(serializers.Serializer[Any]):
    """What one rule comes to on one side."""

    times = serializers.IntegerField()
    granted = serializers.IntegerField()
    reversed = serializers.IntegerField()
    net = serializers.IntegerField()
    times_cut = serializers.IntegerField()
    amount_cut = serializers.IntegerField()
    times_empty = serializers.IntegerField(help_text="Limits left nothing.")
    cut_by = serializers.DictField(child=serializers.IntegerField(), help_text="How often, by limit.")


class RuleTriedOut(serializers.Serializer[Any]):
    """A rule of either side, in the draft's order."""

    key = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=["value", "multiplier", "tier", "gift"])
    live = RuleSideOut(allow_null=True)
    draft = RuleSideOut(allow_null=True)


class FiguresOut(serializers.Serializer[Any]):
    """Sales of a store, tier, segment or month, and what both sides give on them."""

    key = serializers.CharField(help_text="A store's id, a tier's or segment's key, or a month; empty: none.")
    sales = serializers.IntegerField()
    sales_minor = serializers.IntegerField()
    refunded_minor = serializers.IntegerField()
    live = serializers.IntegerField()
    draft = serializers.IntegerField()
    difference = serializers.IntegerField()


class DifferencesOut(serializers.Serializer[Any]):
    """Awards that differ from the live rules replayed, for one reason."""

    reason = serializers.CharField()
    times = serializers.IntegerField()
    replayed = serializers.IntegerField()
    awarded = serializers.IntegerField()
    examples = serializers.ListField(child=serializers.CharField(), help_text="Ids of sales, five at most.")


class FidelityOut(serializers.Serializer[Any]):
    """How the ledger compares with the live rules replayed."""

    awards = serializers.IntegerField()
    equal = serializers.IntegerField(help_text="To the cent.")
    reasons = DifferencesOut(many=True)


class SpentOut(serializers.Serializer[Any]):
    """Past uses of balance under the draft's spending rules."""

    uses = serializers.IntegerField()
    amount = serializers.IntegerField()
    refused = serializers.IntegerField()
    refused_amount = serializers.IntegerField()
    lowered = serializers.IntegerField()
    lowered_amount = serializers.IntegerField()
    obstacles = serializers.DictField(
        child=serializers.IntegerField(), help_text="How often, by what stood against it."
    )


class SpendingOut(serializers.Serializer[Any]):
    """On sales, by vouchers bought with balance, and when these were bought; what never was is absent."""

    sales = SpentOut(required=False)
    vouchers = SpentOut(required=False)
    conversions = SpentOut(required=False)


class BacktestResultOut(serializers.Serializer[Any]):
    """Both sides next to each other; amounts in `unit` unless their name ends with `_minor`. `{}` until it is done."""

    unit = serializers.CharField(required=False)
    sales = serializers.IntegerField(required=False)
    sales_minor = serializers.IntegerField(required=False)
    refunded_minor = serializers.IntegerField(required=False)
    live = SideOut(required=False)
    draft = SideOut(required=False)
    difference = serializers.IntegerField(required=False, help_text="Net, the draft less the live rules.")
    difference_minor = serializers.IntegerField(required=False, allow_null=True, help_text="In money; null: unknown.")
    customers = CustomersTriedOut(required=False)
    rules = RuleTriedOut(many=True, required=False)
    by_store = FiguresOut(many=True, required=False)
    by_tier = FiguresOut(many=True, required=False)
    by_month = FiguresOut(many=True, required=False)
    by_segment = FiguresOut(many=True, required=False)
    fidelity = FidelityOut(required=False)
    spending = SpendingOut(required=False)


@extend_schema_field(BacktestResultOut)
class ResultField(serializers.DictField):
    """A result as it was kept, which is what `BacktestResultOut` describes."""


class BacktestOut(serializers.Serializer[Any]):
    """A backtest and how far it has come. `result` is empty until it is done."""

    id = serializers.UUIDField()
    program_id = serializers.UUIDField()
    unit = serializers.CharField(help_text="What amounts in the result are counted in: the currency, or `points`.")
    status = serializers.ChoiceField(choices=("queued", "running", "done", "failed", "stopped"))
    since = serializers.DateField()
    until = serializers.DateField()
    draft = serializers.DictField()
    sales_total = serializers.IntegerField()
    sales_done = serializers.IntegerField()
    percent = serializers.IntegerField()
    failure = serializers.CharField(help_text="The code of what stopped it.")
    created_at = InstantField()
    started_at = InstantField(allow_null=True)
    finished_at = InstantField(allow_null=True)
    result = ResultField(help_text="Empty until it is done.")


class BacktestPageOut(serializers.Serializer[Any]):
    """A page of backtests, the newest first."""

    results = BacktestOut(many=True)
    next = serializers.URLField(allow_null=True)
