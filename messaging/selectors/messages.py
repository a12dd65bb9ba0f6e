"""Messages and threads, as screens see them."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from messaging.errors import ConversationNotFound, MessageNotFound
from messaging.infos import ConversationInfo, MessageInfo, ReceivedMessage
from messaging.models import Conversation, Message
from messaging.rows import conversation_info, message_info, message_infos
from messaging.sealed import contact_of_thread, content_of
from smartbis.kernel.pages import InvalidCursor, Page, decode_cursor, encode_cursor
from smartbis.tenancy.scope import tenant_scope

RowT = TypeVar("RowT", Message, Conversation)


def messages_page(
    *,
    tenant: UUID,
    customer: UUID | None = None,
    conversation: UUID | None = None,
    status: str | None = None,
    direction: str | None = None,
    template: str | None = None,
    campaign: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[MessageInfo]:
    """Messages, the newest first. Raises InvalidCursor."""
    wanted = {
        "customer_id": customer,
        "conversation_id": conversation,
        "status": status,
        "direction": direction,
        "template": template,
        "campaign_id": campaign,
    }
    with tenant_scope(tenant, read_only=True):
        rows = Message.objects.filter(**{name: value for name, value in wanted.items() if value is not None})
        page = _walked(rows, "created_at", cursor, limit)
        items = message_infos(page[:limit])
        return Page(items, _next_cursor(page, limit, "created_at"))


def get_message(*, tenant: UUID, message: UUID) -> MessageInfo:
    """Raises MessageNotFound."""
    with tenant_scope(tenant, read_only=True):
        row = Message.objects.filter(id=message).first()
        if row is None:
            raise MessageNotFound
        return message_info(row)


def get_received(*, tenant: UUID, message: UUID) -> ReceivedMessage:
    """An inbound message with its text and sender. Raises MessageNotFound."""
    with tenant_scope(tenant, read_only=True):
        rows = Message.objects.select_related("conversation")
        row = rows.filter(id=message, direction=Message.Direction.IN).first()
        if row is None:
            raise MessageNotFound
        contact = contact_of_thread(row.conversation) if row.conversation else {}
        return ReceivedMessage(
            id=row.id,
            conversation_id=row.conversation_id,
            customer_id=row.customer_id,
            kind=row.kind,
            text=content_of(row).get("text", ""),
            profile_name=contact.get("name", ""),
            wa_id=contact.get("wa_id", ""),
            user_id=contact.get("user_id", ""),
            received_at=row.sent_at or row.created_at,
        )


def message_counts(
    *, tenant: UUID, since: datetime | None = None, until: datetime | None = None, campaign: UUID | None = None
) -> dict[str, int]:
    """How many outbound messages there are in each status, of those created in a period, of one campaign."""
    with tenant_scope(tenant, read_only=True):
        rows = Message.objects.filter(direction=Message.Direction.OUT)
        if since is not None:
            rows = rows.filter(created_at__gte=since)
        if until is not None:
            rows = rows.filter(created_at__lt=until)
        if campaign is not None:
            rows = rows.filter(campaign_id=campaign)
        counted = rows.values_list("status").annotate(count=Count("id")).order_by("status")
        return dict(counted)


def conversations_page(
    *, tenant: UUID, customer: UUID | None = None, cursor: str | None = None, limit: int = 50
) -> Page[ConversationInfo]:
    """Threads in which the person has written, the newest first. Raises InvalidCursor."""
    with tenant_scope(tenant, read_only=True):
        rows = Conversation.objects.filter(last_inbound_at__isnull=False)
        if customer is not None:
            rows = rows.filter(customer_id=customer)
        page = _walked(rows, "last_message_at", cursor, limit)
        items = tuple(conversation_info(row) for row in page[:limit])
        return Page(items, _next_cursor(page, limit, "last_message_at"))


def get_conversation(*, tenant: UUID, conversation: UUID) -> ConversationInfo:
    """Raises ConversationNotFound."""
    with tenant_scope(tenant, read_only=True):
        row = Conversation.objects.filter(id=conversation).first()
    if row is None:
        raise ConversationNotFound
    return conversation_info(row)


def _walked(rows: QuerySet[RowT], field: str, cursor: str | None, limit: int) -> list[RowT]:
    """One row more than the page, in the order of its cursor."""
    if cursor:
        instant, last = decode_cursor(cursor, 2)
        at = _cursor_instant(instant)
        rows = rows.filter(Q(**{f"{field}__lt": at}) | Q(**{field: at, "id__lt": _cursor_id(last)}))
    return list(rows.order_by(f"-{field}", "-id")[: limit + 1])


def _next_cursor(page: Sequence[Message] | Sequence[Conversation], limit: int, field: str) -> str | None:
    if len(page) <= limit:
        return None
    last = page[limit - 1]
    return encode_cursor(getattr(last, field).isoformat(), last.id)


def _cursor_instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidCursor({"cursor": [InvalidCursor.sentence]}) from error
    if instant.tzinfo is None:
        raise InvalidCursor({"cursor": [InvalidCursor.sentence]})
    return instant


def _cursor_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidCursor({"cursor": [InvalidCursor.sentence]}) from error
