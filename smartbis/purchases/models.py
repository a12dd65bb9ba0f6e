"""Sales and refunds as facts, from any channel."""

from django.db import models
from django.db.models import F, Q

from smartbis.purchases.infos import MAX_AMOUNT_MINOR
from smartbis.tenancy.models import TenantModel


class Purchase(TenantModel):
    """A sale. Amounts are whole minor units; `amount_minor` is gross, after the shop's discounts and before ours."""

    class Status(models.TextChoices):
        PENDING = "pending"
        CONFIRMED = "confirmed"
        CANCELLED = "cancelled"

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    store = models.ForeignKey("tenancy.Store", on_delete=models.PROTECT, related_name="+", db_index=False)
    external_id = models.CharField(max_length=100)
    channel = models.CharField(max_length=20)
    payment_method = models.CharField(max_length=20, blank=True, default="", db_default="")
    status = models.CharField(max_length=10, choices=Status)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    voucher_discount_minor = models.BigIntegerField(default=0)
    balance_used_minor = models.BigIntegerField(default=0)
    paid_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField(default=0)
    content_hash = models.BinaryField()
    operator_kind = models.CharField(max_length=10, blank=True)
    operator_id = models.UUIDField(null=True)
    import_batch = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "store", "external_id"],
                condition=Q(undone_at__isnull=True),
                name="purchases_number_once",
            ),
            models.CheckConstraint(
                name="purchases_amount_bounds",
                condition=Q(amount_minor__gte=1, amount_minor__lte=MAX_AMOUNT_MINOR),
            ),
            models.CheckConstraint(
                name="purchases_paid_is_rest",
                condition=Q(
                    voucher_discount_minor__gte=0,
                    balance_used_minor__gte=0,
                    paid_minor__gte=0,
                    paid_minor=F("amount_minor") - F("voucher_discount_minor") - F("balance_used_minor"),
                ),
            ),
            models.CheckConstraint(
                name="purchases_refunded_within",
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("amount_minor")),
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "customer", "-occurred_at", "-id"], name="purchases_by_customer"),
            models.Index(fields=["tenant", "-occurred_at", "-id"], name="purchases_newest"),
            models.Index(
                fields=["tenant", "import_batch", "id"],
                condition=Q(import_batch__isnull=False, undone_at__isnull=True),
                name="purchases_by_import",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.external_id} {self.amount_minor} {self.currency}"


class PurchaseItem(TenantModel):
    """A line of a sale."""

    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, related_name="items", db_index=False)
    position = models.PositiveIntegerField()
    sku = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=200, blank=True)
    category = models.CharField(max_length=100, blank=True)
    quantity = models.BigIntegerField()
    unit_minor = models.BigIntegerField()
    refunded_quantity = models.BigIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "purchase", "position"], name="purchases_item_position"),
            models.CheckConstraint(name="purchases_item_amounts", condition=Q(quantity__gte=1, unit_minor__gte=0)),
            models.CheckConstraint(
                name="purchases_item_refunded_within",
                condition=Q(refunded_quantity__gte=0, refunded_quantity__lte=F("quantity")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"


class Refund(TenantModel):
    """A part of a sale given back. `refunded_after_minor` is the sale's refunded total with this one in it."""

    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, related_name="+", db_index=False)
    external_id = models.CharField(max_length=100)
    amount_minor = models.BigIntegerField()
    refunded_after_minor = models.BigIntegerField()
    content_hash = models.BinaryField()
    actor_kind = models.CharField(max_length=10, blank=True)
    actor_id = models.UUIDField(null=True)
    import_batch = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "purchase", "external_id"],
                condition=Q(undone_at__isnull=True),
                name="purchases_refund_once",
            ),
            models.CheckConstraint(
                name="purchases_refund_amounts",
                condition=Q(amount_minor__gte=1, refunded_after_minor__gte=F("amount_minor")),
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-occurred_at", "-id"], name="purchases_refunds_newest"),
            models.Index(
                fields=["tenant", "import_batch"],
                condition=Q(import_batch__isnull=False),
                name="purchases_refunds_by_import",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.external_id} {self.amount_minor}"


class RefundItem(TenantModel):
    """How much of a line a refund gave back."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey(PurchaseItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    quantity = models.BigIntegerField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "refund", "item"], name="purchases_refund_item_once"),
            models.CheckConstraint(name="purchases_refund_item_quantity", condition=Q(quantity__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.quantity}"
