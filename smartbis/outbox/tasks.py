"""Celery's doors to the queues."""

from celery import shared_task

from smartbis.kernel.clock import now
from smartbis.outbox.housekeeping import give_everybody_a_turn
from smartbis.outbox.models import Heartbeat
from smartbis.outbox.work import LINGER_SECONDS, drain_queue


@shared_task(name="outbox.drain")
def drain(queue: str) -> int:
    """Work through what is due in a queue, and note that its worker lives.

    The scheduler asks for it each second, which finds what a lost poke left and what has come due meanwhile.
    """
    Heartbeat.objects.update_or_create(queue=queue, defaults={"beaten_at": now()})
    return drain_queue(queue, linger=LINGER_SECONDS)


@shared_task(name="outbox.turns")
def turns() -> None:
    """Let every tenant have its turn of the hour."""
    give_everybody_a_turn()
