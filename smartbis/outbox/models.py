"""Events, what is owed to whom because of them, and which tenant has work due."""

from django.db import models

from smartbis.kernel.ids import new_id
from smartbis.tenancy.models import TenantModel


class Event(TenantModel):
    """Something that happened, written in the transaction that made it so."""

    name = models.CharField(max_length=80)
    payload = models.JSONField()
    recorded_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "-recorded_at"], name="event_by_time")]


class Delivery(TenantModel):
    """One event owed to one subscriber."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        DEAD = "dead"

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+", db_index=False)
    subscriber = models.CharField(max_length=100)
    queue = models.CharField(max_length=20)
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "event", "subscriber"], name="delivery_once_per_subscriber")
        ]
        indexes = [
            models.Index(
                fields=["tenant", "queue", "due_at", "id"],
                name="delivery_due",
                condition=models.Q(status="waiting"),
            ),
            models.Index(fields=["tenant", "id"], name="delivery_dead", condition=models.Q(status="dead")),
        ]


class WakeUp(models.Model):
    """A queue of a tenant may have work from `due_at` on. Global, so that workers find it; holds nothing of the tenant.

    Who makes work only adds rows and workers remove them, so that a tenant's sales never wait for each other here.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    queue = models.CharField(max_length=20)
    owner = models.UUIDField()
    due_at = models.DateTimeField()
    # The function that has work; empty where any of the queue's may have.
    worker = models.CharField(max_length=60, blank=True, db_default="")

    class Meta:
        indexes = [models.Index(fields=["queue", "due_at"], name="wake_up_due")]


class Heartbeat(models.Model):
    """When a queue's worker last did a job that came through the queue itself."""

    queue = models.CharField(max_length=20, primary_key=True)
    beaten_at = models.DateTimeField()


class ScheduledRun(models.Model):
    """One period of one schedule: whoever inserts the row runs it."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=60)
    period = models.CharField(max_length=40)
    started_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "period"], name="scheduled_run_once")]
