"""Messages out and in, and the threads they make."""

from django.db import models

from messaging.models.channels import Channel
from smartbis.tenancy.models import TenantModel


class Conversation(TenantModel):
    """The thread between one number of the brand and one person.

    `contact_blind` is the keyed hash of the person's canonical number (or of Meta's user id), so that a Brazilian
    number with and without its ninth digit is one thread.
    """

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    contact_blind = models.BinaryField()
    contact_sealed = models.BinaryField(null=True)
    contact_masked = models.CharField(max_length=40, blank=True)
    # WhatsApp's own instant of the newest inbound message: it opens the 24-hour window.
    last_inbound_at = models.DateTimeField(null=True)
    last_message_at = models.DateTimeField()
    # Theoretical arrival time of Meta's limit for one pair of number and person.
    paced_until = models.DateTimeField(null=True)
    # When the brand last wrote first, outside of a window: for 24 hours the person counts towards the daily limit.
    initiated_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "channel", "contact_blind"], name="messaging_thread_once"),
        ]
        indexes = [
            models.Index(fields=["tenant", "-last_message_at", "-id"], name="messaging_thread_newest"),
            models.Index(fields=["tenant", "customer"], name="messaging_thread_customer"),
            models.Index(
                fields=["tenant", "channel", "initiated_at"],
                name="messaging_thread_initiated",
                condition=models.Q(initiated_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Message(TenantModel):
    """One message. Outbound ones only move forward: queued, sending, accepted, sent, delivered, read.

    `failed` and `held` are final but for what a person or an approval releases; `unknown` means that only a status
    webhook can tell whether it went out.
    """

    class Direction(models.TextChoices):
        OUT = "out"
        IN = "in"

    class Status(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        ACCEPTED = "accepted"
        SENT = "sent"
        DELIVERED = "delivered"
        READ = "read"
        FAILED = "failed"
        UNKNOWN = "unknown"
        HELD = "held"
        RECEIVED = "received"

    direction = models.CharField(max_length=3, choices=Direction)
    kind = models.CharField(max_length=40)  # template or text when outbound, WhatsApp's type when inbound
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    cause = models.CharField(max_length=120)
    # The campaign it belongs to, for reports; campaigns are kept in a room beside this one, and are never deleted.
    campaign_id = models.UUIDField(null=True)
    template = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=10, blank=True)
    # Which wording of the template: the library's (0) or the brand's own.
    version = models.PositiveSmallIntegerField(default=0)
    category = models.CharField(max_length=16, blank=True)
    # Personal data as one sealed JSON object: template parameters, or the text; null once wiped.
    content_sealed = models.BinaryField(null=True)
    # Only where there is no customer to ask: the number a sign-in code goes to.
    recipient_sealed = models.BinaryField(null=True)
    recipient_blind = models.BinaryField(null=True)
    priority = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=10, choices=Status)
    reason = models.CharField(max_length=60, blank=True)
    error_code = models.IntegerField(null=True)
    error_details = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    remote_id = models.CharField(max_length=200, blank=True)  # Meta's `wamid`
    # Where Meta counts the person's number to belong (ISO 3166, two letters): prices go by it.
    country = models.CharField(max_length=2, blank=True, default="")
    reply_to = models.CharField(max_length=200, blank=True)
    is_possible_duplicate = models.BooleanField(default=False)
    pricing = models.JSONField(null=True)
    actor_kind = models.CharField(max_length=12, blank=True)
    actor_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    unknown_at = models.DateTimeField(null=True)
    tapped_at = models.DateTimeField(null=True)  # when a link of it was first opened

    # In memory alone, told by the claim: its template was approved with older buttons.
    has_page_buttons = False

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "cause", "template"], name="messaging_message_once"),
            models.UniqueConstraint(
                fields=["tenant", "channel", "remote_id"],
                name="messaging_message_remote_once",
                condition=~models.Q(remote_id=""),
            ),
            models.CheckConstraint(
                name="messaging_message_direction_status",
                condition=models.Q(direction="in", status="received")
                | (models.Q(direction="out") & ~models.Q(status="received")),
            ),
            models.CheckConstraint(
                name="messaging_message_queued_is_due",
                condition=~models.Q(status="queued") | models.Q(due_at__isnull=False),
            ),
            models.CheckConstraint(
                name="messaging_message_sending_is_leased",
                condition=~models.Q(status="sending") | models.Q(leased_until__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "priority", "due_at", "id"],
                name="messaging_message_due",
                condition=models.Q(status="queued"),
            ),
            models.Index(
                fields=["tenant", "status", "leased_until"],
                name="messaging_message_open",
                condition=models.Q(status__in=["sending", "unknown", "held"]),
            ),
            models.Index(fields=["tenant", "-created_at", "-id"], name="messaging_message_newest"),
            models.Index(fields=["tenant", "customer", "-created_at", "-id"], name="messaging_message_customer"),
            models.Index(fields=["tenant", "conversation", "-created_at"], name="messaging_message_thread"),
            models.Index(
                fields=["tenant", "campaign_id", "-created_at", "-id"],
                name="messaging_message_campaign",
                condition=models.Q(campaign_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template or self.kind} {self.status}"
