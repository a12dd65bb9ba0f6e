"""Sales, refunds, participations: what is taken and what is answered."""

from typing import Any

from rest_framework import serializers

from api.serializers.base import (
    BalanceOut,
    ConsentsIn,
    CustomerReference,
    InstantField,
    MinorField,
    PastInstantField,
    ReferenceField,
    TextField,
    WholeField,
)

MAX_ITEMS = 500
MAX_BATCH = 1000
MAX_QUANTITY = 10**9


class BuyerReference(CustomerReference):
    """A customer by exactly one of these; with a `name`, one whom nobody knows yet is enrolled."""

    name = TextField(required=False, max_length=120, help_text="Enrols an unknown customer under this name.")
    consents = ConsentsIn(required=False, help_text="What a newcomer agreed to; ignored for a known customer.")


class ItemIn(serializers.Serializer[Any]):
    """A line of a sale."""

    sku = ReferenceField(max_length=100)
    name = TextField(required=False, default="", allow_blank=True, max_length=200)
    category = TextField(required=False, default="", allow_blank=True, max_length=100)
    quantity = WholeField(required=False, default=1, min_value=1, max_value=MAX_QUANTITY)
    unit_minor = MinorField(min_value=0, help_text="The price of one, in minor units.")


class PurchaseIn(serializers.Serializer[Any]):
    """A sale. The store and its own number for the sale make repeats safe for ever."""

    customer = BuyerReference(required=False, allow_null=True, help_text="Absent: an anonymous sale, which earns none.")
    store = TextField(max_length=40, help_text="The store's code.")
    amount_minor = MinorField(help_text="After the shop's own discounts, before vouchers; minor units.")
    external_id = ReferenceField(max_length=100, help_text="The store's number for this sale.")
    currency = TextField(required=False, max_length=3, help_text="The tenant's if absent; another is refused.")
    channel = TextField(required=False, default="store", max_length=20, help_text="`store`, `site`, `app`…")
    payment_method = TextField(
        required=False, default="", allow_blank=True, max_length=20, help_text="`cash`, `debit`, `credit`, `pix`…"
    )
    occurred_at = PastInstantField(required=False, help_text="Now if absent; never in the future.")
    status = serializers.ChoiceField(
        choices=["confirmed", "pending"], default="confirmed", help_text="`pending` earns once it is confirmed."
    )
    items = serializers.ListField(child=ItemIn(), required=False, default=list, max_length=MAX_ITEMS)


class PurchaseQuery(serializers.Serializer[Any]):
    """Which sales."""

    store = TextField(required=False, max_length=40, help_text="The store's code.")
    external_id = TextField(required=False, max_length=100, help_text="With `store`: the one sale of this number.")
    cursor = serializers.CharField(required=False, max_length=500, help_text="From the `next` address.")
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=200)


class AwardOut(serializers.Serializer[Any]):
    """What one rule gave."""

    program = serializers.CharField()
    rule = serializers.IntegerField(source="rule_version", help_text="The version of the programme's rule.")
    rule_key = serializers.CharField(help_text="Which rule of that version gave it.")
    unit = serializers.CharField(help_text="The tenant's currency, `points`, or `tier_points`, which are never spent.")
    amount = serializers.IntegerField()
    status = serializers.CharField(help_text="`available` or `pending`.")
    available_at = InstantField(allow_null=True)
    explanation = serializers.CharField(help_text="For people, in the language asked for.")


class PurchaseAnswer(serializers.Serializer[Any]):
    """A recorded sale and what to tell the customer."""

    id = serializers.UUIDField()
    status = serializers.CharField()
    customer_id = serializers.UUIDField(allow_null=True)
    external_id = serializers.CharField()
    amount_minor = serializers.IntegerField()
    paid_minor = serializers.IntegerField(help_text="Without what vouchers took off.")
    currency = serializers.CharField()
    awards = AwardOut(many=True)
    balances = BalanceOut(many=True)
    vouchers = serializers.ListField(child=serializers.CharField(), help_text="Codes of vouchers used on this sale.")
    receipt_text = serializers.CharField(help_text="What to print or say: earned, balance, next step.")
    receipt_qr = serializers.CharField(help_text="An address to print as QR: the customer's page.")


class PurchaseOut(serializers.Serializer[Any]):
    """A sale as it stands."""

    id = serializers.UUIDField()
    customer_id = serializers.UUIDField(allow_null=True)
    store = serializers.CharField(help_text="The store's code.")
    external_id = serializers.CharField()
    status = serializers.CharField()
    amount_minor = serializers.IntegerField()
    paid_minor = serializers.IntegerField()
    voucher_discount_minor = serializers.IntegerField()
    refunded_minor = serializers.IntegerField()
    currency = serializers.CharField()
    channel = serializers.CharField()
    payment_method = serializers.CharField()
    occurred_at = InstantField()
    recorded_at = InstantField()


class PurchasePageOut(serializers.Serializer[Any]):
    """A page of sales, the newest first."""

    results = PurchaseOut(many=True)
    next = serializers.URLField(allow_null=True)


class BatchIn(serializers.Serializer[Any]):
    """Sales of a till that was offline; each is judged on its own."""

    purchases = PurchaseIn(many=True, help_text=f"Up to {MAX_BATCH:,}, in the order in which they happened.")


class BatchRowOut(serializers.Serializer[Any]):
    """What became of one sale, at the same place."""

    status = serializers.IntegerField(help_text="As the single call would have answered: 201, 200 for a repeat, 4xx.")
    purchase = PurchaseAnswer(required=False, help_text="For 200 and 201.")
    problem = serializers.DictField(required=False, help_text="For 4xx: the problem, as the single call words it.")


class BatchOut(serializers.Serializer[Any]):
    """One row for each sale, in order."""

    results = BatchRowOut(many=True)


class DecidedOut(serializers.Serializer[Any]):
    """A pending sale that was decided."""

    id = serializers.UUIDField()
    status = serializers.CharField()
    balances = BalanceOut(many=True)


class RefundItemIn(serializers.Serializer[Any]):
    """How many of an article come back."""

    sku = ReferenceField(max_length=100)
    quantity = WholeField(required=False, default=1, min_value=1, max_value=MAX_QUANTITY)


class RefundIn(serializers.Serializer[Any]):
    """A refund: an amount, or articles of the sale."""

    external_id = ReferenceField(max_length=100, help_text="The store's number for this refund.")
    amount_minor = MinorField(required=False)
    items = serializers.ListField(child=RefundItemIn(), required=False, default=list, max_length=MAX_ITEMS)
    occurred_at = PastInstantField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError unless exactly one of amount and items is there."""
        if ("amount_minor" in attrs) == bool(attrs["items"]):
            raise serializers.ValidationError({"amount_minor": ["Send either `amount_minor` or `items`."]})
        return attrs


class ReversedOut(serializers.Serializer[Any]):
    """What a refund took back of one award."""

    program = serializers.CharField()
    unit = serializers.CharField(help_text="The tenant's currency, `points` or `tier_points`.")
    amount = serializers.IntegerField()
    from_pending = serializers.IntegerField()
    from_available = serializers.IntegerField()
    owed = serializers.IntegerField(help_text="Was spent already, or a checkout holds it: what comes next repays it.")
    written_off = serializers.IntegerField(help_text="Was spent already: the brand bears it.")


class RefundOut(serializers.Serializer[Any]):
    """A recorded refund."""

    id = serializers.UUIDField()
    purchase_id = serializers.UUIDField()
    external_id = serializers.CharField()
    amount_minor = serializers.IntegerField()
    refunded_minor = serializers.IntegerField(help_text="Of the whole sale, with this refund.")
    reversed = ReversedOut(many=True)
    returned = serializers.ListField(child=serializers.CharField(), help_text="Codes of vouchers that are good again.")
    not_returned = serializers.ListField(
        child=serializers.CharField(), help_text="Codes of vouchers used on it that are cancelled all the same."
    )
    balance_returned_minor = serializers.IntegerField(help_text="Balance used on the sale that is back.")
    money_due_minor = serializers.IntegerField(
        help_text="To be handed back in money: the refund less what had been balance or a voucher's discount."
    )
    balances = BalanceOut(many=True)


class ParticipationIn(serializers.Serializer[Any]):
    """Somebody took part in something that a programme rewards."""

    customer = CustomerReference()
    kind = TextField(max_length=60, help_text="As the programme's rule names it: `event`, `course`…")
    external_id = ReferenceField(max_length=100, help_text="Your number for this participation.")
    occurred_at = PastInstantField(required=False)


class ParticipationOut(serializers.Serializer[Any]):
    """A recorded participation and what it earned."""

    id = serializers.UUIDField()
    awards = AwardOut(many=True)
    balances = BalanceOut(many=True)
