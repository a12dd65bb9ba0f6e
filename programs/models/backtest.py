"""Drafts of rules tried on the brand's own history, and what each would have meant for customers."""

from django.db import models

from smartbis.tenancy.models import TenantModel


class Backtest(TenantModel):
    """A draft replayed over a period. `position` of `parts` are settled; what they came to so far is `partial`."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        STOPPED = "stopped"

    program = models.ForeignKey("programs.Program", on_delete=models.PROTECT, related_name="+", db_index=False)
    draft = models.JSONField()
    since = models.DateField()
    until = models.DateField(help_text="Included.")
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    position = models.PositiveIntegerField(default=0)
    parts = models.PositiveIntegerField(default=0)
    sales_total = models.BigIntegerField(default=0)
    sales_done = models.BigIntegerField(default=0)
    partial = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    failure = models.CharField(max_length=60, blank=True)
    attempts = models.PositiveIntegerField(default=0, help_text="Turns taken since anything was settled.")
    merges = models.BigIntegerField(null=True, help_text="How many customers had been merged when it began.")
    restarts = models.PositiveSmallIntegerField(default=0, db_default=0)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    actor_label = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(name="backtest_period_forward", condition=models.Q(until__gte=models.F("since"))),
            models.CheckConstraint(
                name="backtest_within_parts", condition=models.Q(position__lte=models.F("parts")) | models.Q(parts=0)
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "program", "-created_at", "-id"], name="backtest_newest"),
            models.Index(
                fields=["tenant", "created_at"],
                name="backtest_open",
                condition=models.Q(status__in=["queued", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.since} {self.until} {self.status}"


class BacktestCustomer(TenantModel):
    """A customer whom the draft would have treated differently; amounts in the programme's unit."""

    backtest = models.ForeignKey(Backtest, on_delete=models.PROTECT, related_name="+", db_index=False)
    part = models.PositiveIntegerField()
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    live = models.BigIntegerField()
    draft = models.BigIntegerField()
    difference = models.BigIntegerField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "backtest", "customer"], name="backtest_customer_once"),
        ]
        indexes = [
            models.Index(fields=["tenant", "backtest", "difference", "id"], name="backtest_customer_order"),
        ]

    def __str__(self) -> str:
        return f"{self.difference}"


class BacktestDifferences(TenantModel):
    """Some thousand awards that differ from the live rules replayed, as packed lines (`programs.backtest.listing`)."""

    backtest = models.ForeignKey(Backtest, on_delete=models.PROTECT, related_name="+", db_index=False)
    part = models.PositiveIntegerField()
    number = models.PositiveIntegerField(help_text="Its place among those of the part.")
    packed = models.BinaryField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "backtest", "part", "number"], name="backtest_differences_once"),
        ]

    def __str__(self) -> str:
        return f"{self.part}.{self.number}"
