"""Channels, templates, messages, conversations, and the webhooks that move them."""

from messaging.models.channels import Breaker, Channel, SendingRules, Template
from messaging.models.header_files import HeaderFile, HeaderUpload
from messaging.models.links import Link
from messaging.models.messages import Conversation, Message
from messaging.models.rates import Rate
from messaging.models.syncs import TemplateSync
from messaging.models.templates import TemplateVersion
from messaging.models.webhooks import WebhookItem, WebhookPayload

__all__ = [
    "Breaker",
    "Channel",
    "Conversation",
    "HeaderFile",
    "HeaderUpload",
    "Link",
    "Message",
    "Rate",
    "SendingRules",
    "Template",
    "TemplateSync",
    "TemplateVersion",
    "WebhookItem",
    "WebhookPayload",
]
