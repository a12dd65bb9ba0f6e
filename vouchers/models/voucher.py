"""The ticket with a code."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from smartbis.tenancy.models import TenantModel
from vouchers.models.coupon import Coupon, Kind, OnLapse

WHOLE_BP = 10_000


class Voucher(TenantModel):
    """A ticket issued from a coupon to one customer, with what it gives frozen at issue.

    `paid_left` is what of the price still rests in the ledger's `voucher_outstanding`; `reserved_minor` what of the
    coupon's budget is kept for the uses that are left.
    """

    class Status(models.TextChoices):
        ISSUED = "issued"
        REDEEMED = "redeemed"
        CANCELLED = "cancelled"
        LAPSED = "lapsed"

    class Origin(models.TextChoices):
        BALANCE = "balance"
        MANUAL = "manual"
        RULE = "rule"
        CAMPAIGN = "campaign"
        PLAN = "plan"
        IMPORT = "import"

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(
        "customers.Customer", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    code = models.CharField(max_length=12)
    # The code printed on a ticket of the system the brand came from, as imported.
    legacy_code = models.CharField(max_length=60, null=True)
    qr_token = models.CharField(max_length=26)
    status = models.CharField(max_length=9, choices=Status, default=Status.ISSUED)
    origin = models.CharField(max_length=8, choices=Origin)
    key = models.CharField(max_length=255)
    batch_id = models.UUIDField(null=True)
    is_personal = models.BooleanField()
    kind = models.CharField(max_length=10, choices=Kind)
    currency = models.CharField(max_length=3)
    value_minor = models.BigIntegerField(null=True)
    # What is left of a voucher that is used in parts; null for one that is used whole.
    value_left_minor = models.BigIntegerField(null=True)
    value_bp = models.PositiveIntegerField(null=True)
    value_sku = models.CharField(max_length=80, blank=True)
    value_key = models.CharField(max_length=80, blank=True)
    max_discount_minor = models.BigIntegerField(null=True)
    min_purchase_minor = models.BigIntegerField(null=True)
    on_lapse = models.CharField(max_length=7, choices=OnLapse)
    # A voucher made of a balance: what a smaller sale leaves of it goes back to the balance.
    gives_change = models.BooleanField(default=False)
    # Where the brand's rules of using balance keep it from being used, as they were when it was issued.
    excluded_stores = ArrayField(models.UUIDField(), default=list)
    # The largest share of a sale that balance may pay, vouchers made of it included, as it was when it was issued.
    balance_share_bp = models.PositiveSmallIntegerField(default=WHOLE_BP, db_default=WHOLE_BP)
    paid_unit = models.CharField(max_length=20, blank=True)
    paid_amount = models.BigIntegerField(default=0)
    paid_left = models.BigIntegerField(default=0)
    reserved_minor = models.BigIntegerField(default=0)
    uses_total = models.PositiveSmallIntegerField(default=1)
    uses_left = models.PositiveSmallIntegerField(default=1)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    store = models.ForeignKey("tenancy.Store", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    # The sale that gave it, for a voucher that is good from the next sale on.
    is_next_sale_only = models.BooleanField(default=False)
    given_by_external_id = models.CharField(max_length=120, blank=True)
    # The last notice of its end that was given: so many days before.
    noticed_days = models.PositiveSmallIntegerField(null=True)
    hold_id = models.UUIDField(null=True)
    held_until = models.DateTimeField(null=True)
    issued_at = models.DateTimeField()
    issued_by_kind = models.CharField(max_length=12)
    issued_by_id = models.UUIDField(null=True)
    issued_by_label = models.CharField(max_length=80, blank=True)
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=300, blank=True)
    # Why its ground is gone (the plan or sale it came with), if it was used by then: a use that comes back ends it.
    revoked_reason = models.CharField(max_length=300, blank=True, default="", db_default="")
    # What of the coupon's budget was kept for it when it was taken back with its ground, in case that comes back.
    revoked_reserve_minor = models.BigIntegerField(default=0, db_default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="voucher_code_unique"),
            models.UniqueConstraint(fields=["tenant", "qr_token"], name="voucher_token_unique"),
            models.UniqueConstraint(fields=["tenant", "key"], name="voucher_key_unique"),
            models.UniqueConstraint(fields=["tenant", "legacy_code"], name="voucher_legacy_code_unique"),
            models.CheckConstraint(
                name="voucher_uses_within_total", condition=Q(uses_left__gte=0, uses_left__lte=F("uses_total"))
            ),
            models.CheckConstraint(
                name="voucher_redeemed_has_no_use_left",
                condition=~Q(status="redeemed") | Q(uses_left=0),
            ),
            models.CheckConstraint(
                name="voucher_issued_has_a_use_left",
                condition=~Q(status="issued") | Q(uses_left__gt=0),
            ),
            models.CheckConstraint(
                name="voucher_paid_within_price", condition=Q(paid_left__gte=0, paid_left__lte=F("paid_amount"))
            ),
            models.CheckConstraint(
                name="voucher_paid_names_unit_and_payer",
                condition=Q(paid_amount=0) | (Q(customer__isnull=False) & ~Q(paid_unit="")),
            ),
            models.CheckConstraint(
                name="voucher_personal_has_a_person", condition=Q(is_personal=False) | Q(customer__isnull=False)
            ),
            models.CheckConstraint(
                name="voucher_left_within_value",
                condition=Q(value_left_minor__isnull=True)
                | Q(value_left_minor__gte=0, value_left_minor__lte=F("value_minor"), uses_total=1),
            ),
            models.CheckConstraint(name="voucher_reserve_not_negative", condition=Q(reserved_minor__gte=0)),
        ]
        indexes = [
            models.Index(fields=["tenant", "customer", "-issued_at"], name="voucher_by_customer"),
            models.Index(fields=["tenant", "coupon", "status"], name="voucher_by_coupon"),
            models.Index(fields=["tenant", "issued_at"], name="voucher_by_issue"),
            models.Index(
                fields=["tenant", "valid_until"],
                include=["customer"],
                condition=Q(status="issued"),
                name="voucher_open_by_end",
            ),
            models.Index(fields=["tenant", "ended_at"], condition=Q(ended_at__isnull=False), name="voucher_by_end"),
            models.Index(fields=["tenant", "batch_id"], condition=Q(batch_id__isnull=False), name="voucher_by_batch"),
        ]

    def __str__(self) -> str:
        return str(self.id)
