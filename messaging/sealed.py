"""The sealed parts of this room's rows. Every call runs inside the tenant's scope."""

import json
from collections.abc import Mapping
from uuid import UUID

from messaging.models import Channel, Conversation, Message
from messaging.whatsapp.gateway import Credentials
from smartbis.tenancy.sealing import blind_index, seal, unseal

CONTENT = "messaging.message.content"
RECIPIENT = "messaging.message.recipient"
CONTACT = "messaging.conversation.contact"
TOKEN = "messaging.channel.token"  # noqa: S105 (the name of a place, no secret)
APP_SECRET = "messaging.channel.app_secret"  # noqa: S105
VERIFY_TOKEN = "messaging.channel.verify_token"  # noqa: S105
BODY = "messaging.webhook.body"


def sealed_content(tenant: UUID, message: UUID, content: Mapping[str, str]) -> bytes:
    """A message's parameters or text, sealed."""
    return seal(tenant=tenant, place=CONTENT, row=message, text=json.dumps(dict(content), ensure_ascii=False))


def content_of(row: Message) -> dict[str, str]:
    """What `sealed_content` sealed; empty when it was wiped."""
    if row.content_sealed is None:
        return {}
    text = unseal(tenant=row.tenant_id, place=CONTENT, row=row.id, sealed=row.content_sealed)
    return {str(name): str(value) for name, value in json.loads(text).items()}


def recipient_of(row: Message) -> str | None:
    """The number in E.164 of a message that goes to no customer."""
    if row.recipient_sealed is None:
        return None
    return unseal(tenant=row.tenant_id, place=RECIPIENT, row=row.id, sealed=row.recipient_sealed)


def contact_blind(tenant: UUID, *, phone: str | None, user_id: str | None) -> bytes:
    """By what a person's thread is found: their canonical number, else Meta's user id."""
    if phone:
        return blind_index(tenant=tenant, kind="phone", value=phone)
    return blind_index(tenant=tenant, kind="bsuid", value=user_id or "")


def sealed_contact(tenant: UUID, conversation: UUID, contact: Mapping[str, str]) -> bytes:
    """How to answer a thread's person, sealed."""
    return seal(tenant=tenant, place=CONTACT, row=conversation, text=json.dumps(dict(contact), ensure_ascii=False))


def contact_of_thread(row: Conversation) -> dict[str, str]:
    """`phone`, `wa_id`, `user_id` and `name` of a thread's person, as far as they are known."""
    if row.contact_sealed is None:
        return {}
    text = unseal(tenant=row.tenant_id, place=CONTACT, row=row.id, sealed=row.contact_sealed)
    return {str(name): str(value) for name, value in json.loads(text).items()}


def credentials_of(row: Channel) -> Credentials:
    """What the gateway needs to speak for this channel."""
    token = unseal(tenant=row.tenant_id, place=TOKEN, row=row.id, sealed=row.token_sealed)
    return Credentials(phone_number_id=row.phone_number_id, waba_id=row.waba_id, token=token)


def app_secrets_of(row: Channel) -> list[str]:
    """The secrets that may have signed a webhook, the present one first."""
    sealed = [row.app_secret_sealed, row.previous_app_secret_sealed]
    return [
        unseal(tenant=row.tenant_id, place=APP_SECRET, row=row.id, sealed=each) for each in sealed if each is not None
    ]
