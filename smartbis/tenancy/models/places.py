"""Where a brand sells."""

from django.db import models

from smartbis.tenancy.models.base import TenantModel


class Partner(TenantModel):
    """Another company whose stores take part."""

    name = models.CharField(max_length=80)
    may_register_sales = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="partner_name_unique")]

    def __str__(self) -> str:
        return self.name


class Store(TenantModel):
    """A place of sale."""

    class Kind(models.TextChoices):
        OWN = "own"
        PARTNER = "partner"
        ONLINE = "online"

    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.OWN)
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    area_code = models.CharField(max_length=2, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="store_code_unique"),
            models.CheckConstraint(
                name="store_partner_only_for_partner_kind",
                condition=models.Q(kind="partner", partner__isnull=False)
                | (~models.Q(kind="partner") & models.Q(partner__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.name
