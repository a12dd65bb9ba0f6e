"""What can be read about channels, templates, messages and threads."""

from messaging.selectors.channels import channels, join_link, last_template_sync, templates
from messaging.selectors.messages import (
    conversations_page,
    get_conversation,
    get_message,
    get_received,
    message_counts,
    messages_page,
)
from messaging.selectors.rules import sending_rules

__all__ = [
    "channels",
    "conversations_page",
    "get_conversation",
    "get_message",
    "get_received",
    "join_link",
    "last_template_sync",
    "message_counts",
    "messages_page",
    "sending_rules",
    "templates",
]
