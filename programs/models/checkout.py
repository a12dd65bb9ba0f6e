"""Open and closed checkouts, how the brand wants them, and customers who save their balance."""

from django.db import models
from django.db.models import F, Q

from smartbis.tenancy.models import TenantModel


class Checkout(TenantModel):
    """A quote that holds what it uses until `expires_at`, and what became of it.

    The basket, what was asked for and what the quote says are frozen here: `vouchers_asked` are codes (null: found
    among the customer's own), `uses` the vouchers that are held with what each takes off, `lines` what explains the
    quote, `earns` what the sale is expected to earn. Amounts in minor units.
    """

    class State(models.TextChoices):
        OPEN = "open"
        COMMITTED = "committed"
        CANCELLED = "cancelled"
        EXPIRED = "expired"
        REPLACED = "replaced"

    class UseBalance(models.TextChoices):
        """What was asked for; `usual` is what the brand had set."""

        USUAL = "usual"
        AUTO = "auto"
        MOST = "most"
        NONE = "none"
        AMOUNT = "amount"

    customer = models.ForeignKey(
        "customers.Customer", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    store = models.ForeignKey("tenancy.Store", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    key = models.CharField(max_length=255)
    asked_hash = models.CharField(max_length=64)
    # The sale's number, from the quote on where the till had one then.
    external_id = models.CharField(max_length=100, blank=True)
    channel = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    items = models.JSONField(default=list)
    vouchers_asked = models.JSONField(null=True)
    use_balance = models.CharField(max_length=6, choices=UseBalance)
    balance_asked_minor = models.BigIntegerField(null=True)
    # Taken off by vouchers that were used under the sale's number before the quote.
    discount_before_minor = models.BigIntegerField(default=0)
    discount_minor = models.BigIntegerField()
    balance_minor = models.BigIntegerField()
    uses = models.JSONField(default=list)
    lines = models.JSONField(default=list)
    earns = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    purchase_id = models.UUIDField(null=True)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=80, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="checkout_key_unique"),
            models.CheckConstraint(
                name="checkout_takes_no_more_than_the_sale",
                condition=Q(
                    amount_minor__gt=0,
                    discount_before_minor__gte=0,
                    discount_minor__gte=F("discount_before_minor"),
                    balance_minor__gte=0,
                    balance_minor__lte=F("amount_minor") - F("discount_minor"),
                ),
            ),
            models.CheckConstraint(
                name="checkout_balance_is_somebodys", condition=Q(balance_minor=0) | Q(customer__isnull=False)
            ),
            models.CheckConstraint(
                name="checkout_committed_has_a_sale",
                condition=Q(state="committed", purchase_id__isnull=False)
                | (~Q(state="committed") & Q(purchase_id__isnull=True)),
            ),
            models.CheckConstraint(
                name="checkout_closed_has_its_moment",
                condition=Q(state="open", closed_at__isnull=True) | (~Q(state="open") & Q(closed_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "expires_at"], condition=Q(state="open"), name="checkout_open_by_end"),
            models.Index(fields=["tenant", "customer", "-opened_at"], name="checkout_of_customer"),
        ]


class TillTerms(TenantModel):
    """How the brand wants its tills: how long a quote holds, whether it uses balance by itself, codes that change."""

    hold_minutes = models.PositiveSmallIntegerField()
    uses_balance = models.BooleanField(default=True)
    rotates_codes = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant"], name="till_terms_unique"),
            models.CheckConstraint(
                name="till_terms_hold_for_minutes", condition=Q(hold_minutes__gte=1, hold_minutes__lte=120)
            ),
        ]


class BalanceChoice(TenantModel):
    """Whether a customer wants their balance saved: quotes leave it alone unless somebody asks for an amount."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    saves = models.BooleanField()
    changed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "customer"], name="balance_choice_unique")]
