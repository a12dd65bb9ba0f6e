"""What can be done with channels, templates and messages."""

from messaging.services.channels import connect_channel, subscribe_channel, verify_subscription
from messaging.services.erasure import wipe_customer
from messaging.services.history import settle_past_messages
from messaging.services.queue import queue_message, queue_sign_in_code, queue_text
from messaging.services.reassigning import reassign_messages
from messaging.services.rules import set_sending_rules
from messaging.services.setup import ChannelDraft, check_channel, connect_checked, send_test
from messaging.services.syncs import request_template_sync
from messaging.services.templates import sync_templates
from messaging.services.webhooks import MAX_BODY_BYTES, receive_webhook

__all__ = [
    "MAX_BODY_BYTES",
    "ChannelDraft",
    "check_channel",
    "connect_channel",
    "connect_checked",
    "queue_message",
    "queue_sign_in_code",
    "queue_text",
    "reassign_messages",
    "receive_webhook",
    "request_template_sync",
    "send_test",
    "set_sending_rules",
    "settle_past_messages",
    "subscribe_channel",
    "sync_templates",
    "verify_subscription",
    "wipe_customer",
]
