"""Locking many messages, and writing how they moved, in one statement each. Inside the tenant's scope.

A thousand statuses come in one webhook and dozens of answers at once: a statement each would be what limits both.
"""

import json
from collections.abc import Iterable, Sequence
from uuid import UUID

from messaging.models import Conversation, Message
from smartbis.tenancy.readings import rows_reading
from smartbis.tenancy.scope import Reading
from smartbis.tenancy.statements import execute_rows, prepared_cursor

_LOCKED = "AND row.direction = 'out' AND row.id = ANY(%s) ORDER BY row.id FOR UPDATE"
_MESSAGES = """
UPDATE messaging_message m
SET status = d.status, reason = d.reason, remote_id = d.remote_id, pricing = d.pricing, attempts = d.attempts,
    due_at = d.due_at, leased_until = d.leased_until, accepted_at = d.accepted_at, sent_at = d.sent_at,
    delivered_at = d.delivered_at, read_at = d.read_at, category = d.category, country = d.country,
    conversation_id = d.conversation,
    content_sealed = CASE WHEN d.is_wiped THEN NULL ELSE m.content_sealed END,
    recipient_sealed = CASE WHEN d.is_wiped THEN NULL ELSE m.recipient_sealed END
FROM unnest(
    %(ids)s::uuid[], %(statuses)s::text[], %(reasons)s::text[], %(remotes)s::text[], %(pricings)s::jsonb[],
    %(attempts)s::int[], %(dues)s::timestamptz[], %(leases)s::timestamptz[], %(accepted)s::timestamptz[],
    %(sent)s::timestamptz[], %(delivered)s::timestamptz[], %(read)s::timestamptz[], %(categories)s::text[],
    %(countries)s::text[], %(conversations)s::uuid[], %(wiped)s::boolean[]
) AS d(id, status, reason, remote_id, pricing, attempts, due_at, leased_until, accepted_at, sent_at, delivered_at,
    read_at, category, country, conversation, is_wiped)
WHERE m.tenant_id = %(tenant)s AND m.id = d.id AND m.id = ANY(%(ids)s::uuid[])
"""
_THREADS = """
UPDATE messaging_conversation c
SET paced_until = d.paced_until, last_message_at = d.last_message_at, customer_id = d.customer,
    initiated_at = d.initiated_at
FROM unnest(
    %(ids)s::uuid[], %(paces)s::timestamptz[], %(moments)s::timestamptz[], %(customers)s::uuid[],
    %(initiated)s::timestamptz[]
) AS d(id, paced_until, last_message_at, customer, initiated_at)
WHERE c.tenant_id = %(tenant)s AND c.id = d.id AND c.id = ANY(%(ids)s::uuid[])
"""


def locked_messages(tenant: UUID, ids: Sequence[UUID]) -> Reading[list[Message]]:
    """Outbound messages, locked in the order of their ids."""
    return rows_reading(Message, tenant, _LOCKED, (ids,))


def save_moves(rows: Sequence[Message]) -> None:
    """Write what sending and its statuses change of messages: state, instants, price, thread; wipe what was wiped."""
    if not rows:
        return
    columns = {
        "ids": [row.id for row in rows],
        "statuses": [str(row.status) for row in rows],
        "reasons": [row.reason for row in rows],
        "remotes": [row.remote_id for row in rows],
        "pricings": [None if row.pricing is None else json.dumps(row.pricing) for row in rows],
        "attempts": [row.attempts for row in rows],
        "dues": [row.due_at for row in rows],
        "leases": [row.leased_until for row in rows],
        "accepted": [row.accepted_at for row in rows],
        "sent": [row.sent_at for row in rows],
        "delivered": [row.delivered_at for row in rows],
        "read": [row.read_at for row in rows],
        "categories": [row.category for row in rows],
        "countries": [row.country for row in rows],
        "conversations": [row.conversation_id for row in rows],
        "wiped": [row.content_sealed is None for row in rows],
    }
    with prepared_cursor() as cursor:
        execute_rows(cursor, _MESSAGES, {**columns, "tenant": rows[0].tenant_id})


def save_threads(rows: Iterable[Conversation]) -> None:
    """Write what a claim changes of threads."""
    rows = list(rows)
    if not rows:
        return
    columns = {
        "ids": [row.id for row in rows],
        "paces": [row.paced_until for row in rows],
        "moments": [row.last_message_at for row in rows],
        "customers": [row.customer_id for row in rows],
        "initiated": [row.initiated_at for row in rows],
    }
    with prepared_cursor() as cursor:
        execute_rows(cursor, _THREADS, {**columns, "tenant": rows[0].tenant_id})
