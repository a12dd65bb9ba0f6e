"""How a brand speaks on WhatsApp: its number, and the templates approved for it."""

from django.db import models

from smartbis.tenancy.models import TenantModel


class Channel(TenantModel):
    """A WhatsApp number of the brand. Secrets are sealed; `public_id` is in the webhook's address."""

    class Status(models.TextChoices):
        LIVE = "live"
        STOPPED = "stopped"

    public_id = models.CharField(max_length=32)
    phone_number_id = models.CharField(max_length=40)
    waba_id = models.CharField(max_length=40)
    display_name = models.CharField(max_length=80)
    display_phone_number = models.CharField(max_length=24, blank=True)
    token_sealed = models.BinaryField()
    app_secret_sealed = models.BinaryField()
    # The secret before the last rotation still signs webhooks that are under way.
    previous_app_secret_sealed = models.BinaryField(null=True)
    verify_token_sealed = models.BinaryField()
    status = models.CharField(max_length=8, choices=Status, default=Status.LIVE)
    stop_reason = models.CharField(max_length=60, blank=True)
    # Theoretical arrival time of the number's rate limit (generic cell rate algorithm).
    paced_until = models.DateTimeField(null=True)
    connected_at = models.DateTimeField()
    # What Meta says of the number, by webhook and when it was last asked.
    verified_name = models.CharField(max_length=120, blank=True)
    quality = models.CharField(max_length=10, blank=True)
    notice = models.CharField(max_length=60, blank=True)
    # People a day outside of windows, shared by the account's numbers: 0 for no limit, null where it is not known.
    daily_limit = models.PositiveIntegerField(null=True)
    per_second = models.PositiveSmallIntegerField(default=80)
    # Until then only answers may be sent.
    restricted_until = models.DateTimeField(null=True)
    is_subscribed = models.BooleanField(null=True)
    checked_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="messaging_channel_public_id"),
            models.UniqueConstraint(fields=["tenant", "phone_number_id"], name="messaging_channel_number"),
        ]

    def __str__(self) -> str:
        return self.display_name


class Breaker(TenantModel):
    """What keeps failing is left alone for a while: a number (`template` is empty), a part of it, or one template."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+", db_index=False)
    template = models.CharField(max_length=60, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)  # one after another
    trips = models.PositiveSmallIntegerField(default=0)  # one after another
    open_until = models.DateTimeField(null=True)
    is_on_trial = models.BooleanField(default=False)  # one message is on its way to find out
    code = models.IntegerField(null=True)  # Meta's, of the last failure
    changed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "channel", "template"], name="messaging_breaker_once"),
        ]

    def __str__(self) -> str:
        return f"{self.template or 'number'} {self.failures}"


class SendingRules(TenantModel):
    """When and how often the brand writes to a person. One row for each brand that decided; see `sending_rules`."""

    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    is_quiet_for_notices = models.BooleanField(default=False)
    rests_on_holidays = models.BooleanField(default=True)
    own_holidays = models.JSONField(default=list)  # days as YYYY-MM-DD
    marketing_cap = models.PositiveSmallIntegerField(null=True)
    marketing_days = models.PositiveSmallIntegerField(default=7)
    notice_cap = models.PositiveSmallIntegerField(null=True)  # a day
    changed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant"], name="messaging_sending_rules_once")]

    def __str__(self) -> str:
        return f"rules of {self.tenant_id}"


class Template(TenantModel):
    """One wording of a template in one language at Meta, and what Meta says of it. Version 0 is the library's."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    version = models.PositiveSmallIntegerField(default=0)
    category = models.CharField(max_length=16)
    status = models.CharField(max_length=20)
    status_at = models.DateTimeField(null=True)  # as of when; what Meta told before comes too late
    quality = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    remote_id = models.CharField(max_length=40, blank=True)
    submitted_fingerprint = models.CharField(max_length=64, blank=True)
    # Which buttons the library's wording has there; see `older_buttons`. Empty where Meta was not asked since.
    form = models.CharField(max_length=8, blank=True, default="")
    synced_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "channel", "key", "language", "version"], name="messaging_template_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.language})"
