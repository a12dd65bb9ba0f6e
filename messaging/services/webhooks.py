"""Taking in what Meta posts: judged, kept as it came, answered at once; the work is done by a worker."""

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
from smartbis.outbox.work import request_work
from smartbis.tenancy.scope import Reading, read, tenant_scope
from smartbis.tenancy.sealing import seal
from smartbis.tenancy.selectors import find_route
from smartbis.tenancy.statements import one_trip, prepared_cursor

# Meta's own limit of a body. Whoever reads the request must stop there too.
MAX_BODY_BYTES = 3 * 1024 * 1024
WEBHOOK_QUEUE, WEBHOOK_WORKER = "relay", "process_webhooks"
# Meta waits for the answer, hundreds of times a second: three round trips, from the opening to the commit.
_LISTENING = """
SELECT id, tenant_id, app_secret_sealed, previous_app_secret_sealed
FROM messaging_channel
WHERE tenant_id = %s AND public_id = %s
"""
_KEEP = """
INSERT INTO messaging_webhookpayload (
    id, tenant_id, channel_id, body_hash, body_sealed, state, attempts, due_at, received_at)
VALUES (%(id)s, %(tenant)s, %(channel)s, %(hash)s, %(body)s, 'waiting', 0, %(at)s, %(at)s)
ON CONFLICT (tenant_id, channel_id, body_hash) DO NOTHING
RETURNING id
"""
_ADDRESSES = 10_000


def receive_webhook(channel_id: str, raw_body: bytes, signature: str) -> WebhookReceipt:
    """Keep a signed body for the worker; the same body again is recognised and kept once.

    `channel_id` is the last part of the webhook's address, `signature` the `X-Hub-Signature-256` header. Nothing of
    the body is read before the signature was checked. Raises WebhookTooLarge (413), ChannelNotFound (404),
    WebhookNotSigned (403): each of them changes nothing.
    """
    if len(raw_body) > MAX_BODY_BYTES:
        raise WebhookTooLarge
    tenant = _tenant_of(channel_id[:100])
    listening = Reading(_LISTENING, (tenant, channel_id), _channel, ("channel that listens", channel_id))
    with tenant_scope(tenant, reading=[listening]):
        channel = read(listening)
        if channel is None:
            raise ChannelNotFound
        if not is_signed(raw_body, signature, app_secrets_of(channel)):
            raise WebhookNotSigned
        return _kept(channel, raw_body)


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


def _kept(channel: Channel, raw_body: bytes) -> WebhookReceipt:
    tenant, digest, at = channel.tenant_id, sha256(raw_body).digest(), now()
    row = new_id()
    # Latin-1 maps every byte to one character, so that the bytes come back as they were.
    sealed = seal(tenant=tenant, place=BODY, row=row, text=raw_body.decode("latin-1"))
    values = {"id": row, "tenant": tenant, "channel": channel.id, "hash": digest, "body": sealed, "at": at}
    with prepared_cursor() as cursor:
        with one_trip():  # a body that is known wakes the workers in vain, which is seldom and does no harm
            cursor.execute(_KEEP, values)
            request_work(queue=WEBHOOK_QUEUE, worker=WEBHOOK_WORKER)
        is_new = cursor.fetchone() is not None
    if is_new:
        return WebhookReceipt(payload_id=row, repeated=False)
    known = WebhookPayload.objects.only("id").get(channel=channel, body_hash=digest)
    return WebhookReceipt(payload_id=known.id, repeated=True)
