"""Vouchers and their uses: what is taken and what is answered."""

from typing import Any

from rest_framework import serializers

from api.serializers.base import (
    CustomerReference,
    FutureInstantField,
    InstantField,
    MinorField,
    ReasonOut,
    ReferenceField,
    TextField,
)


class VoucherIn(serializers.Serializer[Any]):
    """A voucher of a coupon, or a part of the balance as a voucher."""

    customer = CustomerReference()
    coupon = serializers.UUIDField(required=False, help_text="The coupon's id; its cost is taken from the balance.")
    balance_minor = MinorField(required=False, help_text="Cashback to turn into a voucher of that value.")
    store = TextField(required=False, max_length=40, help_text="The code of the store that issues it.")
    valid_until = FutureInstantField(required=False, help_text="Earlier than the coupon's own end.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError unless exactly one of coupon and balance is named."""
        if ("coupon" in attrs) == ("balance_minor" in attrs):
            raise serializers.ValidationError({"coupon": ["Send either `coupon` or `balance_minor`."]})
        return attrs


class VoucherOut(serializers.Serializer[Any]):
    """A voucher."""

    code = serializers.CharField(source="code_grouped", help_text="For people; blanks, dashes and case do not matter.")
    status = serializers.CharField(help_text="`issued`, `redeemed`, `cancelled` or `lapsed`.")
    coupon_id = serializers.UUIDField()
    coupon_name = serializers.CharField()
    customer_id = serializers.UUIDField(allow_null=True)
    is_personal = serializers.BooleanField(help_text="Its customer has to be named when it is used.")
    kind = serializers.CharField()
    currency = serializers.CharField()
    value_minor = serializers.IntegerField(allow_null=True)
    value_left_minor = serializers.IntegerField(
        allow_null=True, help_text="What is left of a voucher that is used in parts; null for one that is used whole."
    )
    value_bp = serializers.IntegerField(allow_null=True)
    value_sku = serializers.CharField()
    value_key = serializers.CharField()
    max_discount_minor = serializers.IntegerField(allow_null=True)
    min_purchase_minor = serializers.IntegerField(allow_null=True)
    valid_from = InstantField()
    valid_until = InstantField(allow_null=True)
    uses_left = serializers.IntegerField()
    issued_at = InstantField()
    qr_payload = serializers.CharField(help_text="What the voucher's QR holds.")
    partner_code = serializers.CharField(
        source="legacy_code", allow_null=True, help_text="The code that another company or system gave it."
    )


class UseIn(serializers.Serializer[Any]):
    """Where a voucher is to be used, by whom and on which sale."""

    store = TextField(max_length=40, help_text="The store's code.")
    customer = CustomerReference(required=False, allow_null=True, help_text="Needed for a personal voucher.")
    amount_minor = MinorField(required=False, help_text="The sale, in minor units; needed for a percentage.")


class RedeemIn(UseIn):
    """A use. With the sale's number a later refund finds the voucher."""

    external_id = ReferenceField(required=False, max_length=100, help_text="The store's number for the sale.")


class ValidationOut(serializers.Serializer[Any]):
    """Whether it could be used here and now."""

    valid = serializers.BooleanField()
    reasons = ReasonOut(many=True, help_text="Every reason against it.")
    discount_minor = serializers.IntegerField(allow_null=True, help_text="Null when that needs the sale's amount.")
    needs_amount = serializers.BooleanField(help_text="A minimum or a percentage needs `amount_minor`.")
    voucher = VoucherOut()


class RedemptionOut(serializers.Serializer[Any]):
    """One use of a voucher."""

    id = serializers.UUIDField()
    voucher_code = serializers.CharField()
    coupon_id = serializers.UUIDField()
    coupon_name = serializers.CharField()
    kind = serializers.CharField()
    value_sku = serializers.CharField()
    value_key = serializers.CharField()
    customer_id = serializers.UUIDField(allow_null=True)
    store = serializers.CharField(help_text="The store's code.")
    external_id = serializers.CharField()
    amount_minor = serializers.IntegerField(allow_null=True)
    discount_minor = serializers.IntegerField()
    currency = serializers.CharField()
    change_minor = serializers.IntegerField(source="change_amount", help_text="Went back to the balance.")
    uses_left = serializers.IntegerField()
    redeemed_at = InstantField()
    voucher_status = serializers.CharField(
        help_text="The voucher's state: `cancelled` also when its use was taken back after what it came with was gone."
    )
    reversed_at = InstantField(allow_null=True)
    reversal_reason = serializers.CharField()


class ReversalIn(serializers.Serializer[Any]):
    """Why a use is taken back."""

    reason = TextField(max_length=300)
