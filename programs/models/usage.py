"""How much limited rules have given, and the things that rules give beside value."""

from django.db import models

from smartbis.tenancy.models import TenantModel


class RuleUse(TenantModel):
    """What a rule gave in one period: to one customer, or (without one) to all, then spread over some shards.

    `period` names the stretch (`2026-11-22`, `2026-W47`, `2026-11`, `life`); `budget` counts minor units of money for
    ever. A customer's row is moved under the lock of their accounts.
    """

    program = models.ForeignKey("programs.Program", on_delete=models.PROTECT, related_name="+", db_index=False)
    rule_key = models.CharField(max_length=40)
    customer = models.ForeignKey(
        "customers.Customer", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    period = models.CharField(max_length=10)
    shard = models.PositiveSmallIntegerField(default=0)
    amount = models.BigIntegerField(default=0)
    times = models.BigIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "program", "rule_key", "period", "customer", "shard"],
                name="rule_use_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="rule_use_not_negative", condition=models.Q(amount__gte=0, times__gte=0)),
        ]


class RuleGift(TenantModel):
    """A thing that a rule gives: a coupon's voucher or periods of a plan. Handed out once, after the sale
    and the rule's hold."""

    class Kind(models.TextChoices):
        VOUCHER = "voucher"
        PLAN = "plan"

    class Status(models.TextChoices):
        WAITING = "waiting"
        GIVEN = "given"
        REFUSED = "refused"
        TAKEN_BACK = "taken_back"

    purchase = models.ForeignKey(
        "purchases.Purchase", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    participation = models.ForeignKey(
        "programs.Participation", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    program = models.ForeignKey("programs.Program", on_delete=models.PROTECT, related_name="+", db_index=False)
    rule_version = models.ForeignKey("programs.RuleVersion", on_delete=models.PROTECT, related_name="+", db_index=False)
    rule_key = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=Kind)
    reference = models.CharField(max_length=60, help_text="The coupon's id, or the plan's key.")
    quantity = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    refusal = models.CharField(max_length=60, blank=True)
    counted_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="The end of the rule's hold; an unpaid sale's waits for its payment too.")
    settled_at = models.DateTimeField(null=True)
    taken_by = models.UUIDField(null=True, help_text="The refund that took it back, or what of it was not used.")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "purchase", "participation", "program", "rule_key"],
                name="rule_gift_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="rule_gift_has_one_cause",
                condition=models.Q(purchase__isnull=False, participation__isnull=True)
                | models.Q(purchase__isnull=True, participation__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "due_at", "id"], name="rule_gift_due", condition=models.Q(status="waiting")),
            models.Index(fields=["tenant", "customer", "-created_at"], name="rule_gift_of_customer"),
        ]
