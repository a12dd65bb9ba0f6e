"""The ladder of tiers, where each customer stands on it, and how they came there."""

from django.db import models

from smartbis.tenancy.models import TenantModel


class TierLadder(TenantModel):
    """A brand's one ladder. `walk_*` tell how far everybody has been judged anew after a change."""

    class Measure(models.TextChoices):
        SPEND = "spend"
        POINTS = "points"
        TIER_POINTS = "tier_points"
        PURCHASES = "purchases"

    class Window(models.TextChoices):
        ROLLING = "rolling"
        CALENDAR_YEAR = "calendar_year"

    class Keep(models.TextChoices):
        FOR_EVER = "for_ever"
        PERIOD_END = "period_end"
        DAYS = "days"
        WHILE_EARNED = "while_earned"

    class Fall(models.TextChoices):
        ONE_STEP = "one_step"
        EARNED = "earned"

    measure = models.CharField(max_length=12, choices=Measure)
    window = models.CharField(max_length=14, choices=Window)
    window_days = models.PositiveIntegerField(default=365)
    keep = models.CharField(max_length=14, choices=Keep)
    keep_days = models.PositiveIntegerField(default=365)
    fall = models.CharField(max_length=10, choices=Fall)
    warn_days = models.PositiveIntegerField(default=30)
    tiers = models.JSONField(default=list, help_text="The steps, the lowest first.")
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    walk_after = models.UUIDField(null=True, help_text="The last customer judged by the present version.")
    walk_done = models.BigIntegerField(default=0)
    walk_total = models.BigIntegerField(default=0)
    walked_at = models.DateTimeField(null=True, help_text="When everybody was judged by the present version.")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant"], name="tier_ladder_one_a_brand")]


class TierStanding(TenantModel):
    """Where a customer stands and why: the figure, when the tier was reached, until when it is kept."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    tier = models.CharField(max_length=60, blank=True)
    figure = models.BigIntegerField(default=0)
    missing = models.BigIntegerField(default=0, help_text="What lacks to keep the tier beyond `keep_until`.")
    reached_at = models.DateTimeField(null=True)
    keep_until = models.DateTimeField(null=True)
    warned_for = models.DateTimeField(null=True, help_text="The `keep_until` that was warned of.")
    next_at = models.DateTimeField(null=True, help_text="When time alone asks for a judgement.")
    judged_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=0, help_text="The ladder's, by which it was judged.")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "customer"], name="tier_standing_of_customer"),
            models.CheckConstraint(
                name="tier_standing_whole",
                condition=models.Q(tier="", reached_at__isnull=True)
                | ~models.Q(tier="") & models.Q(reached_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "tier"], name="tier_standing_by_tier"),
            models.Index(
                fields=["tenant", "next_at"], name="tier_standing_due", condition=models.Q(next_at__isnull=False)
            ),
        ]


class TierChange(TenantModel):
    """One step up or down, with the figure that decided."""

    class Cause(models.TextChoices):
        FACTS = "facts"
        TIME = "time"
        LADDER = "ladder"

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    before = models.CharField(max_length=60, blank=True)
    after = models.CharField(max_length=60, blank=True)
    figure = models.BigIntegerField()
    cause = models.CharField(max_length=8, choices=Cause)
    version = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        db_table_comment = "append-only"
        indexes = [models.Index(fields=["tenant", "customer", "-at", "-id"], name="tier_change_of_customer")]
