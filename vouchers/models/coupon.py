"""The published offer, and the counters of what is left of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from smartbis.tenancy.models import TenantModel
from vouchers.models.campaign import Campaign

USUAL_NOTICES = (30, 7, 1)


def usual_notices() -> list[int]:
    """How many days before its end a voucher is told of, unless the coupon says otherwise."""
    return list(USUAL_NOTICES)


class Kind(models.TextChoices):
    """What a voucher gives: money off, a share off, a thing, a better plan, tier or product, or entry to an event."""

    AMOUNT = "amount"
    PERCENTAGE = "percentage"
    FREEBIE = "freebie"
    UPGRADE = "upgrade"
    ENTRY = "entry"


class OnLapse(models.TextChoices):
    """What becomes of the price paid for a voucher that lapses or is cancelled."""

    RETURN = "return"
    FORFEIT = "forfeit"


class Coupon(TenantModel):
    """An offer: what it gives, what it costs, who, where, when, how many.

    What a voucher gives is copied to it when it is issued; by which terms it may be used is kept in `CouponTerms` when
    they change. So a change of the coupon never takes from a customer what they were promised.
    """

    class Status(models.TextChoices):
        DRAFT = "draft"
        LIVE = "live"
        PAUSED = "paused"
        ENDED = "ended"

    class Holder(models.TextChoices):
        """Who may use a voucher: only its customer, or whoever brings it."""

        PERSONAL = "personal"
        BEARER = "bearer"

    class FundedBy(models.TextChoices):
        """Who bears what a use costs."""

        BRAND = "brand"
        STORE = "store"

    class Birthday(models.TextChoices):
        """Who has their birthday: on this day, within a week before or after it, or in this month."""

        DAY = "day"
        WEEK = "week"
        MONTH = "month"

    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    conditions = models.TextField(blank=True, db_default="", help_text="The small print, as the customer reads it.")
    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    image = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT)
    # The tenant's own coupon behind vouchers made straight from a balance; its vouchers say their own value.
    is_balance = models.BooleanField(default=False)
    is_listed = models.BooleanField(default=True, help_text="Shown among the offers customers may take themselves.")
    kind = models.CharField(max_length=10, choices=Kind)
    currency = models.CharField(max_length=3)
    value_minor = models.BigIntegerField(null=True, help_text="Money off; for a thing, what it costs the brand.")
    value_bp = models.PositiveIntegerField(null=True)
    value_sku = models.CharField(max_length=80, blank=True)
    value_key = models.CharField(max_length=80, blank=True)
    max_discount_minor = models.BigIntegerField(null=True)
    min_purchase_minor = models.BigIntegerField(null=True)
    cost_unit = models.CharField(max_length=20, blank=True)
    cost_amount = models.BigIntegerField(null=True)
    period_from = models.DateTimeField(null=True)
    period_until = models.DateTimeField(null=True)
    usable_from_days = models.PositiveSmallIntegerField(null=True)
    usable_from_next_sale = models.BooleanField(default=False)
    valid_days = models.PositiveSmallIntegerField(null=True)
    grace_days = models.PositiveSmallIntegerField(default=7)
    holder = models.CharField(max_length=8, choices=Holder)
    stock = models.BigIntegerField(null=True)
    limit_per_customer = models.PositiveIntegerField(null=True)
    # How many one customer may take, and how many they may use, on one day of the tenant's calendar.
    limit_per_day = models.PositiveIntegerField(null=True)
    uses = models.PositiveSmallIntegerField(default=1)
    # Money off that need not be used at once: each use takes a part, until nothing is left.
    is_divisible = models.BooleanField(default=False, db_default=False)
    stacks_with_vouchers = models.BooleanField(default=True, db_default=True)
    stacks_with_balance = models.BooleanField(default=True, db_default=True)
    budget_minor = models.BigIntegerField(null=True)
    # Ids of this tenant's stores, checked when written (stores are never deleted). Empty: every store but partners'.
    stores = ArrayField(models.UUIDField(), default=list)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, help_text="ISO: 1 Monday to 7 Sunday.")
    # Windows as "HH:MM-HH:MM" in the tenant's zone; one may run over midnight.
    hours = ArrayField(models.CharField(max_length=11), default=list)
    plans = ArrayField(models.CharField(max_length=60), default=list)
    tiers = ArrayField(models.CharField(max_length=60), default=list)
    segment = models.CharField(max_length=60, blank=True)
    communities = ArrayField(models.CharField(max_length=60), default=list, db_default=[])
    tags = ArrayField(models.CharField(max_length=60), default=list, db_default=[])
    birthday = models.CharField(max_length=5, choices=Birthday, blank=True, db_default="")
    new_within_days = models.PositiveSmallIntegerField(null=True, help_text="Enrolled at most so many days ago.")
    inactive_for_days = models.PositiveSmallIntegerField(null=True, help_text="Last bought at least so long ago.")
    # Whoever gets one of these plans, or renews it, is given a voucher.
    given_with_plans = ArrayField(models.CharField(max_length=60), default=list, db_default=[])
    # Its vouchers carry codes of another company, handed out one by one; without a free one there is no stock.
    uses_pool = models.BooleanField(default=False, db_default=False)
    # Its QR in the portal changes, so that pictures of it are soon worth nothing. How it looks, no term: it may change.
    rotates_code = models.BooleanField(default=False, db_default=False)
    notice_days = ArrayField(
        models.PositiveSmallIntegerField(), default=usual_notices, db_default=list(USUAL_NOTICES), blank=True
    )
    on_lapse = models.CharField(max_length=7, choices=OnLapse, default=OnLapse.RETURN)
    funded_by = models.CharField(max_length=5, choices=FundedBy, default=FundedBy.BRAND)
    # Vouchers issued before this moment are used by the terms of `CouponTerms`; null while there are none.
    terms_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"], condition=Q(is_balance=True), name="coupon_balance_one_a_tenant"
            ),
            models.CheckConstraint(
                name="coupon_says_its_value",
                condition=Q(kind="amount", value_minor__gt=0)
                | Q(kind="amount", is_balance=True)
                | Q(kind="percentage", value_bp__gte=1, value_bp__lte=10_000)
                | (Q(kind="freebie") & ~Q(value_sku=""))
                | (Q(kind="upgrade") & ~Q(value_key=""))
                | Q(kind="entry", is_listed=False),
            ),
            models.CheckConstraint(
                name="coupon_cost_is_whole",
                condition=Q(cost_unit="", cost_amount__isnull=True) | (~Q(cost_unit="") & Q(cost_amount__gt=0)),
            ),
            models.CheckConstraint(
                name="coupon_period_runs_forward",
                condition=Q(period_from__isnull=True)
                | Q(period_until__isnull=True)
                | Q(period_until__gt=models.F("period_from")),
            ),
            models.CheckConstraint(name="coupon_used_at_least_once", condition=Q(uses__gte=1)),
            models.CheckConstraint(
                name="coupon_amounts_positive",
                condition=(Q(stock__isnull=True) | Q(stock__gte=0))
                & (Q(budget_minor__isnull=True) | Q(budget_minor__gte=0))
                & (Q(min_purchase_minor__isnull=True) | Q(min_purchase_minor__gt=0))
                & (Q(max_discount_minor__isnull=True) | Q(max_discount_minor__gt=0))
                & (Q(limit_per_customer__isnull=True) | Q(limit_per_customer__gt=0)),
            ),
            models.CheckConstraint(
                name="coupon_divided_only_in_money", condition=Q(is_divisible=False) | Q(kind="amount", uses=1)
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "status", "-created_at"], name="coupon_by_status"),
            models.Index(fields=["tenant", "campaign"], condition=Q(campaign__isnull=False), name="coupon_by_campaign"),
        ]

    def __str__(self) -> str:
        return self.name


class CouponTerms(TenantModel):
    """The terms of use that a coupon had until a moment: those of the vouchers issued before it.

    Written when they change, so that a change touches no voucher. `terms` holds stores, weekdays, hours, limits,
    stacking and who bears the cost (`vouchers.terms_of_use`).
    """

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="+", db_index=False)
    until = models.DateTimeField()
    terms = models.JSONField()

    class Meta(TenantModel.Meta):
        db_table_comment = "append-only"
        constraints = [models.UniqueConstraint(fields=["tenant", "coupon", "until"], name="coupon_terms_once")]

    def __str__(self) -> str:
        return f"{self.coupon_id} {self.until}"


class CouponShard(TenantModel):
    """A part of a coupon's stock and budget, so that a popular coupon is not one hot row.

    Rows exist only for coupons with a stock or a budget; null is "no limit". A part may fall below zero when a stock
    is lowered under what was issued, or when a reversed use makes a promise whole again: the sum is what is left.
    """

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveSmallIntegerField()
    stock_left = models.BigIntegerField(null=True)
    budget_left_minor = models.BigIntegerField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "coupon", "number"], name="coupon_shard_once")]

    def __str__(self) -> str:
        return f"{self.coupon_id} {self.number}"


class CouponTaker(TenantModel):
    """How many vouchers of a coupon a customer has taken; those given back do not count."""

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    taken = models.IntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "coupon", "customer"], name="coupon_taker_once"),
            models.CheckConstraint(name="coupon_taken_not_negative", condition=Q(taken__gte=0)),
        ]
        indexes = [models.Index(fields=["tenant", "customer"], name="coupon_taker_customer")]

    def __str__(self) -> str:
        return f"{self.coupon_id} {self.customer_id} {self.taken}"
