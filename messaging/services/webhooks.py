"""Taking in what Meta posts: judged, kept as it came, answered at once; the work is done by a worker."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from messaging.errors import ChannelNotFound, WebhookNotSigned, WebhookTooLarge
from messaging.infos import WebhookReceipt
from messaging.models import Channel, WebhookPayload
from messaging.sealed import BODY, app_secrets_of
from messaging.services.channels import ROUTE_KIND
from messaging.whatsapp.signature import is_signed
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.outbox.work import poke_after_commit, waking
from smartbis.tenancy.scope import Reading, at_once, read, tenant_scope
from smartbis.tenancy.sealing import Sealer
from smartbis.tenancy.selectors import find_route

# Meta's own limit of a body. Whoever reads the request must stop there too.
MAX_BODY_BYTES = 3 * 1024 * 1024
WEBHOOK_QUEUE, WEBHOOK_WORKER = "relay", "process_webhooks"
# Meta waits for the answer, hundreds of times a second: one round trip.
_LISTENING = """
SELECT id, tenant_id, app_secret_sealed, previous_app_secret_sealed
FROM messaging_channel
WHERE tenant_id = %s AND public_id = %s
"""
# Nothing is kept for a channel that is gone or has other secrets than those the body was judged by.
_KEEP = """
INSERT INTO messaging_webhookpayload (
    id, tenant_id, channel_id, body_hash, body_sealed, state, attempts, due_at, received_at)
SELECT %(id)s, tenant_id, id, %(hash)s, %(body)s, 'waiting', 0, %(at)s, %(at)s FROM messaging_channel
WHERE tenant_id = %(tenant)s AND public_id = %(address)s
  AND app_secret_sealed = %(secret)s AND previous_app_secret_sealed IS NOT DISTINCT FROM %(previous)s
ON CONFLICT (tenant_id, channel_id, body_hash) DO NOTHING
RETURNING id
"""
_ADDRESSES = 10_000


@dataclass(frozen=True)
class _Listener:
    """A channel as its webhooks are judged and kept: so it was a moment ago."""

    tenant: UUID
    address: str
    channel: UUID
    secret_sealed: bytes = field(repr=False)
    previous_sealed: bytes | None = field(repr=False)
    secrets: Sequence[str] = field(repr=False)
    sealer: Sealer = field(repr=False)


_heard: dict[str, _Listener] = {}


def receive_webhook(channel_id: str, raw_body: bytes, signature: str) -> WebhookReceipt:
    """Keep a signed body for the worker; the same body again is recognised and kept once.

    `channel_id` is the last part of the webhook's address, `signature` the `X-Hub-Signature-256` header. Nothing of
    the body is read before the signature was checked. Raises WebhookTooLarge (413), ChannelNotFound (404),
    WebhookNotSigned (403): each of them changes nothing.
    """
    if len(raw_body) > MAX_BODY_BYTES:
        raise WebhookTooLarge
    digest = sha256(raw_body).digest()
    # What is remembered saves asking; the statement itself looks whether it still holds.
    known = _heard.get(channel_id)
    if known is not None and is_signed(raw_body, signature, known.secrets):
        kept = _keep(known, raw_body, digest)
        if kept is not None:
            return WebhookReceipt(payload_id=kept, repeated=False)
    listener = _listener(channel_id)
    if not is_signed(raw_body, signature, listener.secrets):
        raise WebhookNotSigned
    kept = _keep(listener, raw_body, digest)
    if kept is not None:
        return WebhookReceipt(payload_id=kept, repeated=False)
    with tenant_scope(listener.tenant):
        row = WebhookPayload.objects.only("id").filter(channel_id=listener.channel, body_hash=digest).first()
    if row is None:  # its secrets were changed between the two statements
        return receive_webhook(channel_id, raw_body, signature)
    return WebhookReceipt(payload_id=row.id, repeated=True)


def _listener(channel_id: str) -> _Listener:
    """The channel of an address, as it is now. Raises ChannelNotFound."""
    tenant = _tenant_of(channel_id[:100])
    listening = Reading(_LISTENING, (tenant, channel_id), _channel, ("channel that listens", channel_id))
    with tenant_scope(tenant, reading=[listening]):
        row = read(listening)
        if row is None:
            raise ChannelNotFound
        previous = row.previous_app_secret_sealed
        found = _Listener(
            tenant=tenant,
            address=channel_id,
            channel=row.id,
            secret_sealed=bytes(row.app_secret_sealed),
            previous_sealed=None if previous is None else bytes(previous),
            secrets=app_secrets_of(row),
            sealer=Sealer(tenant),
        )
    if len(_heard) >= _ADDRESSES:
        _heard.clear()
    _heard[channel_id] = found
    return found


@lru_cache(maxsize=_ADDRESSES)
def _tenant_of(channel_id: str) -> UUID:
    """Whose address it is. That never changes; whether the channel is still there, its tenant's scope tells.

    Raises ChannelNotFound, which is not remembered.
    """
    tenant = find_route(ROUTE_KIND, channel_id)
    if tenant is None:
        raise ChannelNotFound
    return tenant


def _channel(rows: list[tuple[Any, ...]]) -> Channel | None:
    """The little of a channel that its webhooks are judged by."""
    names = ("id", "tenant_id", "app_secret_sealed", "previous_app_secret_sealed")
    return Channel(**dict(zip(names, rows[0], strict=True))) if rows else None


def _keep(listener: _Listener, raw_body: bytes, digest: bytes) -> UUID | None:
    """The row of a new body; None where it is known, or the channel is no longer what it was."""
    row = new_id()
    # Latin-1 maps every byte to one character, so that the bytes come back as they were.
    body = listener.sealer.seal(place=BODY, row=row, text=raw_body.decode("latin-1"))
    values = {
        "id": row,
        "tenant": listener.tenant,
        "address": listener.address,
        "secret": listener.secret_sealed,
        "previous": listener.previous_sealed,
        "hash": digest,
        "body": body,
        "at": now(),
    }
    # A body that is not kept wakes the workers in vain, which is seldom and does no harm.
    waking_up = waking(tenant=listener.tenant, queue=WEBHOOK_QUEUE, worker=WEBHOOK_WORKER)
    is_kept, _ = at_once(listener.tenant, Reading(_KEEP, values, bool), waking_up)
    poke_after_commit(WEBHOOK_QUEUE)
    return row if is_kept else None
