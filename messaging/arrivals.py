"""Statuses that only move known messages forward, applied together. Inside the tenant's scope."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from messaging import lifecycle
from messaging.models import Channel, Message, WebhookItem
from messaging.moves import locked_messages, save_moves
from messaging.parked import StatusFacts
from messaging.whatsapp.webhook_items import StatusItem
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.tenancy.scope import read
from smartbis.tenancy.statements import execute_rows, prepared_cursor

_NOTE = """
INSERT INTO messaging_webhookitem (id, tenant_id, payload_id, key_hash, kind, state, remote_id, recorded_at)
SELECT d.id, %(tenant)s, d.payload, d.key, 'status', 'done', d.remote, %(at)s
FROM unnest(%(ids)s::uuid[], %(payloads)s::uuid[], %(keys)s::bytea[], %(remotes)s::text[])
    AS d(id, payload, key, remote)
ON CONFLICT DO NOTHING
RETURNING key_hash, id
"""
_FORWARD = ("sent", "delivered", "read")


@dataclass(frozen=True)
class Arrival:
    """A plain status, the body it came in, and the channel that was posted to."""

    item: StatusItem
    payload: UUID
    channel: UUID


def is_plain(channel: Channel, item: StatusItem) -> bool:
    """Whether a status is of the number it was posted for, moves forward, and names its message by our own id."""
    is_home = item.waba_id == channel.waba_id and item.phone_number_id == channel.phone_number_id
    return is_home and item.status in _FORWARD and _is_id(item.tracker)


def apply_together(*, tenant: UUID, arrivals: Mapping[bytes, Arrival]) -> frozenset[bytes]:
    """Apply plain statuses by their key's hash, each once; the hashes of those that are done with.

    What names no message of its channel is left: it may be parked. Three statements, however many there are.
    """
    # First the items, then the messages, each in one order: as whoever applies them one by one.
    fresh = _noted(tenant, arrivals)
    named = {key: UUID(arrivals[key].item.tracker) for key in fresh}
    found = read(locked_messages(tenant, list(set(named.values()))))
    rows = {(row.id, row.channel_id): row for row in found}
    unknown = set[bytes]()
    for key, message in named.items():
        row = rows.get((message, arrivals[key].channel))
        if row is None:
            unknown.add(key)
        else:
            _move(row, StatusFacts.of(arrivals[key].item))
    if unknown:
        WebhookItem.objects.filter(id__in=[fresh[key] for key in unknown]).delete()
    save_moves(list(rows.values()))
    return frozenset(arrivals.keys() - unknown)


def _noted(tenant: UUID, arrivals: Mapping[bytes, Arrival]) -> dict[bytes, UUID]:
    """Mark the items as seen; the ids of those that no rival has, by their keys' hashes."""
    keys = sorted(arrivals)
    columns = {
        "ids": [new_id() for _ in keys],
        "payloads": [arrivals[key].payload for key in keys],
        "keys": keys,
        "remotes": [arrivals[key].item.message_id[:200] for key in keys],
    }
    with prepared_cursor() as cursor:
        execute_rows(cursor, _NOTE, {**columns, "tenant": tenant, "at": now()})
        return {bytes(key): item for key, item in cursor.fetchall()}


def _move(row: Message, facts: StatusFacts) -> None:
    row.remote_id = row.remote_id or facts.remote_id
    lifecycle.move(row, facts.status, facts.at)
    row.pricing = facts.pricing or row.pricing


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
