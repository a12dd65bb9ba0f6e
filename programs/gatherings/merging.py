"""Two customers became one: of two places at one gathering one stays, and the other comes back with what it cost."""

from uuid import UUID

from django.utils.translation import gettext as _

from programs.gatherings.arriving import take_arrival_back
from programs.gatherings.keeping import best_first, lists_to_join
from programs.gatherings.places import end_registration, give_places
from programs.gatherings.reading import lock_gathering
from programs.models import Registration
from smartbis.customers.services import hold_customer
from smartbis.kernel.people import SYSTEM
from smartbis.tenancy.scope import tenant_scope


def join_registrations(*, tenant: UUID, merged: UUID) -> None:
    """Leave one registration at each gathering that lies ahead, and give the places on that this frees.

    Also gives their turn to those who were passed over in the line while they were being merged. Nobody arrives twice:
    of two arrivals, at gatherings of the past too, the first stays, and what the other earned is taken back.
    Publishes RegistrationEnded, GatheringRegistered, VoucherReversed, ParticipationWithdrawn.
    """
    with tenant_scope(tenant):
        customer = hold_customer(tenant=tenant, customer=merged)
        for gathering in sorted(lists_to_join(customer, merged)):
            row = lock_gathering(gathering)
            _keep_one(gathering, customer, merged)
            give_places(row)


def _keep_one(gathering: UUID, customer: UUID, merged: UUID) -> None:
    rows = Registration.objects.select_for_update(no_key=True).filter(gathering_id=gathering)
    mine = rows.filter(customer_id__in=[customer, merged]).exclude(status="left").order_by("id")
    live = best_first(mine, customer)
    for row in live[1:]:
        if row.status == Registration.Status.ARRIVED:
            take_arrival_back(row, reason=_("Cadastros juntados"))
        end_registration(row, returns=True, reason="", why="merged", actor=SYSTEM)
        Registration.objects.filter(id=row.id).update(customer_id=customer)
    if live:
        Registration.objects.filter(id=live[0].id).update(customer_id=customer)
