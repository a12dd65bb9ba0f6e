"""What a rule gave and why, and what was taken back of it."""

from django.db import models

from smartbis.tenancy.models import TenantModel


class Award(TenantModel):
    """What one rule of a version gave, from which base, how rounded; `reversed` is what refunds have taken back.

    `facts` explains it: what decided, which lines earned with how much of the base, which limit cut it.
    """

    class Status(models.TextChoices):
        PENDING = "pending"
        AVAILABLE = "available"

    purchase = models.ForeignKey(
        "purchases.Purchase", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    participation = models.ForeignKey(
        "programs.Participation", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    # One key of both, `award_of_programs_version`: the version is one of that programme.
    program = models.ForeignKey(
        "programs.Program", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    rule_version = models.ForeignKey(
        "programs.RuleVersion", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    rule_key = models.CharField(max_length=40, default="base")
    unit = models.CharField(max_length=12)
    base = models.BigIntegerField()
    wanted = models.BigIntegerField()
    granted = models.BigIntegerField()
    reversed = models.BigIntegerField(default=0)
    rounding = models.CharField(max_length=8)
    facts = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status)
    available_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "purchase", "program", "rule_key"],
                condition=models.Q(purchase__isnull=False),
                name="award_once_per_sale_and_rule",
            ),
            models.UniqueConstraint(
                fields=["tenant", "participation", "program", "rule_key"],
                condition=models.Q(participation__isnull=False),
                name="award_once_per_participation_and_rule",
            ),
            models.CheckConstraint(
                name="award_within_bounds",
                condition=models.Q(granted__gt=0, granted__lte=models.F("wanted"), reversed__gte=0)
                & models.Q(reversed__lte=models.F("granted")),
            ),
            models.CheckConstraint(
                name="award_has_one_cause",
                condition=models.Q(purchase__isnull=False, participation__isnull=True)
                | models.Q(purchase__isnull=True, participation__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "customer", "created_at"], name="award_of_customer"),
            models.Index(
                fields=["tenant", "available_at"], name="award_to_release", condition=models.Q(status="pending")
            ),
        ]


class AwardReversal(TenantModel):
    """What one refund (or a cancellation, then without a refund) took back of one award, and from where."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="+", db_index=False)
    refund = models.ForeignKey("purchases.Refund", null=True, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    from_pending = models.BigIntegerField()
    from_available = models.BigIntegerField()
    owed = models.BigIntegerField()
    written_off = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        db_table_comment = "append-only"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "award", "refund"], name="award_reversed_once_per_refund", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="award_reversal_adds_up",
                condition=models.Q(
                    amount=models.F("from_pending")
                    + models.F("from_available")
                    + models.F("owed")
                    + models.F("written_off")
                ),
            ),
        ]
