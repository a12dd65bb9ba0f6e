"""A brand."""

from collections.abc import Collection

from django.db import models

from smartbis.kernel.ids import new_id


class Tenant(models.Model):
    """A brand and its settings. Its row is visible in its own scope only."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        SUSPENDED = "suspended"

    class Shortfall(models.TextChoices):
        """What happens when a refund takes back more than is left."""

        OWE = "owe"
        PENDING_ONLY = "pending_only"
        NEGATIVE = "negative"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    status = models.CharField(max_length=12, choices=Status, default=Status.ACTIVE)
    timezone = models.CharField(max_length=40, default="America/Sao_Paulo")
    currency = models.CharField(max_length=3, default="BRL")
    locale = models.CharField(max_length=8, default="pt-br")
    brand_colour = models.CharField(max_length=7, default="#4f46e5")
    logo = models.CharField(max_length=200, blank=True)
    tagline = models.CharField(max_length=140, blank=True)
    default_area_code = models.CharField(max_length=2, blank=True)
    support_phone = models.CharField(max_length=16, blank=True)
    shop_url = models.CharField(max_length=300, blank=True)  # where "buy" leads to
    voucher_days = models.PositiveSmallIntegerField(default=30)
    shortfall_policy = models.CharField(max_length=12, choices=Shortfall, default=Shortfall.OWE)
    terms_version = models.CharField(max_length=20, default="1")
    terms_text = models.TextField(blank=True)
    service_basis = models.BooleanField(
        default=False, help_text="The brand records its own basis for service notices at enrolment."
    )
    created_at = models.DateTimeField()

    objects = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slug"], name="tenant_slug_unique")]

    def __str__(self) -> str:
        return self.name

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Ask nothing: whose a slug is stands in the routes, and a brand's row is visible in its own scope only."""
