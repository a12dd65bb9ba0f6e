"""What a customer earned and cannot use yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Sum

from programs.models import Award
from smartbis.ledger.selectors import BalanceInfo, spendable_balances
from smartbis.tenancy.scope import tenant_scope


@dataclass(frozen=True)
class Release:
    """An amount of one unit and when it can be used; `at` is None while its sale waits for confirmation."""

    unit: str
    amount: int
    at: datetime | None


@dataclass(frozen=True)
class Holding:
    """A balance with when the next part of what is pending can be used, and how much that part is.

    In minor units or points. `next_at` is None where nothing is pending, or its sales wait for confirmation.
    """

    unit: str
    available: int
    pending: int
    owed: int
    held: int
    next_amount: int = 0
    next_at: datetime | None = None


def customer_holdings(*, tenant: UUID, customer: UUID) -> tuple[Holding, ...]:
    """What the customer has to spend, by unit, with when the next part of what is pending comes. Two queries."""
    with tenant_scope(tenant, read_only=True):
        return holdings(tenant=tenant, customer=customer, held=spendable_balances(tenant=tenant, customer=customer))


def holdings(*, tenant: UUID, customer: UUID, held: Sequence[BalanceInfo]) -> tuple[Holding, ...]:
    """The balances `held` of the customer, in their order, with what comes next. One query, if anything is pending."""
    coming = releases_of(tenant=tenant, customer=customer) if any(row.pending for row in held) else []
    return tuple(_holding(row, coming) for row in held)


def _holding(row: BalanceInfo, coming: Sequence[Release]) -> Holding:
    dated = [each for each in coming if each.unit == row.unit and each.at is not None]
    soonest = dated[0] if dated else None
    return Holding(
        unit=row.unit,
        available=row.available,
        pending=row.pending,
        owed=row.owed,
        held=row.held,
        next_amount=soonest.amount if soonest else 0,
        next_at=soonest.at if soonest else None,
    )


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
