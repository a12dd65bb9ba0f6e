"""Campaigns, and vouchers for many at once: what is taken and what is answered."""

from typing import Any

from rest_framework import serializers

from api.serializers.base import CustomerReference, InstantField, ReferenceField, TextField, WholeField

AUDIENCES = ("segment", "customers", "everybody", "codes")
MAX_CUSTOMERS = 5_000
MAX_CODES = 10_000


class CampaignIn(serializers.Serializer[Any]):
    """A campaign. Its coupons keep periods of their own."""

    name = TextField(max_length=120)
    goal = TextField(max_length=500, required=False, allow_blank=True, help_text="For the team.")
    starts_at = InstantField(required=False, allow_null=True)
    ends_at = InstantField(required=False, allow_null=True)


class CampaignOut(serializers.Serializer[Any]):
    """A campaign, with how many coupons name it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    goal = serializers.CharField()
    starts_at = InstantField(allow_null=True)
    ends_at = InstantField(allow_null=True)
    coupons = serializers.IntegerField()
    created_at = InstantField()


class CampaignPageOut(serializers.Serializer[Any]):
    """The campaigns, the newest first, on one page."""

    results = CampaignOut(many=True)
    next = serializers.URLField(allow_null=True)


class IssuanceIn(serializers.Serializer[Any]):
    """Whom to give a voucher each, as a gift."""

    coupon = serializers.UUIDField()
    audience = serializers.ChoiceField(choices=AUDIENCES)
    segment = TextField(max_length=60, required=False, help_text="The segment's key, for `segment`.")
    customers = serializers.ListField(
        child=CustomerReference(), required=False, max_length=MAX_CUSTOMERS, help_text="For `customers`."
    )
    count = WholeField(
        required=False, min_value=1, max_value=200_000, help_text="How many bearer's vouchers, for `codes`."
    )
    reason = TextField(max_length=300)


class IssuanceTurnIn(serializers.Serializer[Any]):
    """What becomes of an issuance."""

    do = serializers.ChoiceField(choices=("pause", "resume", "stop"))


class IssuanceOut(serializers.Serializer[Any]):
    """How far an issuance has come."""

    id = serializers.UUIDField()
    coupon_id = serializers.UUIDField()
    coupon_name = serializers.CharField()
    audience = serializers.CharField(help_text="`segment`, `list`, `everybody` or `codes`.")
    segment = serializers.CharField()
    reason = serializers.CharField()
    status = serializers.CharField(help_text="`running`, `paused`, `done` or `stopped`.")
    stopped_by = serializers.CharField(help_text="Why it rests by itself: the code of a refusal; empty otherwise.")
    total = serializers.IntegerField()
    issued = serializers.IntegerField()
    refused = serializers.IntegerField()
    refusals = serializers.DictField(
        child=serializers.IntegerField(), help_text="Customers without a voucher, by the code of why."
    )
    created_at = InstantField()
    finished_at = InstantField(allow_null=True)


class IssuancePageOut(serializers.Serializer[Any]):
    """The issuances, the newest first, on one page."""

    results = IssuanceOut(many=True)
    next = serializers.URLField(allow_null=True)


class CodesIn(serializers.Serializer[Any]):
    """Codes of another company."""

    codes = serializers.ListField(child=ReferenceField(max_length=60), min_length=1, max_length=MAX_CODES)


class CodesOut(serializers.Serializer[Any]):
    """How many are new, and how many were there."""

    added = serializers.IntegerField()
    known = serializers.IntegerField()
