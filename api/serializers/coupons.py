"""Coupons: their terms as the contract names them."""

from typing import Any

from rest_framework import serializers

from api.serializers.base import InstantField, MinorField, TextField, WholeField

KINDS = ("amount", "percentage", "freebie", "upgrade")
STATUSES = ("draft", "live", "paused", "ended")
MAX_LIST = 200


class CostIn(serializers.Serializer[Any]):
    """What a voucher of the coupon costs its customer."""

    unit = TextField(max_length=12, help_text="`points`, or the tenant's currency.")
    amount = WholeField(min_value=1, max_value=10**12, help_text="Points, or minor units.")


class PeriodIn(serializers.Serializer[Any]):
    """When the coupon can be had: `from` included, `until` excluded; either may be absent."""

    until = InstantField(required=False, allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`from` is a word of Python, so it is added here."""
        return {"from": InstantField(required=False, allow_null=True), **super().get_fields()}


class UsableFromIn(serializers.Serializer[Any]):
    """When a voucher starts to be good: after so many days, or from the customer's next sale."""

    days = WholeField(required=False, max_value=3660)
    next_sale = serializers.BooleanField(required=False)


class CouponTerms(serializers.Serializer[Any]):
    """The terms of a coupon. Which `value_…` is needed depends on the kind."""

    name = TextField(max_length=120)
    description = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    image = TextField(required=False, allow_blank=True, max_length=500, help_text="An https address.")
    kind = serializers.ChoiceField(choices=KINDS)
    status = serializers.ChoiceField(choices=STATUSES, required=False, help_text="`live` if absent.")
    is_listed = serializers.BooleanField(required=False, help_text="Shown among the offers; true if absent.")
    value_minor = MinorField(required=False, allow_null=True, help_text="For `amount`; what a gift costs otherwise.")
    value_bp = WholeField(required=False, allow_null=True, help_text="For `percentage`: 1500 is 15 %.")
    value_sku = TextField(required=False, allow_blank=True, max_length=80, help_text="For `freebie`.")
    value_key = TextField(required=False, allow_blank=True, max_length=80, help_text="For `upgrade`.")
    cost = CostIn(required=False, allow_null=True, help_text="Free if absent.")
    period = PeriodIn(required=False, allow_null=True)
    usable_from = UsableFromIn(required=False, allow_null=True)
    valid_days = WholeField(required=False, allow_null=True, help_text="Until the end of that day, tenant's calendar.")
    holder = serializers.ChoiceField(
        choices=("personal", "bearer"), required=False, help_text="Personal if it costs something, else bearer."
    )
    stock = WholeField(required=False, allow_null=True, help_text="How many vouchers; no limit if absent.")
    limit_per_customer = WholeField(required=False, allow_null=True)
    limit_per_day = WholeField(
        required=False, allow_null=True, help_text="How many one customer may take, and may use, on one day."
    )
    uses = WholeField(required=False, min_value=1, max_value=1000, help_text="Of each voucher; 1 if absent.")
    stores = serializers.ListField(
        child=TextField(max_length=40),
        required=False,
        max_length=MAX_LIST,
        help_text="Codes; each own store if empty.",
    )
    weekdays = serializers.ListField(
        child=WholeField(min_value=1, max_value=7), required=False, max_length=7, help_text="ISO: 1 is Monday."
    )
    hours = serializers.ListField(
        child=serializers.ListField(child=TextField(max_length=5), min_length=2, max_length=2),
        required=False,
        max_length=20,
        help_text='Pairs in the tenant\'s zone: `[["14:00", "18:00"]]`.',
    )
    plans = serializers.ListField(child=TextField(max_length=60), required=False, max_length=MAX_LIST)
    tiers = serializers.ListField(child=TextField(max_length=60), required=False, max_length=MAX_LIST)
    segment = TextField(required=False, allow_blank=True, max_length=60)
    communities = serializers.ListField(child=TextField(max_length=60), required=False, max_length=MAX_LIST)
    tags = serializers.ListField(child=TextField(max_length=60), required=False, max_length=MAX_LIST)
    birthday = serializers.ChoiceField(
        choices=("", "day", "week", "month"),
        required=False,
        help_text="Only on the customer's birthday, within a week before or after it, or in its month.",
    )
    new_within_days = WholeField(
        required=False, allow_null=True, max_value=3660, help_text="Only who enrolled at most so many days ago."
    )
    inactive_for_days = WholeField(
        required=False, allow_null=True, max_value=3660, help_text="Only who last bought at least so many days ago."
    )
    min_purchase_minor = MinorField(required=False, allow_null=True)
    max_discount_minor = MinorField(required=False, allow_null=True)
    is_divisible = serializers.BooleanField(
        required=False, help_text="Money off that may be used in parts: each use takes what the sale needs."
    )
    stacks_with_vouchers = serializers.BooleanField(
        required=False, help_text="May stand beside another voucher on one sale; true if absent."
    )
    stacks_with_balance = serializers.BooleanField(
        required=False, help_text="May stand beside balance on one sale; true if absent."
    )
    given_with_plans = serializers.ListField(
        child=TextField(max_length=60),
        required=False,
        max_length=MAX_LIST,
        help_text="Keys of plans: who gets one of them, or renews it, is given a voucher.",
    )
    uses_pool = serializers.BooleanField(
        required=False, help_text="Hands out codes of another company, added with `POST /coupons/{id}/codes`."
    )
    rotates_code = serializers.BooleanField(
        required=False, help_text="Its QR in the portal changes; a till refuses pictures of it, the code still counts."
    )
    notice_days = serializers.ListField(
        child=WholeField(min_value=1, max_value=365),
        required=False,
        max_length=5,
        help_text="How many days before its end `voucher.ending` is published; 30, 7 and 1 if absent.",
    )
    grace_days = WholeField(
        required=False, max_value=3660, help_text="What a lapsed voucher gets when its use is taken back; 7 if absent."
    )
    funded_by = serializers.ChoiceField(
        choices=("brand", "store"), required=False, help_text="Who bears what a use costs; the brand if absent."
    )
    conditions = serializers.CharField(
        required=False, allow_blank=True, max_length=8000, help_text="The small print, as the customer reads it."
    )
    campaign = serializers.UUIDField(required=False, allow_null=True, help_text="The campaign it belongs to.")
    budget_minor = MinorField(required=False, allow_null=True, min_value=0)
    on_lapse = serializers.ChoiceField(
        choices=("return", "forfeit"), required=False, help_text="What becomes of the cost of an unused voucher."
    )


class CouponIn(CouponTerms):
    """A new coupon."""


class CouponChangesIn(CouponTerms):
    """What changes; null takes a limit away."""

    name = TextField(max_length=120, required=False)
    kind = serializers.ChoiceField(choices=KINDS, required=False)


class CouponOut(CouponTerms):
    """A coupon and what is left of it."""

    id = serializers.UUIDField()
    phase = serializers.ChoiceField(
        choices=("draft", "scheduled", "live", "paused", "ended"), help_text="Where it stands now, by its period too."
    )
    currency = serializers.CharField()
    stock_left = serializers.IntegerField(allow_null=True)
    budget_left_minor = serializers.IntegerField(allow_null=True)
    created_at = InstantField()
    changed_at = InstantField()


class CouponQuery(serializers.Serializer[Any]):
    """Which coupons."""

    status = serializers.ChoiceField(choices=STATUSES, required=False)


class CouponPageOut(serializers.Serializer[Any]):
    """The coupons, the newest first, on one page."""

    results = CouponOut(many=True)
    next = serializers.URLField(allow_null=True)
