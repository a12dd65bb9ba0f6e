"""What can be done with channels, templates and messages."""

from messaging.services.channels import connect_channel, subscribe_channel, verify_subscription
from messaging.services.erasure import wipe_customer
from messaging.services.header_files import keep_header_file
from messaging.services.history import settle_past_messages
from messaging.services.links import tap_link
from messaging.services.own_templates import (
    choose_template,
    discard_template_draft,
    save_template_draft,
    submit_template,
)
from messaging.services.queue import queue_message, queue_sign_in_code, queue_text
from messaging.services.rates import load_rates
from messaging.services.reassigning import reassign_messages
from messaging.services.renewing import renew_older_templates
from messaging.services.rules import set_sending_rules
from messaging.services.setup import ChannelDraft, check_channel, connect_checked, send_test
from messaging.services.syncs import request_template_sync
from messaging.services.templates import sync_templates
from messaging.services.webhooks import MAX_BODY_BYTES, receive_webhook

__all__ = [
    "MAX_BODY_BYTES",
    "ChannelDraft",
    "check_channel",
    "choose_template",
    "connect_channel",
    "connect_checked",
    "discard_template_draft",
    "keep_header_file",
    "load_rates",
    "queue_message",
    "queue_sign_in_code",
    "queue_text",
    "reassign_messages",
    "receive_webhook",
    "renew_older_templates",
    "request_template_sync",
    "save_template_draft",
    "send_test",
    "set_sending_rules",
    "settle_past_messages",
    "submit_template",
    "subscribe_channel",
    "sync_templates",
    "tap_link",
    "verify_subscription",
    "wipe_customer",
]
