"""Vouchers for many at once, and codes of somebody else's that wait to be handed out."""

from django.db import models
from django.db.models import Q

from smartbis.tenancy.models import TenantModel
from vouchers.models.coupon import Coupon


class Issuance(TenantModel):
    """An order to issue one voucher of a coupon to each of many customers, or to print so many for whoever comes.

    It is worked off in parts; each part commits its vouchers together with who they went to.
    """

    class Audience(models.TextChoices):
        SEGMENT = "segment"
        LIST = "list"
        EVERYBODY = "everybody"
        CODES = "codes"

    class Status(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        DONE = "done"
        STOPPED = "stopped"

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="+", db_index=False)
    audience = models.CharField(max_length=9, choices=Audience)
    # The segment's key as it was asked for; who was in it then is in the targets.
    segment = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=300)
    status = models.CharField(max_length=8, choices=Status, default=Status.RUNNING)
    # Why it stopped by itself: the code of the refusal that every further voucher would have met.
    stopped_by = models.CharField(max_length=40, blank=True)
    total = models.PositiveIntegerField()
    issued = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    # The last customer, in the order of their ids, who was served or refused; whoever stands behind still waits.
    position = models.UUIDField(null=True)
    key = models.CharField(max_length=255)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="issuance_key_unique"),
            models.CheckConstraint(
                name="issuance_within_total", condition=Q(total__gte=models.F("issued") + models.F("refused"))
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-created_at"], name="issuance_by_time"),
            models.Index(fields=["tenant"], condition=Q(status="running"), name="issuance_running"),
        ]

    def __str__(self) -> str:
        return f"{self.audience} {self.total}"


class IssuanceTarget(TenantModel):
    """One customer of an issuance; with a refusal, the code of why they may not have one."""

    issuance = models.ForeignKey(Issuance, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    refusal = models.CharField(max_length=40, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "issuance", "customer"], name="issuance_target_once"),
        ]

    def __str__(self) -> str:
        return f"{self.issuance_id} {self.customer_id}"


class PoolCode(TenantModel):
    """A code that another company gave the brand, handed out with one voucher and never again."""

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=60)
    is_taken = models.BooleanField(default=False)
    added_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "code"], name="pool_code_once")]
        indexes = [
            models.Index(fields=["tenant", "coupon", "id"], condition=Q(is_taken=False), name="pool_code_free"),
        ]

    def __str__(self) -> str:
        return str(self.id)
