"""The relay: carries each delivery to its subscriber, once in effect.

Deliveries are claimed under a lease and their attempts counted and committed before the work, so that one that kills
its worker is counted too. Subscriber and done mark share one transaction: effects in the database happen once. A
failure rolls back that subscriber alone and waits longer each time; after `MAX_ATTEMPTS` it is a dead letter.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import connection

from smartbis.kernel.clock import now
from smartbis.outbox.events import REGISTRY
from smartbis.outbox.models import Delivery
from smartbis.outbox.subscriptions import CARRIER, find_subscription
from smartbis.outbox.work import request_work, worker
from smartbis.tenancy.scope import tenant_scope

log = structlog.get_logger(__name__)

BATCH = 200
LEASE_SECONDS = 60
MAX_ATTEMPTS = 8

_CLAIM = """
WITH due AS (
    SELECT id FROM outbox_delivery
    WHERE tenant_id = %(tenant)s AND queue = 'relay' AND status = 'waiting' AND due_at <= %(now)s
    ORDER BY due_at, id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE outbox_delivery d SET attempts = attempts + 1, due_at = %(lease)s
    FROM due WHERE d.tenant_id = %(tenant)s AND d.id = due.id
    RETURNING d.id, d.event_id, d.subscriber, d.attempts
)
SELECT c.id, c.subscriber, c.attempts, e.name, e.payload
FROM claimed c JOIN outbox_event e ON e.tenant_id = %(tenant)s AND e.id = c.event_id ORDER BY c.event_id, c.id
"""


@dataclass(frozen=True)
class Claim:
    """A delivery under lease."""

    id: UUID
    subscriber: str
    attempts: int
    event: str
    payload: dict[str, Any]


@worker(queue="relay")
def relay_deliveries(*, tenant: UUID) -> bool:
    """Claim up to `BATCH` due deliveries of the tenant and carry them out; True when there may be more."""
    claims = _claim(tenant)
    for claim in claims:
        _carry_out(tenant, claim)
    return len(claims) == BATCH


def _claim(tenant: UUID) -> list[Claim]:
    instant = now()
    lease = instant + timedelta(seconds=LEASE_SECONDS)
    with tenant_scope(tenant):
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, {"tenant": tenant, "now": instant, "lease": lease, "batch": BATCH})
            # A cursor of Django's gives jsonb as text.
            claims = [
                Claim(delivery, subscriber, attempts, name, json.loads(payload))
                for delivery, subscriber, attempts, name, payload in cursor.fetchall()
            ]
        if claims:
            request_work(queue="relay", due_at=lease, worker=CARRIER)  # finds them again should this process die
    return claims


def _carry_out(tenant: UUID, claim: Claim) -> None:
    if claim.attempts > MAX_ATTEMPTS:
        _bury(tenant, claim, "its worker died each time")
        return
    try:
        with tenant_scope(tenant):
            held = Delivery.objects.filter(id=claim.id, status="waiting", attempts=claim.attempts).update(
                status="done", done_at=now(), last_error=""
            )
            if held:  # else the lease ran out and another worker has it
                _run(tenant, claim)
    except Exception as error:
        log.warning("relay.failed", delivery=str(claim.id), subscriber=claim.subscriber, error=type(error).__name__)
        _retry(tenant, claim, error)


def _run(tenant: UUID, claim: Claim) -> None:
    subscription = find_subscription(claim.subscriber)
    if subscription is None:
        raise LookupError(f"no subscriber is called {claim.subscriber}")
    subscription.run(tenant=tenant, event=REGISTRY[claim.event].from_payload(claim.payload))


def _retry(tenant: UUID, claim: Claim, error: Exception) -> None:
    # The first line alone: the database's further lines show whole rows, names among them.
    reason = "\n".join(f"{type(error).__name__}: {error}".splitlines()[:1])[:500]
    if claim.attempts >= MAX_ATTEMPTS:
        _bury(tenant, claim, reason)
        return
    due_at = now() + timedelta(seconds=min(2**claim.attempts, 600))
    with tenant_scope(tenant):
        Delivery.objects.filter(id=claim.id, status="waiting", attempts=claim.attempts).update(
            due_at=due_at, last_error=reason
        )
        request_work(queue="relay", due_at=due_at, worker=CARRIER)


def _bury(tenant: UUID, claim: Claim, reason: str) -> None:
    with tenant_scope(tenant):
        Delivery.objects.filter(id=claim.id, status="waiting").update(status="dead", last_error=reason)
    log.error("relay.dead_letter", delivery=str(claim.id), subscriber=claim.subscriber)
