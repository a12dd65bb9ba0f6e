"""A living set of customers; who is in it lies below, as memberships under its key."""

from django.db import models

from smartbis.tenancy.models import TenantModel


class Segment(TenantModel):
    """A list kept by hand, or a filter that a worker looks up again every hour.

    `size` and `refreshed_at` are of the last time; `asked_at` after that, or none yet, is a wish for another.
    """

    class Kind(models.TextChoices):
        MANUAL = "manual"
        FILTER = "filter"

    key = models.CharField(max_length=60)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=6, choices=Kind)
    spec = models.JSONField(default=dict)
    size = models.BigIntegerField(default=0)
    asked_at = models.DateTimeField()
    refreshed_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="insights_segment_key_once")]

    def __str__(self) -> str:
        return self.name
