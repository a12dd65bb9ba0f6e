"""What can be read about channels, templates, messages and threads."""

from messaging.selectors.channels import channels, join_link, last_template_sync, templates
from messaging.selectors.costs import cost_of, estimate_cost, month_costs, own_rates_since, rate_card
from messaging.selectors.header_files import thumbnails
from messaging.selectors.links import find_link
from messaging.selectors.messages import (
    conversations_page,
    get_conversation,
    get_message,
    get_received,
    message_counts,
    messages_page,
)
from messaging.selectors.rules import sending_rules
from messaging.selectors.wordings import count_older_wordings, data_of, get_trigger, get_wording, triggers

__all__ = [
    "channels",
    "conversations_page",
    "cost_of",
    "count_older_wordings",
    "data_of",
    "estimate_cost",
    "find_link",
    "get_conversation",
    "get_message",
    "get_received",
    "get_trigger",
    "get_wording",
    "join_link",
    "last_template_sync",
    "message_counts",
    "messages_page",
    "month_costs",
    "own_rates_since",
    "rate_card",
    "sending_rules",
    "templates",
    "thumbnails",
    "triggers",
]
