"""What is remembered about requests: keys, attempts, audit."""

from django.db import models

from smartbis.tenancy.models.base import TenantModel


class DataKey(TenantModel):
    """The tenant's key for personal data, wrapped by the master key. Destroying it shreds the tenant."""

    version = models.PositiveSmallIntegerField(default=1)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "version"], name="data_key_version_unique")]


class RequestRecord(TenantModel):
    """The first answer to an outside write, kept for repeats of its key."""

    operation = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="request_key_unique")]
        indexes = [models.Index(fields=["tenant", "created_at"], name="request_by_age")]


class AttemptCounter(TenantModel):
    """Attempts of one kind by one somebody in one window of time."""

    name = models.CharField(max_length=120)
    window_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name", "window_at"], name="attempt_counter_unique")]


class AuditEntry(TenantModel):
    """Who did what, when and why. Never holds personal data."""

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=80, blank=True)
    action = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40, blank=True)
    object_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    request_id = models.CharField(max_length=40, blank=True)

    class Meta(TenantModel.Meta):
        db_table_comment = "append-only"
        indexes = [
            models.Index(fields=["tenant", "-at"], name="audit_by_time"),
            models.Index(fields=["tenant", "object_kind", "object_id"], name="audit_by_object"),
        ]
