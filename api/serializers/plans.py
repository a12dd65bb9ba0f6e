"""Plans and tiers as integrators see them."""

from typing import Any

from rest_framework import serializers

from api.serializers.base import InstantField, MinorField, PageQuery, PastInstantField, TextField, WholeField


class PlanTermsIn(serializers.Serializer[Any]):
    """What a plan is; on a change, only what changes."""

    name = TextField(max_length=80)
    description = TextField(required=False, allow_blank=True, max_length=300)
    benefits = serializers.ListField(
        child=TextField(max_length=200), required=False, max_length=20, help_text="What members read, a line each."
    )
    price_minor = MinorField(required=False, allow_null=True, help_text="Null: not sold for money.")
    price_points = WholeField(required=False, allow_null=True, min_value=1, help_text="Null: not sold for points.")
    length = serializers.ChoiceField(
        required=False,
        choices=["months", "days", "until"],
        help_text="`months` and `days` count from the purchase, by `count`; `until` ends for everybody on one day.",
    )
    count = WholeField(required=False, min_value=1, max_value=3650)
    until = serializers.DateField(required=False, allow_null=True, help_text="The last day, for `until`.")
    skus = serializers.ListField(
        child=TextField(max_length=100),
        required=False,
        max_length=50,
        help_text="Articles whose sale, on any channel, buys or renews the plan: each quantity a period.",
    )
    grace_days = WholeField(required=False, max_value=365, help_text="How long after its end a plan still holds.")
    reminder_days = serializers.ListField(
        child=WholeField(min_value=1, max_value=365), required=False, max_length=6, help_text="Days before the end."
    )
    rewards_renewal = serializers.BooleanField(
        required=False, help_text="A renewal counts as a participation of the kind `renewal`, which rules can reward."
    )
    pix_key = TextField(required=False, allow_blank=True, max_length=140)
    payment_link = TextField(required=False, allow_blank=True, max_length=300, help_text="Begins with https://.")


class PlanIn(PlanTermsIn):
    """A new plan."""

    key = TextField(max_length=60, help_text="Small letters, digits, - and _: what rules and coupons name. For good.")


class PlanChangesIn(PlanTermsIn):
    """What changes; what members have bought keeps its terms."""

    name = TextField(required=False, max_length=80)
    status = serializers.ChoiceField(required=False, choices=["live", "closed"])


class PlanOut(serializers.Serializer[Any]):
    """A plan."""

    key = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    benefits = serializers.ListField(child=serializers.CharField())
    price_minor = serializers.IntegerField(allow_null=True)
    price_points = serializers.IntegerField(allow_null=True)
    length = serializers.ChoiceField(choices=["months", "days", "until"])
    count = serializers.IntegerField()
    until = serializers.DateField(allow_null=True)
    skus = serializers.ListField(child=serializers.CharField())
    grace_days = serializers.IntegerField()
    reminder_days = serializers.ListField(child=serializers.IntegerField())
    rewards_renewal = serializers.BooleanField()
    pix_key = serializers.CharField()
    payment_link = serializers.CharField()
    status = serializers.ChoiceField(choices=["live", "closed"])


class PlansOut(serializers.Serializer[Any]):
    """Every plan, the oldest first, on one page."""

    results = PlanOut(many=True)
    next = serializers.URLField(allow_null=True)


class PaymentIn(serializers.Serializer[Any]):
    """A payment that came in by Pix or otherwise. The same reference is booked once, whatever the key."""

    amount_minor = MinorField()
    reference = TextField(max_length=100, help_text="What tells this payment from others: the Pix id, say.")
    paid_at = PastInstantField(required=False)


class CustomerPlanIn(serializers.Serializer[Any]):
    """Periods of a plan, with exactly one of a payment, a reason, or points."""

    plan = TextField(max_length=60, help_text="The plan's key.")
    periods = WholeField(required=False, default=1, min_value=1, max_value=60)
    payment = PaymentIn(required=False)
    reason = TextField(required=False, max_length=300, help_text="Why it is given for nothing.")
    with_points = serializers.BooleanField(required=False, help_text="Pay with the customer's points.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError unless exactly one way is named."""
        if sum(bool(attrs.get(name)) for name in ("payment", "reason", "with_points")) != 1:
            raise serializers.ValidationError("Send exactly one of payment, reason, with_points.")
        return attrs


class MembershipOut(serializers.Serializer[Any]):
    """A plan that a customer has or had."""

    plan = serializers.CharField(source="plan.key")
    name = serializers.CharField(source="plan.name")
    state = serializers.ChoiceField(choices=["active", "grace", "lapsed"])
    started_at = InstantField(help_text="Since when without a gap.")
    ends_at = InstantField(help_text="Excluded.")
    lapses_at = InstantField(help_text="The end with its grace.")


class PeriodOut(serializers.Serializer[Any]):
    """One period, and why it is there."""

    id = serializers.UUIDField()
    plan = serializers.CharField(source="plan_key")
    cause = serializers.ChoiceField(choices=["sale", "payment", "points", "grant", "rule"])
    origin = serializers.CharField(
        source="source", help_text="What brought it: periods of one payment or gift have the same."
    )
    bought_at = InstantField()
    starts_at = InstantField(allow_null=True, help_text="Null once it was taken back.")
    ends_at = InstantField(allow_null=True)
    purchase_id = serializers.UUIDField(allow_null=True)
    points = serializers.IntegerField()
    taken_back = serializers.CharField(help_text="`refund`, `withdrawn`, `merged`; empty while it counts.")
    vouchers_kept = serializers.IntegerField(
        help_text="Vouchers that came with it and were used before it was taken back; unused ones were cancelled."
    )


class PlanWithdrawalIn(serializers.Serializer[Any]):
    """What to take back of a customer's plans, and why."""

    origin = TextField(max_length=120, help_text="That of the periods: all that it brought goes.")
    reason = TextField(min_length=3, max_length=300)


class PlanMembersQuery(PageQuery):
    """Which members of a plan."""

    which = serializers.ChoiceField(
        choices=["all", "active", "ending", "lapsed"],
        required=False,
        default="all",
        help_text="`active` with those in their grace; `ending` within 30 days.",
    )


class PlanMemberOut(serializers.Serializer[Any]):
    """A customer who has or had a plan."""

    customer_id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=["active", "grace", "lapsed"])
    started_at = InstantField(help_text="Since when without a gap.")
    ends_at = InstantField(help_text="Excluded.")
    lapses_at = InstantField(help_text="The end with its grace.")


class PlanMemberPageOut(serializers.Serializer[Any]):
    """A page of members, by their end."""

    results = PlanMemberOut(many=True)
    next = serializers.URLField(allow_null=True)


class TierMemberOut(serializers.Serializer[Any]):
    """A customer in a tier."""

    customer_id = serializers.UUIDField()
    figure = serializers.IntegerField(help_text="In the ladder's measure, over its window.")
    missing = serializers.IntegerField(help_text="What lacks to keep the tier beyond `keep_until`.")
    reached_at = InstantField()
    keep_until = InstantField(allow_null=True)


class TierMemberPageOut(serializers.Serializer[Any]):
    """A page of members, who has been there longest first."""

    results = TierMemberOut(many=True)
    next = serializers.URLField(allow_null=True)


class CustomerPlansOut(serializers.Serializer[Any]):
    """A customer's plans as they stand, and every period behind them, the newest first."""

    plans = MembershipOut(many=True, source="members")
    periods = PeriodOut(many=True)


class TierIn(serializers.Serializer[Any]):
    """A step of the ladder."""

    key = TextField(max_length=60, help_text="Small letters, digits, - and _: what rules and coupons name.")
    name = TextField(max_length=40)
    threshold = WholeField(max_value=10**12, help_text="From this figure on, in the ladder's measure.")
    colour = TextField(required=False, allow_blank=True, max_length=7, default="", help_text="`#b8860b`.")
    icon = TextField(required=False, allow_blank=True, max_length=20, default="")
    benefits = serializers.CharField(
        required=False, allow_blank=True, max_length=1000, default="", help_text="What members read, a line each."
    )


class LadderIn(serializers.Serializer[Any]):
    """The whole ladder, the lowest tier first; no tiers take it away."""

    tiers = TierIn(many=True)
    measure = serializers.ChoiceField(
        choices=["spend", "points", "tier_points", "purchases"],
        help_text="`spend` in minor units of what was paid with money and kept.",
    )
    window = serializers.ChoiceField(choices=["rolling", "calendar_year"])
    window_days = WholeField(required=False, default=365, min_value=1, max_value=3650, help_text="For `rolling`.")
    keep = serializers.ChoiceField(
        choices=["for_ever", "period_end", "days", "while_earned"],
        help_text="How long a tier stays that is no longer earned; `period_end` is the calendar year's.",
    )
    keep_days = WholeField(required=False, default=365, min_value=1, max_value=3650, help_text="For `days`.")
    fall = serializers.ChoiceField(choices=["one_step", "earned"])
    warn_days = WholeField(
        required=False, default=30, max_value=3650, help_text="Before a tier ends, fewer than it lasts; 0 for never."
    )


class LadderOut(serializers.Serializer[Any]):
    """The ladder, and how far everybody was judged by it."""

    tiers = TierIn(many=True)
    measure = serializers.CharField()
    window = serializers.CharField()
    window_days = serializers.IntegerField()
    keep = serializers.CharField()
    keep_days = serializers.IntegerField()
    fall = serializers.CharField()
    warn_days = serializers.IntegerField()
    version = serializers.IntegerField()
    customers = serializers.DictField(child=serializers.IntegerField(), help_text="How many are in each tier.")
    judged = serializers.IntegerField(help_text="Customers judged since the last change.")
    to_judge = serializers.IntegerField(help_text="Customers to be judged in all.")
    judged_at = InstantField(allow_null=True, help_text="When the last one was; null while it goes on.")


class TierOut(serializers.Serializer[Any]):
    """Where a customer stands. Figures are in the ladder's measure."""

    tier = TierIn(allow_null=True)
    next = TierIn(allow_null=True)
    measure = serializers.CharField(source="ladder.measure")
    figure = serializers.IntegerField()
    since = InstantField(help_text="From when on things count.")
    reached_at = InstantField(allow_null=True)
    keep_until = InstantField(allow_null=True, help_text="When it is judged again; null: never by time alone.")
    to_next = serializers.IntegerField()
    to_keep = serializers.IntegerField(help_text="What lacks to keep the tier beyond `keep_until`.")
