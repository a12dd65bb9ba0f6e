"""Queueing: a message is a row in the transaction of what caused it, or held with the reason why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from messaging import gate
from messaging.errors import ConversationNotFound, WindowClosed
from messaging.infos import MessageInfo
from messaging.library import (
    SIGN_IN_CODE,
    SIGN_IN_MINUTES,
    Category,
    check_parameters,
    language_for,
    template_spec,
)
from messaging.models import Channel, Conversation, Message
from messaging.rows import message_info, window_end
from messaging.sealed import RECIPIENT, contact_blind, sealed_content
from messaging.whatsapp.payloads import TEXT_LIMIT
from smartbis.customers.selectors import allows, contacts_of, get_customer
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.kernel.phones import normalise_phone
from smartbis.outbox.work import request_work
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.sealing import seal
from smartbis.tenancy.selectors import TenantInfo, get_tenant

# A notice that could not go out within this time is no news any more.
NOTICE_LIFE = timedelta(hours=24)
# An advertisement may wait for the end of quiet hours, a holiday or a day's limit.
MARKETING_LIFE = timedelta(hours=72)
CODE_LIFE = timedelta(minutes=SIGN_IN_MINUTES)
_PRIORITIES = {Category.AUTHENTICATION: 0, Category.UTILITY: 20, Category.MARKETING: 40}
_TEXT_PRIORITY = 10


@dataclass(frozen=True)
class _Verdict:
    channel: Channel | None
    language: str
    category: str
    held_for: str


def queue_message(
    *,
    tenant: UUID,
    customer: UUID,
    template: str,
    parameters: Mapping[str, str],
    cause: str,
    campaign: UUID | None = None,
    actor: Actor | None = None,
) -> MessageInfo:
    """Write a template message to a customer: queued, or held with the reason; once for each cause and template.

    `parameters` are exactly the template's in the library; `cause` names the fact, e.g. `purchase.recorded:<id>`,
    `campaign` what reports count it under.
    A repeat answers the first message. Raises CustomerNotFound, ParametersMismatch.
    """
    spec = template_spec(template)
    check_parameters(spec, parameters)
    with tenant_scope(tenant):
        if (known := _known(cause, template)) is not None:
            return known
        info = get_customer(tenant=tenant, customer=customer)
        brand = get_tenant(tenant=tenant)
        language = language_for(info.locale or brand.locale)
        life = MARKETING_LIFE if spec.category is Category.MARKETING else NOTICE_LIFE
        row = _new_row(tenant, cause=cause, kind="template", life=life, actor=actor or SYSTEM)
        row.customer_id, row.template, row.language, row.campaign_id = customer, template, language, campaign
        row.category, row.priority = spec.category.value, _PRIORITIES[spec.category]
        row.content_sealed = sealed_content(tenant, row.id, parameters)
        return _insert(row, _verdict(brand, row))


def queue_sign_in_code(*, tenant: UUID, phone: str, code: str, challenge: UUID) -> MessageInfo:
    """Write a sign-in code to a number, whether or not it is a customer's; older codes that still wait are dropped.

    The code is wiped once it was sent. Raises InvalidPhone.
    """
    spec = template_spec(SIGN_IN_CODE)
    cause = f"sign_in:{challenge}"
    with tenant_scope(tenant):
        if (known := _known(cause, SIGN_IN_CODE)) is not None:
            return known
        brand = get_tenant(tenant=tenant)
        number = normalise_phone(phone, area_code=brand.default_area_code or None)
        blind = contact_blind(tenant, phone=number, user_id=None)
        _supersede(blind)
        row = _new_row(tenant, cause=cause, kind="template", life=CODE_LIFE, actor=SYSTEM)
        row.template, row.category = SIGN_IN_CODE, spec.category.value
        row.language, row.priority = language_for(brand.locale), _PRIORITIES[spec.category]
        row.recipient_blind = blind
        row.recipient_sealed = seal(tenant=tenant, place=RECIPIENT, row=row.id, text=number)
        row.content_sealed = sealed_content(tenant, row.id, {"code": code})
        return _insert(row, _verdict(brand, row))


def queue_text(*, tenant: UUID, conversation: UUID, body: str, cause: str, actor: Actor) -> MessageInfo:
    """Write a free text into a thread whose 24-hour window is open; once for each cause.

    Raises ConversationNotFound, WindowClosed, InvalidInput.
    """
    if not 0 < len(body.strip()) <= TEXT_LIMIT:
        raise InvalidInput({"body": [f"A text has 1 to {TEXT_LIMIT} characters."]})
    with tenant_scope(tenant):
        if (known := _known(cause, "")) is not None:
            return known
        thread = Conversation.objects.filter(id=conversation).first()
        if thread is None:
            raise ConversationNotFound
        if (until := window_end(thread.last_inbound_at)) is None or until <= now():
            raise WindowClosed
        row = _new_row(tenant, cause=cause, kind="text", life=until - now(), actor=actor)
        row.customer_id, row.conversation_id = thread.customer_id, thread.id
        row.category, row.priority = gate.SERVICE, _TEXT_PRIORITY
        row.content_sealed = sealed_content(tenant, row.id, {"text": body.strip()})
        channel = Channel.objects.get(id=thread.channel_id)
        held_for = gate.NO_CHANNEL if channel.status != Channel.Status.LIVE else ""
        return _insert(row, _Verdict(channel, "", gate.SERVICE, held_for))


def _known(cause: str, template: str) -> MessageInfo | None:
    row = Message.objects.filter(cause=cause, template=template).first()
    return message_info(row) if row else None


def _new_row(tenant: UUID, *, cause: str, kind: str, life: timedelta, actor: Actor) -> Message:
    at: datetime = now()
    return Message(
        id=new_id(),
        tenant_id=tenant,
        direction=Message.Direction.OUT,
        kind=kind,
        cause=cause,
        created_at=at,
        due_at=at,
        expires_at=at + life,
        actor_kind=actor.kind,
        actor_id=actor.id,
    )


def _verdict(brand: TenantInfo, row: Message) -> _Verdict:
    """Whether the message may go, by which channel and in which language."""
    channel = _sending_channel()
    if gate.is_suspended(brand):
        return _Verdict(channel, row.language, row.category, gate.TENANT_SUSPENDED)
    states = gate.template_states(channel.id) if channel else {}
    language = gate.approved_language(states, row.template, row.language)
    row.language = language or row.language
    if (state := states.get((row.template, row.language))) is not None:
        row.version = state.version
    held_for = ""
    category = gate.consent_category(states, row)
    if category and row.customer_id and not allows(tenant=brand.id, customer=row.customer_id, category=category):
        held_for = gate.NO_CONSENT
    elif row.customer_id and not contacts_of(tenant=brand.id, customers=[row.customer_id]):
        held_for = gate.NO_CONTACT
    elif channel is None:
        held_for = gate.NO_CHANNEL
    elif language is None:
        held_for = gate.TEMPLATE_NOT_APPROVED
    return _Verdict(channel, row.language, row.category, held_for)


def _sending_channel() -> Channel | None:
    """The channel that notices go out by: the oldest live one, else the oldest, which may be live again in time."""
    rows = Channel.objects.order_by("connected_at", "id")
    return rows.filter(status=Channel.Status.LIVE).first() or rows.first()


def _insert(row: Message, verdict: _Verdict) -> MessageInfo:
    row.channel = verdict.channel
    row.language = verdict.language
    row.status, row.reason = Message.Status.QUEUED, ""
    if verdict.held_for:
        row.status, row.reason, row.due_at = Message.Status.HELD, verdict.held_for, None
        if row.category == Category.AUTHENTICATION:
            row.content_sealed = row.recipient_sealed = None
    Message.objects.bulk_create([row], ignore_conflicts=True)
    # A rival with the same cause may have been first: the unique constraint is the judge.
    stored = Message.objects.get(cause=row.cause, template=row.template)
    if stored.id == row.id and row.status == Message.Status.QUEUED:
        request_work(queue="send")
    return message_info(stored)


def _supersede(blind: bytes) -> None:
    """The newest code wins: those that have not gone out yet never will."""
    Message.objects.filter(
        recipient_blind=blind, template=SIGN_IN_CODE, status__in=[Message.Status.QUEUED, Message.Status.HELD]
    ).update(
        status=Message.Status.FAILED,
        reason="superseded",
        failed_at=now(),
        due_at=None,
        content_sealed=None,
        recipient_sealed=None,
    )
