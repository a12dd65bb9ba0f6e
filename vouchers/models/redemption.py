"""The uses of vouchers, and what took a use back. Both are only ever added."""

from django.db import models
from django.db.models import Q

from smartbis.tenancy.models import TenantModel
from vouchers.models.coupon import Coupon
from vouchers.models.voucher import Voucher


class Redemption(TenantModel):
    """One validated use of a voucher: where, by whom, for which sale, and what it gave."""

    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="+", db_index=False)
    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(
        "customers.Customer", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # Who was named at the till, which for a bearer's voucher may be nobody or somebody else than its customer.
    named_customer_id = models.UUIDField(null=True)
    store = models.ForeignKey("tenancy.Store", on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    external_id = models.CharField(max_length=120, blank=True)
    amount_minor = models.BigIntegerField(null=True)
    discount_minor = models.BigIntegerField()
    cost_minor = models.BigIntegerField()
    # What the coupon's budget kept for this use; `released_minor` of it was not needed and is free for others.
    unreserved_minor = models.BigIntegerField(default=0)
    released_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    paid_unit = models.CharField(max_length=20, blank=True)
    paid_used = models.BigIntegerField(default=0)
    change_amount = models.BigIntegerField(default=0)
    use_number = models.PositiveSmallIntegerField()
    funded_by = models.CharField(max_length=5)
    redeemed_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=80, blank=True)

    class Meta(TenantModel.Meta):
        db_table_comment = "append-only"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="redemption_key_unique"),
            models.CheckConstraint(
                name="redemption_discount_within_sale",
                condition=Q(discount_minor__gte=0)
                & (Q(amount_minor__isnull=True) | Q(discount_minor__lte=models.F("amount_minor"))),
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "voucher", "-redeemed_at"], name="redemption_by_voucher"),
            models.Index(fields=["tenant", "-redeemed_at", "-id"], name="redemption_by_time"),
            models.Index(fields=["tenant", "customer", "-redeemed_at"], name="redemption_by_customer"),
            models.Index(
                fields=["tenant", "store", "external_id"],
                condition=~Q(external_id=""),
                name="redemption_by_sale",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Reversal(TenantModel):
    """A use was taken back. At most one for each redemption."""

    redemption = models.ForeignKey(Redemption, on_delete=models.PROTECT, related_name="+", db_index=False)
    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    reason = models.CharField(max_length=300)
    refund_id = models.UUIDField(null=True)
    reversed_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=80, blank=True)

    class Meta(TenantModel.Meta):
        db_table_comment = "append-only"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "redemption"], name="reversal_one_a_redemption"),
            models.UniqueConstraint(fields=["tenant", "key"], name="reversal_key_unique"),
        ]
        indexes = [models.Index(fields=["tenant", "reversed_at"], name="reversal_by_time")]

    def __str__(self) -> str:
        return str(self.id)
