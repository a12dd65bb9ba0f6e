"""Corrections of balances by hand: what is taken and what is answered."""

from typing import Any

from rest_framework import serializers

from api.serializers.base import MAX_MINOR, InstantField, TextField, WholeField

REASONS = ["goodwill", "missing_sale", "correction", "service_failure", "misuse", "other"]
STATES = ["requested", "posted", "refused"]


class AdjustmentIn(serializers.Serializer[Any]):
    """An amount to give, or with a minus sign to take."""

    unit = TextField(max_length=12, help_text="The tenant's currency, `points` or `tier_points`.")
    amount = WholeField(min_value=-MAX_MINOR, max_value=MAX_MINOR, help_text="Signed; minor units or points.")
    reason = serializers.ChoiceField(choices=REASONS, help_text="The customer reads it in the statement.")
    note = TextField(required=False, allow_blank=True, max_length=300, help_text="For the team; needed for `other`.")


class DecisionIn(serializers.Serializer[Any]):
    """Why, if there is something to say."""

    note = TextField(required=False, allow_blank=True, max_length=300)


class AdjustmentsQuery(serializers.Serializer[Any]):
    """Which adjustments."""

    state = serializers.ChoiceField(choices=STATES, required=False)
    customer = serializers.UUIDField(required=False, help_text="One customer's.")
    cursor = serializers.CharField(required=False, max_length=500, help_text="From the `next` address.")
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=200)


class AdjustmentOut(serializers.Serializer[Any]):
    """A correction by hand: posted at once, or waiting for a second person."""

    id = serializers.UUIDField()
    customer_id = serializers.UUIDField()
    unit = serializers.CharField()
    amount = serializers.IntegerField(help_text="Signed; minor units or points.")
    reason = serializers.ChoiceField(choices=REASONS)
    note = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES, help_text="`requested`: waits for a second person.")
    requested_by = serializers.CharField(source="requested_label")
    requested_at = InstantField()
    decided_by = serializers.CharField(source="decided_label", help_text="Empty when nobody had to decide.")
    decided_at = InstantField(allow_null=True)
    decision_note = serializers.CharField()


class AdjustmentPageOut(serializers.Serializer[Any]):
    """A page of adjustments, the newest first."""

    results = AdjustmentOut(many=True)
    next = serializers.URLField(allow_null=True)


class AdjustmentLimitOut(serializers.Serializer[Any]):
    """How much a role gives or takes of one customer within 24 hours before a second person has to decide."""

    role = serializers.CharField(help_text="`owner`, `manager`, `attendant`, or `api_key`. Others do not adjust.")
    money_minor = serializers.IntegerField(allow_null=True, help_text="Null: no limit. 0: always asks.")
    points = serializers.IntegerField(allow_null=True, help_text="Likewise.")


class AdjustmentLimitsOut(serializers.Serializer[Any]):
    """Every role that may adjust."""

    results = AdjustmentLimitOut(many=True)
    next = serializers.URLField(allow_null=True)
