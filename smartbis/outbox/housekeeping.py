"""Once an hour every tenant gets a turn in every queue: for what only age calls for, and what a lost wake-up left."""

from datetime import timedelta

from django.db import connection, transaction

from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.outbox.work import QUEUES
from smartbis.tenancy.selectors import every_tenant

RUN = "turns"
_KEPT = timedelta(days=7)

_CLAIM = """
INSERT INTO outbox_scheduledrun (name, period, started_at) VALUES (%s, %s, %s)
ON CONFLICT (name, period) DO NOTHING RETURNING id
"""
_WAKE = """
INSERT INTO outbox_wakeup (id, queue, owner, due_at)
SELECT id, queue, owner, %s FROM unnest(%s::uuid[], %s::text[], %s::uuid[]) AS w(id, queue, owner)
"""

_done = ""


def give_everybody_a_turn() -> int:
    """Ask for a turn of every queue for every tenant, once an hour however many schedulers ask; returns how many."""
    global _done
    instant = now()
    period = f"{instant:%Y-%m-%dT%H}"
    if period == _done:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, [RUN, period, instant])
        turns = [(queue, tenant) for tenant in every_tenant() for queue in QUEUES] if cursor.fetchone() else []
        if turns:
            ids, queues, owners = [new_id() for _ in turns], [each[0] for each in turns], [each[1] for each in turns]
            cursor.execute(_WAKE, [instant, ids, queues, owners])
            cursor.execute("DELETE FROM outbox_scheduledrun WHERE started_at < %s", [instant - _KEPT])
    _done = period
    return len(turns)
