"""Events as an association holds them ("gathering", since an event is the outbox's word), and who comes."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from smartbis.tenancy.models import TenantModel


class Gathering(TenantModel):
    """Something that people come to. Its entries are vouchers of its coupon, whose stock is the capacity."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        OPEN = "open"
        CANCELLED = "cancelled"

    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    image = models.CharField(max_length=500, blank=True)
    place = models.CharField(max_length=200, blank=True)
    store = models.ForeignKey("tenancy.Store", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    registers_from = models.DateTimeField(null=True)
    registers_until = models.DateTimeField(null=True)
    capacity = models.PositiveIntegerField(null=True)
    # Points leave the balance when a place is given; money is paid at the door or by Pix, and the team writes it down.
    price_unit = models.CharField(max_length=12, blank=True)
    price_amount = models.BigIntegerField(null=True)
    pay_words = models.CharField(max_length=300, blank=True)
    plans = ArrayField(models.CharField(max_length=60), default=list)
    tiers = ArrayField(models.CharField(max_length=60), default=list)
    tags = ArrayField(models.CharField(max_length=60), default=list)
    refund_hours = models.PositiveSmallIntegerField(
        null=True, help_text="Points come back until so many hours before the start; null: never."
    )
    coupon = models.ForeignKey("vouchers.Coupon", on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=300, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "coupon"], name="gathering_has_its_own_coupon"),
            models.CheckConstraint(name="gathering_runs_forward", condition=Q(ends_at__gt=models.F("starts_at"))),
            models.CheckConstraint(
                name="gathering_price_is_whole",
                condition=Q(price_unit="", price_amount__isnull=True) | (~Q(price_unit="") & Q(price_amount__gt=0)),
            ),
            models.CheckConstraint(
                name="gathering_cancelled_says_when", condition=~Q(status="cancelled") | Q(cancelled_at__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["tenant", "starts_at", "id"], name="gathering_by_start")]

    def __str__(self) -> str:
        return self.name


class Registration(TenantModel):
    """Somebody's place at a gathering, or in its waiting line, which goes by when they asked."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        REGISTERED = "registered"
        ARRIVED = "arrived"
        LEFT = "left"

    gathering = models.ForeignKey(Gathering, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    status = models.CharField(max_length=10, choices=Status)
    voucher = models.ForeignKey(
        "vouchers.Voucher", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    redemption_id = models.UUIDField(null=True)
    participation = models.ForeignKey(
        "programs.Participation", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    arrivals = models.PositiveSmallIntegerField(default=0, help_text="How often they were checked in.")
    price_unit = models.CharField(max_length=12, blank=True)
    price_amount = models.BigIntegerField(null=True)
    paid_at = models.DateTimeField(null=True)
    paid_to = models.CharField(max_length=80, blank=True)
    channel = models.CharField(max_length=10)
    asked_at = models.DateTimeField()
    registered_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    reminded_of = models.DateTimeField(null=True, help_text="The start that they were reminded of.")
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=300, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "gathering", "customer"],
                condition=~Q(status="left"),
                name="registration_one_a_customer",
            ),
            models.UniqueConstraint(fields=["tenant", "voucher"], name="registration_of_voucher"),
            models.CheckConstraint(
                name="registration_with_a_place_has_an_entry",
                condition=Q(status__in=["waiting", "left"]) | Q(voucher__isnull=False, registered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="registration_arrived_says_how",
                condition=~Q(status="arrived") | Q(redemption_id__isnull=False, arrived_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "gathering", "status", "asked_at", "id"], name="registration_line"),
            models.Index(fields=["tenant", "customer", "-asked_at"], name="registration_of_customer"),
        ]

    def __str__(self) -> str:
        return str(self.id)
