"""Asking Meta what it says of a channel's templates, as work that waits."""

from django.db import models

from messaging.models.channels import Channel
from smartbis.tenancy.models import TenantModel


class TemplateSync(TenantModel):
    """One round of questions for one channel. `period` says which: a night by its date, or one that was asked for."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+", db_index=False)
    period = models.CharField(max_length=60)
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()  # while it runs: when the lease of whoever works on it ends
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "channel", "period"], name="messaging_template_sync_once"),
            models.UniqueConstraint(
                fields=["tenant", "channel"],
                name="messaging_template_sync_one_open",
                condition=models.Q(status__in=["queued", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.status}"
