"""Goals that customers reach, and how far each has come."""

from django.db import models
from django.db.models import Q

from smartbis.tenancy.models import TenantModel


class Challenge(TenantModel):
    """A goal: what counts, how much of it, in which time. What reaching it gives, the programme's rules say."""

    class Goal(models.TextChoices):
        PURCHASES = "purchases"
        SPEND = "spend"
        STORES = "stores"
        CATEGORY = "category"
        EVENTS = "events"

    class Status(models.TextChoices):
        LIVE = "live"
        ENDED = "ended"

    key = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=500, blank=True)
    reward_words = models.CharField(max_length=120, blank=True)
    goal = models.CharField(max_length=10, choices=Goal)
    number = models.BigIntegerField(help_text="How many, or minor units for `spend`.")
    category = models.CharField(max_length=100, blank=True)
    # A fixed period, or so many days from each customer's joining.
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    days = models.PositiveSmallIntegerField(null=True)
    opt_in = models.BooleanField(default=False)
    times = models.PositiveSmallIntegerField(default=1)
    wait_days = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=5, choices=Status, default=Status.LIVE)
    # What is done from then on does not count; what was reached before and waits is still rewarded.
    ended_at = models.DateTimeField(null=True)
    # Somebody asked that everybody be judged anew (again: over from the start), and who was the last to be.
    walk_asked_at = models.DateTimeField(null=True)
    walk_after = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="challenge_key_unique"),
            models.CheckConstraint(name="challenge_numbers", condition=Q(number__gte=1, times__gte=1)),
            models.CheckConstraint(
                name="challenge_has_one_period",
                condition=Q(days__isnull=False, starts_at__isnull=True, ends_at__isnull=True)
                | Q(days__isnull=True, starts_at__isnull=False, ends_at__gt=models.F("starts_at")),
            ),
            models.CheckConstraint(
                name="challenge_names_its_category", condition=~Q(goal="category") | ~Q(category="")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ChallengeTaker(TenantModel):
    """How far one customer has come: `total` counts all of the period, `done` what was rewarded."""

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    joined_at = models.DateTimeField()
    total = models.BigIntegerField(default=0)
    done = models.PositiveSmallIntegerField(default=0)
    # The goal is met and the reward waits for the time in which purchases may still come back.
    reached_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    judged_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "challenge", "customer"], name="challenge_taker_once"),
        ]
        indexes = [
            models.Index(fields=["tenant", "customer"], name="challenge_of_customer"),
            models.Index(fields=["tenant", "due_at"], name="challenge_due", condition=Q(due_at__isnull=False)),
        ]
