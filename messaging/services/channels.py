"""Connecting a brand's WhatsApp number."""

import hmac
import secrets
from uuid import UUID

from messaging.errors import ChannelInvalid, ChannelNotFound, WebhookNotVerified
from messaging.infos import ChannelInfo
from messaging.models import Channel
from messaging.rounds import queue_sync
from messaging.rows import channel_info
from messaging.sealed import APP_SECRET, TOKEN, VERIFY_TOKEN, app_secrets_of, credentials_of
from messaging.services.release import release_held
from messaging.whatsapp.gateway import WhatsAppGateway
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import Actor
from smartbis.outbox.work import request_work
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.sealing import seal, unseal
from smartbis.tenancy.selectors import find_route
from smartbis.tenancy.services import add_route, record_audit

ROUTE_KIND = "whatsapp_channel"
SEND_QUEUE = "send"
# A channel that Meta refused has this and the code as the reason of its stop.
REFUSED = "code_"


def connect_channel(
    *,
    tenant: UUID,
    phone_number_id: str,
    waba_id: str,
    token: str,
    app_secret: str,
    verify_token: str,
    display_name: str,
    display_phone_number: str = "",
    submit_templates: bool = True,
    actor: Actor,
) -> ChannelInfo:
    """Give the brand a WhatsApp number, or new credentials to one it has; the channel is live afterwards.

    A changed app secret leaves the one before valid for webhooks that are under way. Messages that waited for a
    channel are released, and a worker submits the templates unless the caller does so itself.
    Raises ChannelInvalid, PermissionMissing.
    """
    require(actor, "message.change")
    given = {
        "phone_number_id": phone_number_id,
        "waba_id": waba_id,
        "token": token,
        "app_secret": app_secret,
        "verify_token": verify_token,
    }
    if missing := [name for name, value in given.items() if not value.strip()]:
        raise ChannelInvalid({name: [ChannelInvalid.sentence] for name in missing})
    with tenant_scope(tenant):
        row = Channel.objects.select_for_update(no_key=True).filter(phone_number_id=phone_number_id).first()
        is_new = row is None
        if row is None:
            row = Channel(tenant_id=tenant, public_id=secrets.token_hex(12), phone_number_id=phone_number_id)
            row.id, row.connected_at = new_id(), now()
        elif app_secrets_of(row)[0] != app_secret:
            row.previous_app_secret_sealed = row.app_secret_sealed
        row.waba_id, row.display_name = waba_id, display_name
        row.display_phone_number = display_phone_number
        row.token_sealed = seal(tenant=tenant, place=TOKEN, row=row.id, text=token)
        row.app_secret_sealed = seal(tenant=tenant, place=APP_SECRET, row=row.id, text=app_secret)
        row.verify_token_sealed = seal(tenant=tenant, place=VERIFY_TOKEN, row=row.id, text=verify_token)
        row.status, row.stop_reason = Channel.Status.LIVE, ""
        row.save(force_insert=is_new)
        if is_new:
            add_route(tenant=tenant, kind=ROUTE_KIND, key=row.public_id)
        record_audit(
            tenant=tenant,
            actor=actor,
            action="channel.connect",
            object_kind="channel",
            object_id=row.id,
            after={"phone_number_id": phone_number_id, "waba_id": waba_id},
        )
        release_held(tenant=tenant, reason="no_channel")
        request_work(queue=SEND_QUEUE)
        if submit_templates:
            queue_sync(row.id)
        return channel_info(row)


def subscribe_channel(*, tenant: UUID, channel: UUID) -> None:
    """Have Meta deliver the account's webhooks to this channel's address.

    Calls the network: no transaction may be open. Raises ChannelNotFound, and the gateway's errors.
    """
    with tenant_scope(tenant, read_only=True):
        row = get_row(channel)
        credentials, info = credentials_of(row), channel_info(row)
        verify_token = unseal(tenant=tenant, place=VERIFY_TOKEN, row=row.id, sealed=row.verify_token_sealed)
    WhatsAppGateway(credentials).subscribe_webhooks(callback_url=info.webhook_url, verify_token=verify_token)


def verify_subscription(channel_id: str, mode: str, token: str, challenge: str) -> str:
    """The challenge to echo as plain text when Meta asks whether this address is ours.

    Raises ChannelNotFound, WebhookNotVerified.
    """
    tenant, row = routed_channel(channel_id)
    with tenant_scope(tenant, read_only=True):
        expected = unseal(tenant=tenant, place=VERIFY_TOKEN, row=row.id, sealed=row.verify_token_sealed)
    is_right = hmac.compare_digest(token.encode("utf-8", "replace"), expected.encode())
    if mode != "subscribe" or not is_right:
        raise WebhookNotVerified
    return challenge


def stop_channel(*, tenant: UUID, channel: UUID, code: int | None) -> None:
    """Send nothing more through a channel that Meta refuses, until somebody has it checked or connects it again.

    Runs inside the tenant's scope.
    """
    rows = Channel.objects.filter(tenant_id=tenant, id=channel)
    rows.update(status=Channel.Status.STOPPED, stop_reason=f"{REFUSED}{code}")


def routed_channel(channel_id: str) -> tuple[UUID, Channel]:
    """The tenant and channel of a webhook's address. Raises ChannelNotFound."""
    tenant = find_route(ROUTE_KIND, channel_id[:100])
    if tenant is None:
        raise ChannelNotFound
    with tenant_scope(tenant, read_only=True):
        row = Channel.objects.filter(public_id=channel_id).first()
    if row is None:
        raise ChannelNotFound
    return tenant, row


def get_row(channel: UUID) -> Channel:
    """The channel's row. Inside a scope. Raises ChannelNotFound."""
    row = Channel.objects.filter(id=channel).first()
    if row is None:
        raise ChannelNotFound
    return row
