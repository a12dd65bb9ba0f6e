"""Taking in what Meta posts: judged, kept as it came, answered at once; the work is done by a worker."""

from hashlib import sha256

from messaging.errors import WebhookNotSigned, WebhookTooLarge
from messaging.infos import WebhookReceipt
from messaging.models import WebhookPayload
from messaging.sealed import BODY, app_secrets_of
from messaging.services.channels import routed_channel
from messaging.whatsapp.signature import is_signed
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.outbox.work import request_work
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.sealing import seal

# Meta's own limit of a body. Whoever reads the request must stop there too.
MAX_BODY_BYTES = 3 * 1024 * 1024
WEBHOOK_QUEUE = "relay"


def receive_webhook(channel_id: str, raw_body: bytes, signature: str) -> WebhookReceipt:
    """Keep a signed body for the worker; the same body again is recognised and kept once.

    `channel_id` is the last part of the webhook's address, `signature` the `X-Hub-Signature-256` header. Nothing of
    the body is read before the signature was checked. Raises WebhookTooLarge (413), ChannelNotFound (404),
    WebhookNotSigned (403): each of them changes nothing.
    """
    if len(raw_body) > MAX_BODY_BYTES:
        raise WebhookTooLarge
    tenant, channel = routed_channel(channel_id)
    with tenant_scope(tenant):
        if not is_signed(raw_body, signature, app_secrets_of(channel)):
            raise WebhookNotSigned
        digest = sha256(raw_body).digest()
        row = WebhookPayload(id=new_id(), tenant_id=tenant, channel=channel, body_hash=digest)
        # Latin-1 maps every byte to one character, so that the bytes come back as they were.
        row.body_sealed = seal(tenant=tenant, place=BODY, row=row.id, text=raw_body.decode("latin-1"))
        row.received_at = row.due_at = now()
        WebhookPayload.objects.bulk_create([row], ignore_conflicts=True)
        kept = WebhookPayload.objects.only("id").get(channel=channel, body_hash=digest)
        if kept.id == row.id:
            request_work(queue=WEBHOOK_QUEUE)
        return WebhookReceipt(payload_id=kept.id, repeated=kept.id != row.id)
