"""Trying rules on an occasion that is made up: what is taken and what is answered."""

from typing import Any

from rest_framework import serializers

from api.serializers.base import InstantField, MinorField, ReasonOut, TextField, WholeField
from api.serializers.purchases import MAX_ITEMS, ItemIn


class TrialSaleIn(serializers.Serializer[Any]):
    """A sale that never was."""

    store = TextField(max_length=40, help_text="The store's code.")
    amount_minor = MinorField(min_value=0, help_text="After the shop's own discounts, before vouchers; minor units.")
    paid_minor = MinorField(
        required=False, min_value=0, help_text="Less what vouchers and balance paid; all if absent."
    )
    channel = TextField(required=False, default="store", max_length=20, help_text="`store`, `site`, `app`…")
    payment_method = TextField(
        required=False, default="", allow_blank=True, max_length=20, help_text="`cash`, `debit`, `credit`, `pix`…"
    )
    items = serializers.ListField(
        child=ItemIn(),
        required=False,
        default=list,
        max_length=MAX_ITEMS,
        help_text="The amount is spread over them by price. Without a category they have the catalogue's.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError if more was paid than the sale comes to."""
        if attrs.get("paid_minor", 0) > attrs["amount_minor"]:
            raise serializers.ValidationError({"paid_minor": ["More than the sale comes to."]})
        return attrs


def _keys(what: str) -> serializers.ListField:
    return serializers.ListField(
        child=TextField(max_length=60), required=False, default=list, max_length=50, help_text=f"Keys of {what}."
    )


class TrialCustomerIn(serializers.Serializer[Any]):
    """Who it is that buys or takes part; nobody in particular."""

    nth = WholeField(required=False, default=1, min_value=1, help_text="Which of their purchases this is.")
    is_birthday = serializers.BooleanField(required=False, default=False)
    plans = _keys("plans")
    tiers = _keys("tiers")
    segments = _keys("segments")
    communities = _keys("communities")
    tags = _keys("tags")


class TrialIn(serializers.Serializer[Any]):
    """A draft, and exactly one of a sale and a participation."""

    kind = serializers.ChoiceField(choices=["cashback", "points"])
    spec = serializers.DictField(help_text="The rules as data, as a version of the programme would hold them.")
    sale = TrialSaleIn(required=False)
    participation = TextField(required=False, max_length=60, help_text="`event`, `referral`, `challenge:<key>`…")
    at = InstantField(required=False, help_text="When it happens; now if absent.")
    customer = TrialCustomerIn(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError unless exactly one occasion is named."""
        if ("sale" in attrs) == ("participation" in attrs):
            raise serializers.ValidationError("Send exactly one of sale and participation.")
        return attrs


class TrialLineOut(serializers.Serializer[Any]):
    """A line of the sale, and how much of the base it was."""

    item = serializers.IntegerField(help_text="Its place in `items`, counted from 0.")
    base = serializers.IntegerField(
        help_text="Minor units; of a multiplier this line's part of what is multiplied, as a whole number."
    )


class _TriedOut(serializers.Serializer[Any]):
    rule = serializers.CharField(help_text="The rule's key.")
    name = serializers.CharField()
    sentence = serializers.CharField(help_text="The rule for people, in the language asked for.")


class TrialGivenOut(_TriedOut):
    """What a rule would give."""

    kind = serializers.ChoiceField(choices=["value", "multiplier", "tier", "gift"])
    unit = serializers.CharField(help_text="The tenant's currency, `points`, `tier_points`, or `pieces` of a gift.")
    base_minor = serializers.IntegerField(help_text="Of what it is worked out.")
    wanted = serializers.IntegerField(help_text="What it would be without limits.")
    amount = serializers.IntegerField()
    cut = ReasonOut(allow_null=True, help_text="The limit that took the difference: `per_purchase`, `budget_minor`…")
    explanation = serializers.CharField(help_text="How it comes about, as a statement says it.")
    lines = TrialLineOut(many=True, help_text="The lines that earn; empty when the whole sale does.")


class TrialMissedOut(_TriedOut):
    """A rule that would give nothing, and the first reason why."""

    reason = ReasonOut(help_text="`other_store`, `below_minimum`, `less_than_best`, `limit_reached`…")
    cut_by = serializers.CharField(allow_null=True, help_text="The limit that left nothing, for `limit_reached`.")


class TrialOut(serializers.Serializer[Any]):
    """What the draft would do; every rule is in `given` or in `missed`."""

    unit = serializers.CharField(help_text="The tenant's currency, or `points`.")
    total = serializers.IntegerField(help_text="What the customer could spend of it: minor units, or points.")
    tier_points = serializers.IntegerField()
    sentence = serializers.CharField(help_text="All rules for people, in the language asked for.")
    given = TrialGivenOut(many=True)
    missed = TrialMissedOut(many=True)
