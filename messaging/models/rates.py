"""What Meta charges for a message, as the brand's own contract or table says."""

from django.db import models

from smartbis.tenancy.models import TenantModel


class Rate(TenantModel):
    """The price of one message of a category to a country, from a day on until a later row of the same kind.

    Whole millionths (micros) of the currency's unit: prices are fractions of a cent. Rows of past days stay, so that
    what was sent keeps the price of its day.
    """

    effective_on = models.DateField()  # by the brand's calendar
    country = models.CharField(max_length=2, blank=True)  # ISO 3166; empty: every country without a row of its own
    category = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    micros = models.BigIntegerField()
    source = models.CharField(max_length=200)
    loaded_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "country", "category", "effective_on"], name="messaging_rate_once"
            ),
            models.CheckConstraint(condition=models.Q(micros__gte=0), name="messaging_rate_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.country or '*'} {self.category} {self.effective_on}"
