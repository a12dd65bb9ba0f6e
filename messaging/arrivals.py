"""Statuses that only move known messages forward, applied together. Inside the tenant's scope."""

from collections.abc import Mapping
from uuid import UUID

from messaging import lifecycle
from messaging.models import Channel, Message, WebhookItem
from messaging.moves import save_moves
from messaging.parked import StatusFacts
from messaging.whatsapp.webhook_items import StatusItem
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id

_FORWARD = ("sent", "delivered", "read")


def is_plain(channel: Channel, item: StatusItem) -> bool:
    """Whether a status is of the number it was posted for, moves forward, and names its message by our own id."""
    is_home = item.waba_id == channel.waba_id and item.phone_number_id == channel.phone_number_id
    return is_home and item.status in _FORWARD and _is_id(item.tracker)


def apply_together(
    *, tenant: UUID, payload: UUID, channel: UUID, items: Mapping[bytes, StatusItem]
) -> frozenset[bytes]:
    """Apply plain statuses by their key's hash, each once; the hashes of those that are done with.

    What names no message of the channel is left: it may be parked. Five statements, however many there are.
    """
    # First the items, then the messages, each in one order: as whoever applies them one by one.
    fresh = _noted(tenant, payload, items)
    named = {key: UUID(items[key].tracker) for key in fresh}
    found = Message.objects.select_for_update(of=("self",)).filter(
        tenant_id=tenant, channel_id=channel, direction=Message.Direction.OUT, id__in=set(named.values())
    )
    rows = {row.id: row for row in found.order_by("id")}
    unknown = {key for key, message in named.items() if message not in rows}
    WebhookItem.objects.filter(id__in=[fresh[key] for key in unknown]).delete()
    for key in fresh.keys() - unknown:
        _move(rows[named[key]], StatusFacts.of(items[key]))
    save_moves(list(rows.values()))
    return frozenset(items.keys() - unknown)


def _noted(tenant: UUID, payload: UUID, items: Mapping[bytes, StatusItem]) -> dict[bytes, UUID]:
    """Mark the items as seen; the ids of those that no rival has, by their keys' hashes."""
    at = now()
    notes = [
        WebhookItem(
            id=new_id(),
            tenant_id=tenant,
            payload_id=payload,
            key_hash=key,
            kind="status",
            state=WebhookItem.State.DONE,
            remote_id=items[key].message_id[:200],
            recorded_at=at,
        )
        for key in sorted(items)
    ]
    WebhookItem.objects.bulk_create(notes, ignore_conflicts=True)
    ours = [each.id for each in notes]
    kept = WebhookItem.objects.filter(id__in=ours).values_list("key_hash", "id")
    return {bytes(key): item for key, item in kept}


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
