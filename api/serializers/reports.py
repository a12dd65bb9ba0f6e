"""Reports: the period asked for, and the figures."""

from datetime import date, timedelta
from typing import Any

from rest_framework import serializers

from api.serializers.base import InstantField, TextField

MAX_DAYS = 366


class PeriodQuery(serializers.Serializer[Any]):
    """Days of the tenant's calendar, both included; the last thirty if absent."""

    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)
    store = TextField(required=False, max_length=40, help_text="One store's code; every store if absent.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError for a period that is turned round, too long, or before there were tills."""
        since, until = attrs.get("since"), attrs.get("until")
        if (since is None) != (until is None):
            raise serializers.ValidationError({"until": ["Send both days or none."]})
        if until and until > date(2200, 1, 1):
            raise serializers.ValidationError({"until": ["That is too far in the future."]})
        if since and until and not (date(1990, 1, 1) <= since <= until and until - since < timedelta(days=MAX_DAYS)):
            raise serializers.ValidationError({"since": [f"A period has 1 to {MAX_DAYS} days."]})
        return attrs


class UnitTotalsOut(serializers.Serializer[Any]):
    """What moved in one unit, in minor units or points."""

    unit = serializers.CharField()
    issued = serializers.IntegerField()
    reversed = serializers.IntegerField(help_text="Taken back by refunds.")
    redeemed = serializers.IntegerField()
    returned = serializers.IntegerField()


class DayOut(serializers.Serializer[Any]):
    """One day of the tenant's calendar."""

    day = serializers.DateField()
    sales = serializers.IntegerField()
    amount_minor = serializers.IntegerField()
    identified_sales = serializers.IntegerField(help_text="Sales with a customer.")
    redemptions = serializers.IntegerField()
    discount_minor = serializers.IntegerField()


class StoreOut(serializers.Serializer[Any]):
    """One store over the period."""

    store = serializers.CharField(source="code")
    name = serializers.CharField()
    sales = serializers.IntegerField()
    amount_minor = serializers.IntegerField()
    buyers = serializers.IntegerField()
    returning = serializers.IntegerField()
    redemptions = serializers.IntegerField()
    discount_minor = serializers.IntegerField()


class ReturnsOut(serializers.Serializer[Any]):
    """What was given, what was used, who came back."""

    since = serializers.DateField()
    until = serializers.DateField()
    currency = serializers.CharField()
    sales = serializers.IntegerField()
    amount_minor = serializers.IntegerField()
    refunded_minor = serializers.IntegerField()
    identified_sales = serializers.IntegerField()
    buyers = serializers.IntegerField(help_text="Customers who bought.")
    returning_buyers = serializers.IntegerField(help_text="Of these, who had bought before or bought again.")
    new_buyers = serializers.IntegerField()
    returning_share_bp = serializers.IntegerField(allow_null=True, help_text="Basis points; null when nobody bought.")
    benefits = UnitTotalsOut(many=True)
    vouchers_issued = serializers.IntegerField()
    redemptions = serializers.IntegerField()
    discount_minor = serializers.IntegerField()
    sales_with_benefit_minor = serializers.IntegerField(help_text="Of sales named with a voucher's use.")
    by_day = DayOut(many=True)
    by_store = StoreOut(many=True)


class LiabilityRowOut(serializers.Serializer[Any]):
    """What the brand owes its customers in one unit."""

    unit = serializers.CharField(help_text="The tenant's currency, or `points`. Tier points are no debt.")
    available = serializers.IntegerField()
    pending = serializers.IntegerField()
    held = serializers.IntegerField()
    owed = serializers.IntegerField(help_text="What customers owe.")
    in_vouchers = serializers.IntegerField(help_text="Paid for vouchers that are not used yet.")
    holders = serializers.IntegerField(help_text="Customers with something to spend.")
    total = serializers.IntegerField(help_text="Available, pending, held and in vouchers, less owed.")
    value_minor = serializers.IntegerField(
        allow_null=True, help_text="The total in the tenant's currency; null for points without a value."
    )
    age_0_30 = serializers.IntegerField(source="ages.0", help_text="Of the total, what came in the last 30 days.")
    age_31_90 = serializers.IntegerField(source="ages.1")
    age_91_180 = serializers.IntegerField(source="ages.2")
    age_181_365 = serializers.IntegerField(source="ages.3")
    age_over_365 = serializers.IntegerField(source="ages.4")
    lacking = serializers.IntegerField(help_text="What those owe who hold less; the ages less this are the total.")
    expected_use = serializers.IntegerField(
        allow_null=True, help_text="What will still be used if the months before are a guide; null with too few."
    )


class UseOut(serializers.Serializer[Any]):
    """What became of the value earned in one calendar month."""

    unit = serializers.CharField()
    months_ago = serializers.IntegerField()
    earned = serializers.IntegerField(help_text="Less what refunds took back.")
    left = serializers.IntegerField(help_text="Not used yet; the oldest value is used first.")
    holders = serializers.IntegerField(help_text="Customers who earned it.")
    used_bp = serializers.IntegerField(
        allow_null=True, help_text="Used by now, in basis points; null with fewer than 20 customers."
    )


class LiabilityOut(serializers.Serializer[Any]):
    """What the brand owes its customers now, by unit, and how much of each month's value was used since."""

    as_of = InstantField()
    aged_at = InstantField(help_text="Of which instant the ages and the use are: of large brands the last close.")
    currency = serializers.CharField()
    liability = LiabilityRowOut(many=True)
    use = UseOut(many=True)


class VoucherReportQuery(PeriodQuery):
    """A period, and which vouchers."""

    by = serializers.ChoiceField(
        choices=("coupon", "campaign", "store", "operator", "partner", "origin"),
        required=False,
        help_text="What the rows are of; coupons if absent.",
    )
    campaign = serializers.UUIDField(required=False, help_text="Only the coupons of a campaign.")
    coupon = serializers.UUIDField(required=False, help_text="Only one coupon.")


class VoucherFiguresOut(serializers.Serializer[Any]):
    """Counts, and money in minor units. `held` and `lapsing` are of now, the others of the period."""

    issued = serializers.IntegerField()
    used = serializers.IntegerField(help_text="Uses that were not taken back.")
    reversed = serializers.IntegerField(help_text="Uses taken back in the period.")
    cancelled = serializers.IntegerField()
    lapsed = serializers.IntegerField()
    discount_minor = serializers.IntegerField()
    cost_minor = serializers.IntegerField()
    sales = serializers.IntegerField(help_text="Uses that came with the amount of their sale.")
    sales_minor = serializers.IntegerField()
    held = serializers.IntegerField()
    held_minor = serializers.IntegerField(help_text="Of those with a fixed value.")
    lapsing_7 = serializers.IntegerField(help_text="Of those held: end within 7 days.")
    lapsing_7_minor = serializers.IntegerField()
    lapsing_30 = serializers.IntegerField()
    lapsing_30_minor = serializers.IntegerField()
    wait_seconds = serializers.IntegerField(help_text="Median from issue to use; 0 where rows are sums of others.")


class VoucherRowOut(VoucherFiguresOut):
    """One line."""

    key = serializers.CharField(help_text="The id of what `by` names, or an origin's name; empty for none.")
    name = serializers.CharField()


class SuspicionOut(serializers.Serializer[Any]):
    """Uses unlike the rest; no proof of anything."""

    pattern = serializers.ChoiceField(
        choices=("pair", "burst", "reversal", "own_gift"),
        help_text="One operator and one customer, many uses at once, uses taken back, given and used by one person.",
    )
    operator = serializers.CharField()
    customer_id = serializers.UUIDField(allow_null=True)
    uses = serializers.IntegerField()
    discount_minor = serializers.IntegerField()
    last_at = InstantField()


class VoucherReportOut(serializers.Serializer[Any]):
    """A period, both days included."""

    since = serializers.DateField()
    until = serializers.DateField()
    currency = serializers.CharField()
    by = serializers.CharField()
    whole = VoucherFiguresOut()
    rows = VoucherRowOut(many=True)
    messages = serializers.DictField(
        child=serializers.IntegerField(),
        allow_null=True,
        help_text="The campaign's messages of the period by their status; null where none is named.",
    )
    suspicions = SuspicionOut(many=True)


class MonthQuery(serializers.Serializer[Any]):
    """A month of the tenant's calendar."""

    month = serializers.RegexField(
        r"^(19|20|21)\d\d-(0[1-9]|1[0-2])$", required=False, help_text="`2026-11`; this month if absent."
    )


class StatementLineOut(serializers.Serializer[Any]):
    """What one store did with one coupon, or what its sales earned customers (`coupon` empty)."""

    partner = serializers.CharField()
    store = serializers.CharField()
    coupon = serializers.CharField(allow_blank=True)
    funded_by = serializers.CharField(help_text="`brand` or `store`.")
    unit = serializers.CharField(help_text="The currency, or `points`.")
    uses = serializers.IntegerField()
    taken_back = serializers.IntegerField()
    amount = serializers.IntegerField(help_text="Cost or earned value, what was taken back left out.")
    due_minor = serializers.IntegerField(help_text="What the brand owes the partner for it.")


class PartnerTotalOut(serializers.Serializer[Any]):
    """The net of one partner."""

    partner = serializers.CharField()
    uses = serializers.IntegerField()
    sales = serializers.IntegerField()
    sales_minor = serializers.IntegerField()
    borne_minor = serializers.IntegerField(help_text="What the partner bears itself.")
    due_minor = serializers.IntegerField(help_text="What the brand owes; below zero the partner owes.")


class StatementsOut(serializers.Serializer[Any]):
    """A month's statements."""

    month = serializers.CharField()
    currency = serializers.CharField()
    partners = PartnerTotalOut(many=True)
    lines = StatementLineOut(many=True)
