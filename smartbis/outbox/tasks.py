"""Celery's doors to the queues."""

from celery import shared_task

from smartbis.kernel.clock import now
from smartbis.outbox.housekeeping import give_everybody_a_turn
from smartbis.outbox.models import Heartbeat
from smartbis.outbox.work import LINGER_SECONDS, QUEUES, TURN_LIMITS, drain_queue


@shared_task(name="outbox.drain")
def drain(queue: str) -> int:
    """Work through what is due in a queue, and note that its worker lives."""
    Heartbeat.objects.update_or_create(queue=queue, defaults={"beaten_at": now()})
    return drain_queue(queue, linger=LINGER_SECONDS)


@shared_task(name="outbox.sweep")
def sweep() -> None:
    """Wake every queue: finds what a lost poke left, and lets each worker prove that it lives."""
    for queue in QUEUES:
        drain.apply_async(args=(queue,), queue=queue, expires=30, **TURN_LIMITS.get(queue, {}))
    give_everybody_a_turn()
