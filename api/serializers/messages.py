"""Messages and threads as integrators see them."""

from typing import Any

from rest_framework import serializers

from api.serializers.base import InstantField


class ConversationOut(serializers.Serializer[Any]):
    """A thread with one person."""

    id = serializers.UUIDField()
    customer_id = serializers.UUIDField(allow_null=True)
    contact_masked = serializers.CharField()
    last_inbound_at = InstantField(allow_null=True)
    last_message_at = InstantField()
    window_until = InstantField(allow_null=True, help_text="Until when free text may be sent; null when it is closed.")


class ConversationPageOut(serializers.Serializer[Any]):
    """A page of threads, the latest first."""

    results = ConversationOut(many=True)
    next = serializers.URLField(allow_null=True)


class ConversationQuery(serializers.Serializer[Any]):
    """Which threads."""

    customer = serializers.UUIDField(required=False, help_text="The customer's id.")
    cursor = serializers.CharField(required=False, max_length=500, help_text="From the `next` address.")
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=200)


class MessageOut(serializers.Serializer[Any]):
    """A message, in or out."""

    id = serializers.UUIDField()
    direction = serializers.CharField(help_text="`in` or `out`.")
    kind = serializers.CharField()
    customer_id = serializers.UUIDField(allow_null=True)
    conversation_id = serializers.UUIDField(allow_null=True)
    template = serializers.CharField()
    campaign_id = serializers.UUIDField(allow_null=True, help_text="The campaign whose coupon it is about.")
    category = serializers.CharField()
    status = serializers.CharField(help_text="`queued`, `held`, `sending`, `sent`, `delivered`, `read`, `failed`…")
    reason = serializers.CharField(help_text="Why it is held, failed, or still waits: the rule that kept it back.")
    due_at = InstantField(allow_null=True, help_text="When one that waits is tried next.")
    text = serializers.CharField()
    created_at = InstantField()
    sent_at = InstantField(allow_null=True)
    delivered_at = InstantField(allow_null=True)
    read_at = InstantField(allow_null=True)
    failed_at = InstantField(allow_null=True)
    tapped_at = InstantField(allow_null=True, help_text="When the person first opened a link of it.")


class MessagePageOut(serializers.Serializer[Any]):
    """A page of messages, the newest first."""

    results = MessageOut(many=True)
    next = serializers.URLField(allow_null=True)


class MessageIn(serializers.Serializer[Any]):
    """A free text into a thread whose window is open."""

    conversation = serializers.UUIDField(help_text="The thread's id.")
    text = serializers.CharField(max_length=4096)
