"""What a customer earned and cannot use yet."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Sum

from programs.models import Award
from smartbis.tenancy.scope import tenant_scope


@dataclass(frozen=True)
class Release:
    """An amount of one unit and when it can be used; `at` is None while its sale waits for confirmation."""

    unit: str
    amount: int
    at: datetime | None


def releases_of(*, tenant: UUID, customer: UUID) -> list[Release]:
    """The customer's pending awards, net of what refunds took back, the soonest first. One query."""
    with tenant_scope(tenant, read_only=True):
        rows = (
            Award.objects.filter(customer_id=customer, status=Award.Status.PENDING, reversed__lt=F("granted"))
            .values("unit", "available_at")
            .annotate(left=Sum(F("granted") - F("reversed")))
            .order_by(F("available_at").asc(nulls_last=True), "unit")
        )
        return [Release(row["unit"], row["left"], row["available_at"]) for row in rows]
