"""A campaign: a name and a period that coupons belong to, so that reports can tell what came of it."""

from django.db import models
from django.db.models import Q

from smartbis.tenancy.models import TenantModel


class Campaign(TenantModel):
    """What several offers have in common. It decides nothing: each coupon keeps its own period."""

    name = models.CharField(max_length=120)
    goal = models.CharField(max_length=500, blank=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="campaign_name_unique"),
            models.CheckConstraint(
                name="campaign_runs_forward",
                condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(ends_at__gt=models.F("starts_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.name
