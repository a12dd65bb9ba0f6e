"""A person wrote: opt-out first, then the thread, the message, and the news of it. Inside the tenant's scope."""

from uuid import UUID

from messaging.accounts import known_owner, learn_account
from messaging.events import MessageReceived
from messaging.keywords import text_kind
from messaging.models import Channel, Conversation, Message
from messaging.optout import stop_number
from messaging.sealed import contact_blind, contact_of_thread, sealed_contact, sealed_content
from messaging.threads import threads_for
from messaging.whatsapp.webhook_items import InboundItem
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.phones import from_wa_id, mask_phone
from smartbis.outbox.services import publish

_TEXT_LIMIT = 8000  # WhatsApp's own is 4,096; what is longer is cut, the raw body keeps all


def receive_message(*, tenant: UUID, channel: Channel, item: InboundItem) -> None:
    """Keep one inbound message in its thread. A stop word takes effect before anything else.

    Publishes MessageReceived.
    """
    kind = text_kind(item.kind, item.text)
    if kind == "stop":
        stop_number(tenant=tenant, wa_id=item.wa_id, user_id=item.user_id)
    customer = known_owner(tenant=tenant, wa_id=item.wa_id, user_id=item.user_id)
    if customer is not None:
        learn_account(tenant=tenant, customer=customer, wa_id=item.wa_id, user_id=item.user_id)
    thread = _thread(tenant, channel, item, customer)
    row_id = new_id()
    row = Message(
        id=row_id,
        tenant_id=tenant,
        direction=Message.Direction.IN,
        kind=item.kind,
        channel=channel,
        conversation=thread,
        customer_id=customer,
        cause=f"inbound:{row_id}",
        status=Message.Status.RECEIVED,
        remote_id=item.message_id[:200],
        reply_to=item.reply_to[:200],
        created_at=now(),
        sent_at=item.at,
    )
    row.content_sealed = sealed_content(tenant, row.id, {"text": item.text[:_TEXT_LIMIT]})
    row.save(force_insert=True)
    publish(MessageReceived(message_id=row.id, customer_id=customer, text_kind=kind))


def _thread(tenant: UUID, channel: Channel, item: InboundItem, customer: UUID | None) -> Conversation:
    """The person's thread; its window counts from WhatsApp's own instant, however late the webhook came."""
    at = min(item.at or now(), now())
    phone = from_wa_id(item.wa_id) if item.wa_id else None
    blind = contact_blind(tenant, phone=phone, user_id=item.user_id)
    thread = threads_for(tenant=tenant, channel=channel.id, customers={blind: customer}, at=at)[blind]
    known = contact_of_thread(thread)
    given = {"wa_id": item.wa_id, "user_id": item.user_id, "name": item.profile_name, "phone": phone or ""}
    contact = {**known, **{name: value for name, value in given.items() if value}}
    thread.contact_sealed = sealed_contact(tenant, thread.id, contact)
    thread.contact_masked = mask_phone(phone) if phone else thread.contact_masked
    thread.customer_id = customer or thread.customer_id
    thread.last_inbound_at = max(thread.last_inbound_at or at, at)
    thread.last_message_at = max(thread.last_message_at, at)
    thread.save()
    return thread
