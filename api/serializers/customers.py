"""Customers: what is taken and what is answered."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.serializers.base import BalanceOut, ConsentsIn, InstantField, ReasonOut, ReferenceField, TextField


class CustomerIn(serializers.Serializer[Any]):
    """A new customer: a name and at least one identity."""

    name = TextField(max_length=120)
    phone = TextField(required=False, max_length=40, help_text="With area code: `11 98765-4321` or `+5511987654321`.")
    email = TextField(required=False, max_length=254)
    cpf = TextField(required=False, max_length=20, help_text="Checked by its digits.")
    external_id = ReferenceField(required=False, max_length=100, help_text="Your own id of the customer.")
    birthday = serializers.DateField(required=False, allow_null=True)
    consents = ConsentsIn(required=False)
    referred_by = TextField(
        required=False, max_length=12, help_text="The code of the customer who brought them; counts at enrolment only."
    )


class ConsentChangesIn(serializers.Serializer[Any]):
    """What the person now agrees to or withdraws; what is left out stays."""

    utility = serializers.BooleanField(required=False)
    marketing = serializers.BooleanField(required=False)
    text_version = TextField(required=False, max_length=20)


class CustomerChangesIn(serializers.Serializer[Any]):
    """What changes; null takes an identity or the birthday away."""

    name = TextField(required=False, max_length=120)
    phone = TextField(required=False, allow_null=True, max_length=40)
    email = TextField(required=False, allow_null=True, max_length=254)
    cpf = TextField(required=False, allow_null=True, max_length=20)
    external_id = ReferenceField(required=False, allow_null=True, max_length=100)
    birthday = serializers.DateField(required=False, allow_null=True)
    consents = ConsentChangesIn(required=False)


class CustomerQuery(serializers.Serializer[Any]):
    """An exact look-up by one identity; a list without any."""

    phone = TextField(required=False, max_length=40, help_text="Finds a number with and without Brazil's ninth digit.")
    cpf = TextField(required=False, max_length=20)
    email = TextField(required=False, max_length=254)
    external_id = TextField(required=False, max_length=100)
    cursor = serializers.CharField(required=False, max_length=500, help_text="From the `next` address.")
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=200)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError for two identities at once."""
        if len(IDENTITIES & attrs.keys()) > 1:
            raise serializers.ValidationError("Look up by one identity at a time.")
        return attrs


IDENTITIES = {"phone", "cpf", "email", "external_id"}


class CustomerOut(serializers.Serializer[Any]):
    """A customer. Identities are masked: whoever needs a number has it already."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    status = serializers.ChoiceField(choices=["active", "erased"])
    phone_masked = serializers.CharField()
    email_masked = serializers.CharField()
    cpf_masked = serializers.CharField()
    external_id = serializers.CharField()
    has_phone = serializers.BooleanField()
    enrolled_at = InstantField()
    merged_into = serializers.UUIDField(
        allow_null=True,
        default=None,
        help_text="This customer's id, when the id asked for was merged into it; else null.",
    )


class HoldingOut(BalanceOut):
    """A balance, and when the next part of what is pending can be used."""

    next_amount = serializers.IntegerField(help_text="How much of `pending` becomes available at `next_at`.")
    next_at = InstantField(allow_null=True, help_text="Null when nothing is pending, or until its sale is confirmed.")


class BalancesOut(serializers.Serializer[Any]):
    """What a customer has to spend, by unit."""

    balances = HoldingOut(many=True)


class StatementQuery(serializers.Serializer[Any]):
    """Which part of a statement."""

    unit = serializers.CharField(
        required=False, max_length=12, help_text="`BRL`, `points`, `tier_points`; every unit if absent."
    )
    cursor = serializers.CharField(required=False, max_length=500, help_text="From the `next` address.")
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=200)


class StatementRowOut(serializers.Serializer[Any]):
    """One line of a statement."""

    id = serializers.UUIDField()
    at = InstantField(help_text="When it was recorded.")
    occurred_at = InstantField(help_text="When it happened.")
    kind = serializers.CharField(help_text="`earn`, `voucher_issue`, `reversal` and so on.")
    unit = serializers.CharField(help_text="The tenant's currency, `points` or `tier_points`.")
    amount = serializers.IntegerField(help_text="Signed change of what is available.")
    pending_change = serializers.IntegerField()
    owed_change = serializers.IntegerField()
    balance_after = serializers.IntegerField(help_text="Available after this line.")
    title = serializers.CharField(help_text="What it is, in two or three words of the language asked for.")
    explanation = serializers.CharField(help_text="Why, and from what, in the language asked for.")
    store = serializers.CharField(help_text="The store's name, if it happened in one.")
    purchase_id = serializers.UUIDField(allow_null=True)
    voucher_code = serializers.CharField(help_text="Empty when no voucher is involved.")


class StatementPageOut(serializers.Serializer[Any]):
    """A page of a statement, the newest first."""

    results = StatementRowOut(many=True)
    next = serializers.URLField(allow_null=True)


class CustomerPageOut(serializers.Serializer[Any]):
    """A page of customers."""

    results = CustomerOut(many=True)
    next = serializers.URLField(allow_null=True)


class CostOut(serializers.Serializer[Any]):
    """What a coupon costs."""

    unit = serializers.CharField()
    amount = serializers.IntegerField()


class OfferOut(serializers.Serializer[Any]):
    """A coupon as this customer sees it."""

    coupon_id = serializers.UUIDField(source="coupon.id")
    name = serializers.CharField(source="coupon.name")
    description = serializers.CharField(source="coupon.description")
    kind = serializers.CharField(source="coupon.kind")
    value_minor = serializers.IntegerField(source="coupon.value_minor", allow_null=True)
    value_bp = serializers.IntegerField(source="coupon.value_bp", allow_null=True, help_text="Basis points.")
    value_sku = serializers.CharField(source="coupon.value_sku")
    value_key = serializers.CharField(source="coupon.value_key")
    cost = serializers.SerializerMethodField()
    can_have = serializers.BooleanField()
    reasons = ReasonOut(many=True, help_text="Why not; empty when they can.")
    missing_amount = serializers.IntegerField(help_text="What the balance lacks, in the unit of the cost.")

    @extend_schema_field(CostOut(allow_null=True))
    def get_cost(self, offer: Any) -> dict[str, Any] | None:
        """The cost, or nothing."""
        coupon = offer.coupon
        return {"unit": coupon.cost_unit, "amount": coupon.cost_amount} if coupon.cost_amount else None


class OffersOut(serializers.Serializer[Any]):
    """Every coupon that is shown to this customer."""

    results = OfferOut(many=True)
