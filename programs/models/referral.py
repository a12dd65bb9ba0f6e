"""Customers who bring friends."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from smartbis.tenancy.models import TenantModel


class ReferralTerms(TenantModel):
    """How a brand rewards referrals: one row a brand. What is given, the programme's rules say."""

    is_live = models.BooleanField(default=False)
    minimum_minor = models.BigIntegerField(default=0, help_text="What the friend's first purchase comes to at least.")
    wait_days = models.PositiveSmallIntegerField(default=0, help_text="A refund within them takes the purchase away.")
    month_cap = models.PositiveIntegerField(null=True)
    life_cap = models.PositiveIntegerField(null=True)
    rewards_friend = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant"], name="referral_terms_one_a_brand"),
            models.CheckConstraint(name="referral_minimum_not_negative", condition=Q(minimum_minor__gte=0)),
        ]


class Referrer(TenantModel):
    """A customer's code. The row is locked while their caps are counted."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=12)
    created_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "customer"], name="referrer_once"),
            models.UniqueConstraint(fields=["tenant", "code"], name="referrer_code_unique"),
        ]


class Referral(TenantModel):
    """A friend who came through somebody's code, bound when they were enrolled and never later."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        SETTLING = "settling"
        HELD = "held"
        SETTLED = "settled"
        REFUSED = "refused"

    referrer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    friend = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    status = models.CharField(max_length=8, choices=Status)
    # Why a person has to look, or why it was refused.
    reasons = ArrayField(models.CharField(max_length=30), default=list)
    channel = models.CharField(max_length=10)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    bound_at = models.DateTimeField()
    bought_at = models.DateTimeField(null=True, help_text="When the purchase happened that counts.")
    due_at = models.DateTimeField(null=True, help_text="When to judge it again.")
    settled_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True)
    participation = models.ForeignKey(
        "programs.Participation", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "friend"], name="referral_of_friend_once"),
            models.CheckConstraint(
                name="referral_settled_says_when",
                condition=~Q(status="settled") | Q(settled_at__isnull=False, participation__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "referrer", "status", "settled_at"], name="referral_of_referrer"),
            models.Index(fields=["tenant", "-bound_at", "-id"], name="referral_newest"),
            models.Index(
                fields=["tenant", "due_at"], name="referral_due", condition=Q(status__in=["waiting", "settling"])
            ),
        ]
