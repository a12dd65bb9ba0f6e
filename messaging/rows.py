"""From this room's rows to the facts it hands out. Words are sealed: call these inside the tenant's scope."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from messaging import breakers
from messaging.breakers import Resting
from messaging.infos import ChannelInfo, ConversationInfo, MessageInfo, TemplateInfo
from messaging.library import LIBRARY, Category, TemplateSpec, rendered
from messaging.models import Channel, Conversation, Message, Template
from messaging.own_templates import filled
from messaging.sealed import content_of
from messaging.versions import Wordings, wordings_of
from smartbis.kernel.clock import now

WINDOW = timedelta(hours=24)


def channel_info(row: Channel, rests: Mapping[str, Resting] | None = None) -> ChannelInfo:
    """A channel without its secrets. `rests` is what of it is left alone for now, by template or part."""
    resting, paid, offers = ((rests or {}).get(part) for part in (breakers.NUMBER, breakers.PAID, breakers.OFFERS))
    is_unpaid = paid is not None and paid.code == breakers.BILLING_CODE
    restricted = [row.restricted_until, None if paid is None or is_unpaid else paid.until]
    return ChannelInfo(
        id=row.id,
        public_id=row.public_id,
        phone_number_id=row.phone_number_id,
        waba_id=row.waba_id,
        display_name=row.display_name,
        display_phone_number=row.display_phone_number,
        status=row.status,
        stop_reason=row.stop_reason,
        webhook_url=f"{settings.BASE_URL}/webhooks/whatsapp/{row.public_id}/",
        connected_at=row.connected_at,
        verified_name=row.verified_name,
        quality=row.quality,
        notice=row.notice,
        daily_limit=row.daily_limit,
        per_second=row.per_second,
        restricted_until=max((each for each in restricted if each and each > now()), default=None),
        is_subscribed=row.is_subscribed,
        checked_at=row.checked_at,
        resting_until=resting.until if resting else None,
        unpaid_until=paid.until if paid and is_unpaid else None,
        offers_until=offers.until if offers else None,
    )


def template_infos(found: QuerySet[Template]) -> list[TemplateInfo]:
    """Templates' states with a preview of their words, by template, language and version."""
    rows = list(found.order_by("key", "language", "version", "id"))
    own = wordings_of((row.key, row.language, row.version) for row in rows)
    return [_template_info(row, own) for row in rows]


def _template_info(row: Template, own: Wordings) -> TemplateInfo:
    spec = LIBRARY.get(row.key)
    examples: Mapping[str, str] = spec.samples(row.language) if spec else {}
    return TemplateInfo(
        id=row.id,
        channel_id=row.channel_id,
        key=row.key,
        language=row.language,
        version=row.version,
        category=row.category,
        status=row.status,
        quality=row.quality,
        reason=row.reason,
        preview=_said(spec, row.key, row.language, row.version, own, examples),
        synced_at=row.synced_at,
    )


def _said(
    spec: TemplateSpec | None, key: str, language: str, version: int, own: Wordings, values: Mapping[str, str]
) -> str:
    """A wording with values; empty for one that is not known any more."""
    if version:
        draft = own.get((key, language, version))
        return filled(draft.body, values) if draft else ""
    return rendered(spec, language, values) if spec and language in spec.wordings else ""


def window_end(last_inbound_at: datetime | None) -> datetime | None:
    """Until when free text may be sent, counted from WhatsApp's own instant of the person's last message."""
    return last_inbound_at + WINDOW if last_inbound_at else None


def message_info(row: Message) -> MessageInfo:
    """A message with its words. Inside a scope, since the words are sealed."""
    return message_infos([row])[0]


def message_infos(rows: Sequence[Message]) -> tuple[MessageInfo, ...]:
    """Messages with their words, in their order; at most one query, for the brand's own wordings."""
    own = wordings_of((row.template, row.language, row.version) for row in rows)
    return tuple(_message_info(row, own) for row in rows)


def _message_info(row: Message, own: Wordings) -> MessageInfo:
    return MessageInfo(
        id=row.id,
        direction=row.direction,
        kind=row.kind,
        customer_id=row.customer_id,
        conversation_id=row.conversation_id,
        template=row.template,
        language=row.language,
        version=row.version,
        category=row.category,
        status=row.status,
        reason=row.reason,
        error_code=row.error_code,
        error_details=row.error_details,
        cause=row.cause,
        campaign_id=row.campaign_id,
        text=_words(row, own),
        is_possible_duplicate=row.is_possible_duplicate,
        pricing=row.pricing,
        country=row.country,
        due_at=row.due_at if row.status == Message.Status.QUEUED else None,
        created_at=row.created_at,
        accepted_at=row.accepted_at,
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
        read_at=row.read_at,
        failed_at=row.failed_at,
        tapped_at=row.tapped_at,
    )


def conversation_info(row: Conversation) -> ConversationInfo:
    """A thread, with its window if that is open."""
    until = window_end(row.last_inbound_at)
    return ConversationInfo(
        id=row.id,
        channel_id=row.channel_id,
        customer_id=row.customer_id,
        contact_masked=row.contact_masked,
        last_inbound_at=row.last_inbound_at,
        last_message_at=row.last_message_at,
        window_until=until if until and until > now() else None,
    )


def _words(row: Message, own: Wordings) -> str:
    content = content_of(row)
    spec = LIBRARY.get(row.template)
    if spec is None:
        return content.get("text", "")
    if spec.category is Category.AUTHENTICATION:
        content = {}  # nobody but the person reads a sign-in code
    return _said(spec, row.template, row.language, row.version, own, content)
