"""Checkouts: what is asked for and what a quote says."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.serializers.base import InstantField, MinorField, ReferenceField, TextField
from api.serializers.purchases import MAX_ITEMS, BuyerReference, ItemIn
from programs.checkouts.infos import MOST_VOUCHERS

_BALANCE_HELP = (
    "`auto` uses the best there is, unless the customer saves it; `none` uses nothing; an object orders an amount. "
    "Absent: as the tenant has set, which is `auto` at first."
)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "enum": ["auto", "none"]},
            {
                "type": "object",
                "properties": {"amount_minor": {"type": "integer", "minimum": 1}},
                "required": ["amount_minor"],
            },
        ],
        "description": _BALANCE_HELP,
    }
)
class UseBalanceField(serializers.Field[Any, Any, Any, Any]):
    """`auto`, `none`, or an amount of balance in minor units."""

    def to_internal_value(self, data: Any) -> str | int:
        """The wish as the room takes it. Raises ValidationError."""
        if data in ("auto", "none"):
            return str(data)
        if isinstance(data, dict) and set(data) == {"amount_minor"}:
            amount: int = MinorField().run_validation(data["amount_minor"])
            return amount
        raise serializers.ValidationError('Send "auto", "none", or {"amount_minor": …}.')

    def to_representation(self, value: Any) -> Any:
        """As it was sent."""
        return {"amount_minor": value} if isinstance(value, int) else value


@extend_schema_field(
    {
        "oneOf": [
            {"type": "array", "items": {"type": "string"}, "maxItems": MOST_VOUCHERS},
            {"type": "string", "enum": ["auto"]},
        ],
        "description": "Codes of vouchers to use; `auto` finds the best among the customer's own. Absent: none.",
    }
)
class VouchersField(serializers.Field[Any, Any, Any, Any]):
    """Codes, or `auto`."""

    def to_internal_value(self, data: Any) -> tuple[str, ...] | None:
        """The codes; None for those that are to be found. Raises ValidationError."""
        if data == "auto":
            return None
        if not isinstance(data, list) or len(data) > MOST_VOUCHERS:
            raise serializers.ValidationError(f'Send up to {MOST_VOUCHERS} codes, or "auto".')
        return tuple(TextField(max_length=60).run_validation(each) for each in data)

    def to_representation(self, value: Any) -> Any:
        """As it was sent."""
        return "auto" if value is None else list(value)


class CheckoutIn(serializers.Serializer[Any]):
    """A sale that is about to be, and what the customer wants used on it."""

    customer = BuyerReference(required=False, allow_null=True, help_text="Absent: only bearer's vouchers can be used.")
    store = TextField(max_length=40, help_text="The store's code.")
    amount_minor = MinorField(help_text="After the shop's own discounts, before vouchers and balance; minor units.")
    items = serializers.ListField(child=ItemIn(), required=False, default=list, max_length=MAX_ITEMS)
    vouchers = VouchersField(required=False, default=tuple)
    use_balance = UseBalanceField(required=False)
    channel = TextField(required=False, default="site", max_length=20, help_text="`site`, `app`, `store`…")
    external_id = ReferenceField(
        required=False, default="", max_length=100, help_text="The sale's number, where it is known before the sale."
    )


class CommitIn(serializers.Serializer[Any]):
    """The quoted sale takes place. A basket sent along is compared with the quoted one."""

    external_id = ReferenceField(max_length=100, help_text="The store's number for this sale.")
    amount_minor = MinorField(required=False)
    items = serializers.ListField(child=ItemIn(), required=False, max_length=MAX_ITEMS)
    payment_method = TextField(required=False, default="", allow_blank=True, max_length=20)
    status = serializers.ChoiceField(
        choices=["confirmed", "pending"], default="confirmed", help_text="`pending` earns once it is confirmed."
    )


class CheckoutVoucherOut(serializers.Serializer[Any]):
    """A voucher that the quote holds."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    value_sku = serializers.CharField(help_text="What to hand over, for a freebie.")
    discount_minor = serializers.IntegerField()


class ExpectedAwardOut(serializers.Serializer[Any]):
    """What the sale is expected to earn; the commit says what it earned."""

    program = serializers.CharField()
    unit = serializers.CharField()
    amount = serializers.IntegerField()
    status = serializers.CharField(help_text="`available` or `pending`.")
    available_at = InstantField(allow_null=True)


class CheckoutOut(serializers.Serializer[Any]):
    """A quote: what it holds until `expires_at`, and why."""

    id = serializers.UUIDField()
    state = serializers.CharField(help_text="`open`, `committed`, `cancelled`, `expired` or `replaced`.")
    expires_at = InstantField()
    customer_id = serializers.UUIDField(allow_null=True)
    store = serializers.CharField(help_text="The store's code.")
    currency = serializers.CharField()
    amount_minor = serializers.IntegerField()
    discount_minor = serializers.IntegerField(help_text="By vouchers.")
    balance_used_minor = serializers.IntegerField()
    due_minor = serializers.IntegerField(help_text="What is left to pay.")
    vouchers = CheckoutVoucherOut(many=True)
    earns = ExpectedAwardOut(many=True)
    explanation = serializers.ListField(
        child=serializers.CharField(), help_text="Line by line, in the language asked for (`Accept-Language`)."
    )
    purchase_id = serializers.UUIDField(allow_null=True, help_text="Once it is committed.")
