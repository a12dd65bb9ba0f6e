"""What a recorded sale earned, rule by rule, and why not more."""

from typing import Any

from rest_framework import serializers

from api.serializers.base import InstantField, ReasonOut


class EarningLineOut(serializers.Serializer[Any]):
    """A line of the sale that earned."""

    position = serializers.IntegerField(help_text="Its place in the sale, from 0.")
    sku = serializers.CharField()
    base_minor = serializers.IntegerField(help_text="Its part of the base, in minor units.")


class AppliedOut(serializers.Serializer[Any]):
    """A rule that gave something, as it was kept with the sale."""

    rule_key = serializers.CharField()
    rule = serializers.CharField(help_text="The rule in a sentence, in the language asked for.")
    unit = serializers.CharField(help_text="The tenant's currency, `points`, or `tier_points`.")
    base_minor = serializers.IntegerField(help_text="What it was reckoned from, in minor units.")
    wanted = serializers.IntegerField(help_text="What it would have given without its limits.")
    amount = serializers.IntegerField(help_text="What it gave.")
    reversed = serializers.IntegerField(help_text="What refunds have taken back of it.")
    cut = ReasonOut(allow_null=True, help_text="The limit that took the difference, as `per_customer.month`.")
    lines = EarningLineOut(many=True, help_text="The lines that earned; empty if the whole sale did.")
    explanation = serializers.CharField(help_text="For people, in the language asked for.")


class EarnedGiftOut(serializers.Serializer[Any]):
    """A rule that gave vouchers, or periods of a plan."""

    rule_key = serializers.CharField()
    rule = serializers.CharField(help_text="The rule in a sentence, in the language asked for.")
    kind = serializers.CharField(help_text="`voucher` or `plan`.")
    quantity = serializers.IntegerField()
    status = serializers.CharField(help_text="`waiting`, `given`, `refused`, or `taken_back`.")
    refusal = ReasonOut(allow_null=True, help_text="Why it was not handed out.")
    due_at = InstantField(help_text="From when it is handed out.")


class NotAppliedOut(serializers.Serializer[Any]):
    """A rule that gave nothing."""

    rule_key = serializers.CharField()
    rule = serializers.CharField(help_text="The rule in a sentence, in the language asked for.")
    reason = ReasonOut(
        help_text="`unknown` if it would give something by what is known today: what it looks at was another then."
    )
    limits = serializers.ListField(
        child=serializers.CharField(), help_text="For `limit_reached`: the limits of which one left nothing."
    )
    is_sure = serializers.BooleanField(
        help_text="False where the reason rests on what is not kept with a sale (the customer's birthday, memberships "
        "and number of purchases, the catalogue) and may have been otherwise then."
    )


class ProgramEarningsOut(serializers.Serializer[Any]):
    """One programme: what applied, and what did not."""

    program_id = serializers.UUIDField()
    program = serializers.CharField()
    version = serializers.IntegerField(allow_null=True, help_text="The version that judged the sale; null if none did.")
    nothing = ReasonOut(allow_null=True, help_text="Why the programme gave nothing; null if it gave something.")
    applied = AppliedOut(many=True)
    gifts = EarnedGiftOut(many=True)
    not_applied = NotAppliedOut(many=True)


class EarningsOut(serializers.Serializer[Any]):
    """A sale's earnings explained."""

    id = serializers.UUIDField()
    customer_id = serializers.UUIDField(allow_null=True)
    currency = serializers.CharField()
    programs = ProgramEarningsOut(many=True, help_text="Every programme of the tenant, the oldest first.")
