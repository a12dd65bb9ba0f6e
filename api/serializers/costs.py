"""What messages cost."""

from typing import Any

from rest_framework import serializers

from messaging.rates import CATEGORIES


class CostPartOut(serializers.Serializer[Any]):
    """Messages of one kind that were priced in one currency. Micros are millionths of the currency's unit."""

    by = serializers.ChoiceField(choices=("category", "template", "campaign"), help_text="What `key` names.")
    key = serializers.CharField(help_text="Meta's category, the template, or the campaign's id.")
    currency = serializers.CharField(
        allow_blank=True, help_text="Empty for what Meta does not bill, and for what no rate is known of."
    )
    messages = serializers.IntegerField()
    billed = serializers.IntegerField(help_text="Of the messages; without a currency, no rate is known of them.")
    untold = serializers.IntegerField(help_text="Of the messages: what Meta has not said yet whether it bills.")
    micros = serializers.IntegerField()
    estimated_micros = serializers.IntegerField(help_text="Of the micros: those of the untold, by the rate card.")


class RateOut(serializers.Serializer[Any]):
    """The price of one message today."""

    country = serializers.CharField(allow_blank=True, help_text="ISO 3166, two letters; empty for all others.")
    category = serializers.ChoiceField(choices=CATEGORIES)
    currency = serializers.CharField()
    micros = serializers.IntegerField()
    effective_from = serializers.DateField(source="effective_on")
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # declared, no attribute


class MessageCostsOut(serializers.Serializer[Any]):
    """A month's costs by category, template and campaign, and the rates in force today."""

    month = serializers.CharField()
    lines = CostPartOut(many=True)
    rates = RateOut(many=True)


class EstimateQuery(serializers.Serializer[Any]):
    """What would be sent."""

    category = serializers.ChoiceField(choices=CATEGORIES)
    messages = serializers.IntegerField(min_value=1, max_value=10_000_000)


class EstimateOut(serializers.Serializer[Any]):
    """What it would cost at most, all of it billed."""

    messages = serializers.IntegerField()
    micros = serializers.IntegerField(allow_null=True, help_text="For all of them; null where no rate is known.")
    rate = RateOut(allow_null=True)
