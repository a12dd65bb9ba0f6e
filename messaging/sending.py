"""The send loop: claim a slice of due messages in the tenant's scope, commit, call Meta, record.

A slice is small, so that what a dying worker leaves unknown is little and an opt-out is heeded within seconds; the
outbox calls again while there is more. A message is `sending` before the call: if nobody lives to record what came of
it, it becomes `unknown` and is never blindly repeated.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from messaging import gate, lifecycle
from messaging.library import body_values, button_values, template_spec
from messaging.models import Channel, Conversation, Message
from messaging.pacing import NUMBER, PAIR
from messaging.records import record_outcome
from messaging.sealed import contact_blind, contact_of_thread, content_of, credentials_of, recipient_of
from messaging.threads import threads_for
from messaging.whatsapp.errors import GatewayError, OutcomeUnknown, PayloadInvalid
from messaging.whatsapp.gateway import Accepted, Credentials, WhatsAppGateway
from messaging.whatsapp.guard import refuse_inside_transaction
from messaging.whatsapp.payloads import Payload, Recipient, text_message
from messaging.whatsapp.template_calls import Parameter, TemplateCall, UrlButton, template_message
from smartbis.customers.infos import ContactInfo
from smartbis.customers.selectors import contacts_of
from smartbis.kernel.clock import now
from smartbis.kernel.phones import from_wa_id
from smartbis.outbox.work import request_work
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant

log = structlog.get_logger(__name__)

SLICE = 40
CONNECTIONS = 8
# Every call of a slice, one after the other on its connection, ends within the lease.
LEASE = timedelta(seconds=120)
# How long a channel at its limit rests, so that it comes back with room for more than one.
BREATH = timedelta(milliseconds=250)


@dataclass(frozen=True)
class Call:
    """One message on its way to Meta."""

    message: UUID
    payload: Payload = field(repr=False)
    contact: ContactInfo | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Slice:
    """What was claimed of one channel, and whether more is due."""

    channel: UUID
    credentials: Credentials
    calls: Sequence[Call]
    has_more: bool


def send_due(*, tenant: UUID) -> bool:
    """Send one slice for each live channel of the tenant; True when there is more to send now."""
    with tenant_scope(tenant):
        lifecycle.settle(tenant)
        live = list(
            Channel.objects.filter(status=Channel.Status.LIVE)
            .order_by("connected_at", "id")
            .values_list("id", flat=True)
        )
    has_more = False
    for channel in live:
        claimed = claim(tenant=tenant, channel=channel)
        if claimed is not None:
            _send(tenant, claimed)
            has_more = has_more or claimed.has_more
    return has_more


def claim(*, tenant: UUID, channel: UUID) -> Slice | None:
    """Take a slice of due messages under a lease, each judged anew; None when the channel may not send."""
    with tenant_scope(tenant):
        at = now()
        row = Channel.objects.select_for_update(no_key=True).filter(id=channel, status=Channel.Status.LIVE).first()
        if row is None or gate.is_suspended(get_tenant(tenant=tenant)):
            return None
        room = min(NUMBER.room(row.paced_until, at), SLICE)
        if room == 0:
            request_work(queue="send", due_at=max(NUMBER.next_at(row.paced_until, at), at + BREATH))
            return None
        due = list(
            Message.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("conversation")
            .filter(channel_id=channel, status=Message.Status.QUEUED, due_at__lte=at)
            .order_by("priority", "due_at", "id")[:room]
        )
        calls = _claimed_calls(tenant, row, due, at)
        if calls:
            row.paced_until = NUMBER.after(row.paced_until, at, len(calls))
            row.save(update_fields=["paced_until"])
            request_work(queue="send", due_at=at + LEASE + timedelta(seconds=1))
        return Slice(row.id, credentials_of(row), calls, has_more=len(due) == room)


def _claimed_calls(tenant: UUID, channel: Channel, due: Sequence[Message], at: datetime) -> list[Call]:
    states = gate.template_states(channel.id)
    wanted = [(row, gate.consent_category(states, row)) for row in due]
    refused = gate.without_consent(
        tenant, [(row.customer_id, category) for row, category in wanted if row.customer_id and category]
    )
    contacts = contacts_of(tenant=tenant, customers={row.customer_id for row in due if row.customer_id})
    sendable: list[tuple[Message, Recipient, ContactInfo | None]] = []
    for row, category in wanted:
        if row.expires_at and row.expires_at <= at:
            lifecycle.fail(row, "expired")
        elif lifecycle.is_superseded(row):
            lifecycle.fail(row, "superseded")
        elif row.customer_id and category and (row.customer_id, category) in refused:
            lifecycle.hold(row, gate.NO_CONSENT)
        elif row.template and not gate.is_approved(states, row.template, row.language):
            lifecycle.hold(row, gate.TEMPLATE_NOT_APPROVED)
        elif (found := _recipient(row, contacts)) is None:
            lifecycle.hold(row, gate.NO_CONTACT)
        else:
            sendable.append((row, *found))
    return _within_pair_limit(tenant, channel, sendable, at)


def _recipient(row: Message, contacts: Mapping[UUID, ContactInfo]) -> tuple[Recipient, ContactInfo | None] | None:
    """Whom to reach: the form of the number that Meta itself uses where it is known, else ours, else Meta's user id.

    A text answers whoever wrote in its thread, customer or not.
    """
    if row.conversation is not None and not row.template:
        person = contact_of_thread(row.conversation)
        phone = f"+{person['wa_id']}" if person.get("wa_id") else None
        user_id = person.get("user_id")
        return (Recipient(phone=phone, user_id=None if phone else user_id), None) if phone or user_id else None
    if row.customer_id is None:
        number = recipient_of(row)
        return (Recipient(phone=number), None) if number else None
    contact = contacts.get(row.customer_id)
    if contact is None:
        return None
    phone = f"+{contact.wa_id}" if contact.wa_id else contact.phone_e164
    return Recipient(phone=phone, user_id=None if phone else contact.bsuid), contact


def _within_pair_limit(
    tenant: UUID,
    channel: Channel,
    sendable: Sequence[tuple[Message, Recipient, ContactInfo | None]],
    at: datetime,
) -> list[Call]:
    blinds = {row.id: _blind(tenant, row, contact) for row, _, contact in sendable}
    customers = {blinds[row.id]: row.customer_id for row, _, _ in sendable}
    threads = threads_for(tenant=tenant, channel=channel.id, customers=customers, at=at)
    calls: list[Call] = []
    claimed: list[Message] = []
    for row, recipient, contact in sendable:
        thread = threads[blinds[row.id]]
        if PAIR.room(thread.paced_until, at) == 0:
            lifecycle.postpone(row, PAIR.next_at(thread.paced_until, at))
        elif (call := _call(row, recipient, contact)) is not None:
            thread.paced_until, thread.last_message_at = PAIR.after(thread.paced_until, at, 1), at
            thread.customer_id = thread.customer_id or row.customer_id
            row.status, row.attempts, row.leased_until = Message.Status.SENDING, row.attempts + 1, at + LEASE
            row.conversation = thread
            claimed.append(row)
            calls.append(call)
    Message.objects.bulk_update(claimed, ["status", "attempts", "leased_until", "conversation"])
    Conversation.objects.bulk_update(threads.values(), ["paced_until", "last_message_at", "customer"])
    return calls


def _blind(tenant: UUID, row: Message, contact: ContactInfo | None) -> bytes:
    if row.conversation is not None and not row.template:
        return bytes(row.conversation.contact_blind)
    if contact is None:
        return bytes(row.recipient_blind or b"")
    phone = from_wa_id(contact.wa_id) if contact.wa_id else contact.phone_e164
    return contact_blind(tenant, phone=phone, user_id=contact.bsuid)


def _call(row: Message, recipient: Recipient, contact: ContactInfo | None) -> Call | None:
    try:
        return Call(row.id, payload_of(row, recipient), contact)
    except PayloadInvalid as error:
        log.error("message.payload_invalid", message=str(row.id), reason=str(error))
        lifecycle.fail(row, "request_wrong", details=str(error))
        return None


def payload_of(row: Message, recipient: Recipient) -> Payload:
    """What is POSTed for a message, its own id as tracker. Inside a scope. Raises PayloadInvalid."""
    content, tracker = content_of(row), str(row.id)
    if not row.template:
        return text_message(recipient, content.get("text", ""), tracker=tracker, reply_to=row.reply_to or None)
    spec = template_spec(row.template)
    if not content:
        raise PayloadInvalid("the parameters were wiped")
    call = TemplateCall(
        name=spec.key,
        language=row.language,
        body=[Parameter(value) for value in body_values(spec, row.language, content)],
        buttons={index: UrlButton(value) for index, value in button_values(spec, content).items()},
    )
    return template_message(recipient, call, tracker=tracker)


def _send(tenant: UUID, claimed: Slice) -> None:
    """Call Meta for each message and record each answer as it comes."""
    if not claimed.calls:
        return
    refuse_inside_transaction()
    gateway = WhatsAppGateway(claimed.credentials)
    with ThreadPoolExecutor(max_workers=min(CONNECTIONS, len(claimed.calls)), thread_name_prefix="whatsapp") as pool:
        pending = {pool.submit(_attempt, gateway, call): call for call in claimed.calls}
        for done in as_completed(pending):
            call = pending[done]
            try:
                record_outcome(
                    tenant=tenant,
                    channel=claimed.channel,
                    message=call.message,
                    contact=call.contact,
                    outcome=done.result(),
                )
            except Exception:  # its lease runs out and it becomes unknown; the others are recorded all the same
                log.exception("message.not_recorded", message=str(call.message))


def _attempt(gateway: WhatsAppGateway, call: Call) -> Accepted | GatewayError:
    try:
        return gateway.send(call.payload)
    except GatewayError as error:
        return error
    except Exception as error:  # whatever broke, the request may have gone out
        log.exception("message.send_broke", message=str(call.message))
        return OutcomeUnknown(type(error).__name__)
