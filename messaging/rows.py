"""From this room's rows to the facts it hands out. Words are sealed: call these inside the tenant's scope."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings

from messaging.infos import ChannelInfo, ConversationInfo, MessageInfo, TemplateInfo
from messaging.library import LIBRARY, Category, rendered
from messaging.models import Channel, Conversation, Message, Template
from messaging.sealed import content_of
from smartbis.kernel.clock import now

WINDOW = timedelta(hours=24)


def channel_info(row: Channel, resting_until: datetime | None = None) -> ChannelInfo:
    """A channel without its secrets."""
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
        restricted_until=row.restricted_until if row.restricted_until and row.restricted_until > now() else None,
        is_subscribed=row.is_subscribed,
        checked_at=row.checked_at,
        resting_until=resting_until,
    )


def template_info(row: Template) -> TemplateInfo:
    """A template's state with a preview of its words."""
    spec = LIBRARY.get(row.key)
    examples: Mapping[str, str] = spec.samples(row.language) if spec else {}
    preview = rendered(spec, row.language, examples) if spec and row.language in spec.wordings else ""
    return TemplateInfo(
        id=row.id,
        channel_id=row.channel_id,
        key=row.key,
        language=row.language,
        category=row.category,
        status=row.status,
        quality=row.quality,
        reason=row.reason,
        preview=preview,
        synced_at=row.synced_at,
    )


def window_end(last_inbound_at: datetime | None) -> datetime | None:
    """Until when free text may be sent, counted from WhatsApp's own instant of the person's last message."""
    return last_inbound_at + WINDOW if last_inbound_at else None


def message_info(row: Message) -> MessageInfo:
    """A message with its words. Inside a scope, since the words are sealed."""
    return MessageInfo(
        id=row.id,
        direction=row.direction,
        kind=row.kind,
        customer_id=row.customer_id,
        conversation_id=row.conversation_id,
        template=row.template,
        language=row.language,
        category=row.category,
        status=row.status,
        reason=row.reason,
        error_code=row.error_code,
        error_details=row.error_details,
        cause=row.cause,
        campaign_id=row.campaign_id,
        text=_words(row),
        is_possible_duplicate=row.is_possible_duplicate,
        pricing=row.pricing,
        due_at=row.due_at if row.status == Message.Status.QUEUED else None,
        created_at=row.created_at,
        accepted_at=row.accepted_at,
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
        read_at=row.read_at,
        failed_at=row.failed_at,
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


def _words(row: Message) -> str:
    content = content_of(row)
    spec = LIBRARY.get(row.template)
    if spec is None:
        return content.get("text", "")
    if "code" in spec.parameters and spec.category is Category.AUTHENTICATION:
        content = {}  # nobody but the person reads a sign-in code
    return rendered(spec, row.language, content)
