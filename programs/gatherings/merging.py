"""Two customers became one: of two places at one gathering one stays, and the other comes back with what it cost."""

from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from programs.gatherings.arriving import take_arrival_back
from programs.gatherings.places import end_registration, give_places
from programs.gatherings.reading import lock_gathering
from programs.models import Gathering, Registration
from smartbis.customers.services import hold_customer
from smartbis.kernel.clock import now
from smartbis.kernel.people import SYSTEM
from smartbis.tenancy.scope import tenant_scope

# An arrival is a fact, a place is better than the line; of equals the one who stays keeps theirs.
_BEST_FIRST = [Registration.Status.ARRIVED, Registration.Status.REGISTERED, Registration.Status.WAITING]


def join_registrations(*, tenant: UUID, merged: UUID) -> None:
    """Leave one registration at each gathering that lies ahead, and give the places on that this frees.

    Also gives their turn to those who were passed over in the line while they were being merged. Nobody arrives twice:
    of two arrivals, at gatherings of the past too, the first stays, and what the other earned is taken back.
    Publishes RegistrationEnded, GatheringRegistered, VoucherReversed, ParticipationWithdrawn.
    """
    with tenant_scope(tenant):
        customer = hold_customer(tenant=tenant, customer=merged)
        ahead = Gathering.objects.filter(status=Gathering.Status.OPEN, ends_at__gt=now())
        mine = Registration.objects.filter(customer_id__in=[customer, merged]).exclude(status="left")
        concerned = set(mine.filter(gathering__in=ahead).values_list("gathering_id", flat=True))
        for gathering in sorted(concerned | _arrived_twice(mine)):
            row = lock_gathering(gathering)
            _keep_one(gathering, customer, merged)
            give_places(row)


def _arrived_twice(mine: QuerySet[Registration]) -> set[UUID]:
    arrivals = mine.filter(status=Registration.Status.ARRIVED).order_by().values("gathering_id")
    return set(arrivals.annotate(times=Count("id")).filter(times__gt=1).values_list("gathering_id", flat=True))


def _keep_one(gathering: UUID, customer: UUID, merged: UUID) -> None:
    rows = Registration.objects.select_for_update(no_key=True).filter(gathering_id=gathering)
    live = list(rows.filter(customer_id__in=[customer, merged]).exclude(status="left").order_by("id"))
    live.sort(key=lambda row: (_BEST_FIRST.index(Registration.Status(row.status)), _arrival(row, customer)))
    for row in live[1:]:
        if row.status == Registration.Status.ARRIVED:
            take_arrival_back(row, reason=_("Cadastros juntados"))
        end_registration(row, returns=True, reason="", why="merged", actor=SYSTEM)
        Registration.objects.filter(id=row.id).update(customer_id=customer)
    if live:
        Registration.objects.filter(id=live[0].id).update(customer_id=customer)


def _arrival(row: Registration, customer: UUID) -> tuple[bool, float]:
    """The earlier arrival first; of those who have not arrived, that of who stays."""
    return (row.arrived_at is None and row.customer_id != customer, row.arrived_at.timestamp() if row.arrived_at else 0)
