"""Plans, the periods that customers have bought of them, and where each member stands."""

from django.db import models

from smartbis.tenancy.models import TenantModel


class Plan(TenantModel):
    """A membership with a period and a renewal. Money is paid outside: no card data is ever here."""

    class Length(models.TextChoices):
        MONTHS = "months"
        DAYS = "days"
        UNTIL = "until"

    class Status(models.TextChoices):
        LIVE = "live"
        CLOSED = "closed"

    key = models.CharField(max_length=60)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True)
    benefits = models.TextField(blank=True, help_text="One a line.")
    price_minor = models.BigIntegerField(null=True)
    price_points = models.BigIntegerField(null=True)
    length = models.CharField(max_length=8, choices=Length)
    count = models.PositiveIntegerField(default=12)
    until = models.DateField(null=True, help_text="The last day of a plan with a fixed end.")
    grace_days = models.PositiveIntegerField(default=0)
    reminder_days = models.JSONField(default=list)
    rewards_renewal = models.BooleanField(default=False)
    pix_key = models.CharField(max_length=140, blank=True)
    payment_link = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.LIVE)
    created_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="plan_key_unique"),
            models.CheckConstraint(
                name="plan_has_length",
                condition=models.Q(length="until", until__isnull=False)
                | ~models.Q(length="until") & models.Q(count__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlanArticle(TenantModel):
    """An article whose sale buys or renews a plan, on any channel."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="articles", db_index=False)
    sku = models.CharField(max_length=100)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "sku"], name="plan_article_of_one_plan")]
        indexes = [models.Index(fields=["tenant", "plan"], name="plan_articles")]


class PlanPeriod(TenantModel):
    """One period as it was bought, with the plan's terms of that moment. Where it lies follows from all that stand."""

    class Cause(models.TextChoices):
        SALE = "sale"
        PAYMENT = "payment"
        POINTS = "points"
        GRANT = "grant"
        RULE = "rule"

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    cause = models.CharField(max_length=8, choices=Cause)
    purchase = models.ForeignKey(
        "purchases.Purchase", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    source = models.CharField(max_length=120)
    number = models.PositiveIntegerField(help_text="Which period of its source, from 1.")
    bought_at = models.DateTimeField(help_text="When it was bought in the world.")
    length = models.CharField(max_length=8, choices=Plan.Length)
    count = models.PositiveIntegerField()
    until = models.DateField(null=True)
    grace_days = models.PositiveIntegerField()
    points = models.BigIntegerField(default=0, help_text="What it cost in points.")
    recorded_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        db_table_comment = "append-only"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "source", "number"], name="plan_period_once"),
        ]
        indexes = [
            models.Index(fields=["tenant", "customer", "plan"], name="plan_period_of_customer"),
            models.Index(
                fields=["tenant", "purchase"],
                name="plan_period_of_sale",
                condition=models.Q(purchase__isnull=False),
            ),
        ]


class PlanPeriodEnd(TenantModel):
    """A period that was taken back: it counts as if it had never been."""

    class Cause(models.TextChoices):
        REFUND = "refund"
        WITHDRAWN = "withdrawn"
        MERGED = "merged"

    period = models.ForeignKey(PlanPeriod, on_delete=models.PROTECT, related_name="+", db_index=False)
    cause = models.CharField(max_length=10, choices=Cause)
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        db_table_comment = "append-only"
        constraints = [models.UniqueConstraint(fields=["tenant", "period"], name="plan_period_ends_once")]


class PlanReceipt(TenantModel):
    """What staff wrote down when they confirmed a payment or gave a plan. Wiped with the person."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField(null=True)
    reference = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    actor_label = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "source"], name="plan_receipt_once")]
        indexes = [models.Index(fields=["tenant", "customer", "-created_at"], name="plan_receipt_of_customer")]


class PlanMember(TenantModel):
    """Where a customer stands with a plan: what follows from the periods, kept for lists and for the clock."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    started_at = models.DateTimeField(null=True, help_text="Since when without a gap; null when no period stands.")
    ends_at = models.DateTimeField(null=True)
    lapses_at = models.DateTimeField(null=True, help_text="The end with its grace.")
    lapsed_at = models.DateTimeField(null=True)
    reminded = models.PositiveIntegerField(null=True, help_text="The last reminder given for this end, in days before.")
    next_at = models.DateTimeField(null=True, help_text="When time alone asks for something.")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "customer", "plan"], name="plan_member_once")]
        indexes = [
            models.Index(fields=["tenant", "plan", "ends_at", "id"], name="plan_members_by_end"),
            models.Index(
                fields=["tenant", "next_at"], name="plan_member_due", condition=models.Q(next_at__isnull=False)
            ),
        ]
