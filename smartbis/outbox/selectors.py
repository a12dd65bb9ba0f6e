"""What is owed, and what died."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from smartbis.kernel.clock import now
from smartbis.outbox.models import Delivery, Heartbeat, WakeUp
from smartbis.outbox.work import QUEUES
from smartbis.tenancy.scope import tenant_scope


@dataclass(frozen=True)
class DeadLetter:
    """A delivery that failed every time."""

    id: UUID
    event: str
    subscriber: str
    attempts: int
    last_error: str
    recorded_at: datetime


def dead_letters(*, tenant: UUID, limit: int = 100) -> list[DeadLetter]:
    """The tenant's dead letters, the oldest first."""
    with tenant_scope(tenant, read_only=True):
        rows = Delivery.objects.filter(status="dead").select_related("event").order_by("id")[:limit]
        return [
            DeadLetter(row.id, row.event.name, row.subscriber, row.attempts, row.last_error, row.event.recorded_at)
            for row in rows
        ]


@dataclass(frozen=True)
class QueueHealth:
    """How a queue does: seconds since its worker last proved to live, and how long its oldest work waits."""

    queue: str
    beaten_seconds_ago: float | None
    oldest_due_seconds: float


def queue_health() -> list[QueueHealth]:
    """Every queue's health. Needs no scope."""
    instant = now()
    beats = dict(Heartbeat.objects.values_list("queue", "beaten_at"))
    health = []
    for queue in QUEUES:
        oldest = WakeUp.objects.filter(queue=queue, due_at__lte=instant).order_by("due_at").first()
        health.append(
            QueueHealth(
                queue=queue,
                beaten_seconds_ago=(instant - beats[queue]).total_seconds() if queue in beats else None,
                oldest_due_seconds=(instant - oldest.due_at).total_seconds() if oldest else 0.0,
            )
        )
    return health
