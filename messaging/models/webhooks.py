"""What Meta told us, kept as it came."""

from django.db import models

from messaging.models.channels import Channel
from smartbis.tenancy.models import TenantModel


class WebhookPayload(TenantModel):
    """One signed body, sealed as it came. The same body again is no new row."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        MALFORMED = "malformed"
        FAILED = "failed"

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+", db_index=False)
    body_hash = models.BinaryField()
    body_sealed = models.BinaryField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "channel", "body_hash"], name="messaging_webhook_body_once"),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "due_at", "id"],
                name="messaging_webhook_waiting",
                condition=models.Q(state="waiting"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"


class WebhookItem(TenantModel):
    """One item of a body, once. `key_hash` is of the item's own identity, so that a repeat is recognised.

    `facts` holds what a parked status needs to be applied later; never personal data.
    """

    class State(models.TextChoices):
        DONE = "done"
        PARKED = "parked"  # a status of a message that is not known (yet)
        QUARANTINED = "quarantined"  # of a number or account that is not this channel's
        UNKNOWN = "unknown"  # of a kind that this version does not read
        FAILED = "failed"

    payload = models.ForeignKey(WebhookPayload, on_delete=models.PROTECT, related_name="+")
    key_hash = models.BinaryField()
    kind = models.CharField(max_length=60)
    state = models.CharField(max_length=12, choices=State)
    remote_id = models.CharField(max_length=200, blank=True)
    facts = models.JSONField(null=True)
    recorded_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key_hash"], name="messaging_webhook_item_once"),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "remote_id"], name="messaging_webhook_parked", condition=models.Q(state="parked")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
