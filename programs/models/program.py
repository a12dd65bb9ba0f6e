"""Programmes, their rules in versions, and taking part."""

from django.db import models

from smartbis.tenancy.models import TenantModel


class Program(TenantModel):
    """A cashback or points programme."""

    class Kind(models.TextChoices):
        CASHBACK = "cashback"
        POINTS = "points"

    class Status(models.TextChoices):
        LIVE = "live"
        PAUSED = "paused"

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind)
    unit = models.CharField(max_length=12)
    status = models.CharField(max_length=8, choices=Status, default=Status.LIVE)
    created_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="program_name_unique")]


class RuleVersion(TenantModel):
    """How a programme earns from `effective_at` on. Never changed: a new version follows."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField()
    spec = models.JSONField()
    effective_at = models.DateTimeField()
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=80, blank=True)

    class Meta(TenantModel.Meta):
        db_table_comment = "append-only"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "program", "version"], name="rule_version_unique"),
            models.UniqueConstraint(fields=["tenant", "program", "id"], name="rule_version_of_program"),
        ]


class Participation(TenantModel):
    """Taking part in something that is not a sale."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    external_id = models.CharField(max_length=100)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "kind", "external_id"], name="participation_unique")]
