"""Which of two places at one gathering stays, when two records turn out to be one person. Reads only."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count

from programs.models import Gathering, Registration
from smartbis.kernel.clock import now

# An arrival is a fact, a place is better than the line; of equals the one who stays keeps theirs.
_BEST_FIRST = [Registration.Status.ARRIVED, Registration.Status.REGISTERED, Registration.Status.WAITING]


def lists_to_join(customer: UUID, merged: UUID) -> set[UUID]:
    """The gatherings that lie ahead of either, and those at which both have arrived. In the tenant's scope."""
    ahead = Gathering.objects.filter(status=Gathering.Status.OPEN, ends_at__gt=now())
    mine = Registration.objects.filter(customer_id__in=[customer, merged]).exclude(status="left")
    concerned = set(mine.filter(gathering__in=ahead).values_list("gathering_id", flat=True))
    arrivals = mine.filter(status=Registration.Status.ARRIVED).order_by().values("gathering_id")
    return concerned | set(
        arrivals.annotate(times=Count("id")).filter(times__gt=1).values_list("gathering_id", flat=True)
    )


def best_first(rows: Iterable[Registration], customer: UUID) -> list[Registration]:
    """Two places at one gathering, the one that stays first; `customer` is who stays."""
    by_age = sorted(rows, key=lambda row: row.id)
    return sorted(by_age, key=lambda row: (_BEST_FIRST.index(Registration.Status(row.status)), _arrival(row, customer)))


def _arrival(row: Registration, customer: UUID) -> tuple[bool, float]:
    """The earlier arrival first; of those who have not arrived, that of who stays."""
    return (row.arrived_at is None and row.customer_id != customer, row.arrived_at.timestamp() if row.arrived_at else 0)
