"""Balances corrected by hand: what was asked for, by whom, and who decided."""

from django.db import models

from smartbis.tenancy.models import TenantModel


class Adjustment(TenantModel):
    """An amount that somebody gives to a customer's balance or takes from it.

    Within the person's limit it is posted at once; above it, it waits for a second person. `amount` is signed, in minor
    units or points.
    """

    class State(models.TextChoices):
        REQUESTED = "requested"
        POSTED = "posted"
        REFUSED = "refused"

    class Reason(models.TextChoices):
        GOODWILL = "goodwill"
        MISSING_SALE = "missing_sale"
        CORRECTION = "correction"
        SERVICE_FAILURE = "service_failure"
        MISUSE = "misuse"
        OTHER = "other"

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.CharField(max_length=12)
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=16, choices=Reason)
    note = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=9, choices=State)
    key = models.CharField(max_length=255)
    requested_kind = models.CharField(max_length=10)
    requested_by = models.UUIDField(null=True)
    requested_label = models.CharField(max_length=80, blank=True)
    requested_at = models.DateTimeField()
    decided_kind = models.CharField(max_length=10, blank=True)
    decided_by = models.UUIDField(null=True)
    decided_label = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=300, blank=True)
    transfer_id = models.UUIDField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="adjustment_key_unique"),
            models.CheckConstraint(name="adjustment_moves_something", condition=~models.Q(amount=0)),
            models.CheckConstraint(
                name="adjustment_posted_has_transfer",
                condition=models.Q(state="posted", transfer_id__isnull=False)
                | (~models.Q(state="posted") & models.Q(transfer_id__isnull=True)),
            ),
            models.CheckConstraint(
                name="adjustment_decided_by_another",
                condition=models.Q(decided_by__isnull=True)
                | models.Q(requested_by__isnull=True)
                | ~models.Q(decided_by=models.F("requested_by")),
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-requested_at", "-id"], name="adjustment_newest"),
            models.Index(fields=["tenant", "customer", "-requested_at"], name="adjustment_of_customer"),
            models.Index(
                fields=["tenant", "-requested_at"],
                name="adjustment_waiting",
                condition=models.Q(state="requested"),
            ),
        ]


class AdjustmentLimit(TenantModel):
    """How much people of a role may give or take by themselves; null is no limit, zero always asks."""

    role = models.CharField(max_length=10)
    money_minor = models.BigIntegerField(null=True)
    points = models.BigIntegerField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "role"], name="adjustment_limit_unique"),
            models.CheckConstraint(
                name="adjustment_limit_not_negative",
                condition=(models.Q(money_minor__isnull=True) | models.Q(money_minor__gte=0))
                & (models.Q(points__isnull=True) | models.Q(points__gte=0)),
            ),
        ]
