"""Channels, templates, messages, conversations, and the webhooks that move them."""

from messaging.models.channels import Channel, Template
from messaging.models.messages import Conversation, Message
from messaging.models.syncs import TemplateSync
from messaging.models.webhooks import WebhookItem, WebhookPayload

__all__ = ["Channel", "Conversation", "Message", "Template", "TemplateSync", "WebhookItem", "WebhookPayload"]
