"""What was said on WhatsApp, and answers to it."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.schema import call, sent
from api.serializers.base import PageQuery
from api.serializers.messages import (
    ConversationOut,
    ConversationPageOut,
    ConversationQuery,
    MessageIn,
    MessageOut,
    MessagePageOut,
)
from api.views.base import KEY_HEADER, ApiView, rendered
from messaging.selectors import conversations_page, get_conversation, messages_page
from messaging.services import queue_text


class Conversations(ApiView):
    """`/conversations`"""

    scopes = {"GET": "messages:read"}

    @call(
        "listConversations",
        "Messages",
        "List threads",
        query=ConversationQuery,
        answers={200: ConversationPageOut},
        problems=["cursor_invalid"],
    )
    def get(self, request: Request) -> Response:
        """List."""
        customer = self.asked(ConversationQuery).get("customer")
        return self.page(
            lambda cursor, limit: conversations_page(tenant=self.tenant, customer=customer, cursor=cursor, limit=limit),
            ConversationOut,
        )


class ConversationMessages(ApiView):
    """`/conversations/{id}/messages`"""

    scopes = {"GET": "messages:read"}

    @call(
        "listMessages",
        "Messages",
        "Read a thread",
        query=PageQuery,
        answers={200: MessagePageOut},
        problems=["conversation_not_found", "cursor_invalid"],
    )
    def get(self, request: Request, conversation: UUID) -> Response:
        """Read."""
        get_conversation(tenant=self.tenant, conversation=conversation)
        return self.page(
            lambda cursor, limit: messages_page(
                tenant=self.tenant, conversation=conversation, cursor=cursor, limit=limit
            ),
            MessageOut,
        )


class Messages(ApiView):
    """`/messages`"""

    scopes = {"POST": "messages:write"}

    @call(
        "sendMessage",
        "Messages",
        "Answer in a thread",
        description="Free text, within 24 hours of the person's last message. The message is queued; its `status` "
        "follows WhatsApp's receipts.",
        body=MessageIn,
        answers={201: MessageOut},
        replies={201: "Queued."},
        problems=["conversation_not_found", "window_closed"],
        key="required",
        examples=[
            sent(
                "An answer",
                {"conversation": "0199a3f2-ad44-7051-9c23-5e6f70819203", "text": "Olá! Abrimos até as 20h."},
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Send."""
        self.require_key()
        given = self.parsed(MessageIn)
        cause = f"api:{request.headers[KEY_HEADER].strip()}"

        def work() -> tuple[int, Any]:
            message = queue_text(
                tenant=self.tenant,
                conversation=given["conversation"],
                body=given["text"],
                cause=cause,
                actor=self.actor,
            )
            return 201, rendered(MessageOut, message)

        return self.once(work)
