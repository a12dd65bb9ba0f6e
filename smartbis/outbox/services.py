"""Publishing: the event and what it owes, in the transaction that made it true."""

from collections.abc import Sequence
from uuid import UUID

from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.jsons import written
from smartbis.outbox.events import Event
from smartbis.outbox.models import Delivery, WakeUp
from smartbis.outbox.subscriptions import CARRIER, subscriptions_to
from smartbis.outbox.work import poke_after_commit, request_work
from smartbis.tenancy.scope import current_tenant, tenant_scope
from smartbis.tenancy.statements import execute_rows, prepared_cursor

_PUBLISH = """
WITH happened AS (
    INSERT INTO outbox_event (id, tenant_id, name, payload, recorded_at)
    SELECT id, %(tenant)s, name, payload, %(now)s
    FROM unnest(%(ids)s::uuid[], %(names)s::text[], %(payloads)s::jsonb[]) AS e(id, name, payload)
), owed AS (
    INSERT INTO outbox_delivery (id, tenant_id, event_id, subscriber, queue, status, due_at, attempts, last_error)
    SELECT id, %(tenant)s, event, subscriber, queue, 'waiting', %(now)s, 0, ''
    FROM unnest(%(owed_ids)s::uuid[], %(owed_events)s::uuid[], %(subscribers)s::text[], %(queues)s::text[])
         AS d(id, event, subscriber, queue)
)
INSERT INTO outbox_wakeup (id, queue, owner, due_at, worker)
SELECT id, queue, %(tenant)s, %(now)s, %(worker)s
FROM unnest(%(wake_ids)s::uuid[], %(wake_queues)s::text[]) AS w(id, queue)
"""


def publish(*events: Event) -> None:
    """Write events and one delivery for each of their subscribers, in one statement.

    Raises TenantScopeMissing outside a tenant scope.
    """
    if events:
        publish_all(events)


def publish_all(events: Sequence[Event]) -> None:
    """`publish` for a sequence."""
    tenant, instant = current_tenant(), now()
    ids = [new_id() for _ in events]
    owed = [
        (new_id(), event_id, subscription)
        for event_id, event in zip(ids, events, strict=True)
        for subscription in subscriptions_to(event.name)
        if subscription.wants(tenant, event)
    ]
    queues = sorted({subscription.queue for _, _, subscription in owed})
    with prepared_cursor() as cursor:
        execute_rows(
            cursor,
            _PUBLISH,
            {
                "ids": ids,
                "names": [event.name for event in events],
                "payloads": [written(event.payload()) for event in events],
                "tenant": tenant,
                "now": instant,
                "owed_ids": [delivery for delivery, _, _ in owed],
                "owed_events": [event_id for _, event_id, _ in owed],
                "subscribers": [subscription.name for _, _, subscription in owed],
                "queues": [subscription.queue for _, _, subscription in owed],
                "wake_ids": [new_id() for _ in queues],
                "wake_queues": queues,
                "worker": CARRIER,
            },
        )
    for queue in queues:
        poke_after_commit(queue)


def replay_dead(*, tenant: UUID, delivery: UUID | None = None) -> int:
    """Let dead deliveries (or one of them) be tried again from the start; returns how many."""
    with tenant_scope(tenant):
        dead = Delivery.objects.filter(status="dead")
        if delivery is not None:
            dead = dead.filter(id=delivery)
        queues = set(dead.values_list("queue", flat=True))
        count = dead.update(status="waiting", attempts=0, due_at=now())
        for queue in queues:
            request_work(queue=queue, worker=CARRIER)
        return count


def settle_history(*, tenant: UUID) -> int:
    """Mark everything still owed as done without doing it: history that was loaded sets nothing off.

    What lies ahead (the end of a voucher, of a return period) stays asked for.
    """
    with tenant_scope(tenant):
        count = Delivery.objects.filter(status="waiting").update(status="done", done_at=now())
        WakeUp.objects.filter(owner=tenant, due_at__lte=now()).delete()
        return count
