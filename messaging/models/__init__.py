"""Channels, templates, messages, conversations, and the webhooks that move them."""

from messaging.models.channels import Breaker, Channel, SendingRules, Template
from messaging.models.messages import Conversation, Message
from messaging.models.syncs import TemplateSync
from messaging.models.webhooks import WebhookItem, WebhookPayload

__all__ = [
    "Breaker",
    "Channel",
    "Conversation",
    "Message",
    "SendingRules",
    "Template",
    "TemplateSync",
    "WebhookItem",
    "WebhookPayload",
]
