"""Walk-ins: a known customer at the door who is on no list is registered and let in at once."""

from uuid import UUID

from programs.gatherings.arriving import check_in
from programs.gatherings.errors import GatheringFull
from programs.gatherings.infos import Arrival
from programs.gatherings.registering import register
from smartbis.kernel.people import Actor
from smartbis.tenancy.once import patiently
from smartbis.tenancy.scope import tenant_scope

CHANNEL = "door"


def walk_in(
    *,
    tenant: UUID,
    gathering: UUID,
    customer: UUID,
    store: UUID,
    key: str,
    actor: Actor,
    is_paid: bool = False,
    expects_price: tuple[int, str] | None = None,
) -> Arrival:
    """Register somebody and let them in: both, or nothing. Who is on the list already is only let in.

    A price in points leaves the balance, one in money must be `is_paid`, and nobody stays in the line: without a place
    that is theirs it is refused. It earns as any arrival; the same key again gives the first answer.
    Raises GatheringFull, and what `register` and `check_in` raise. Publishes what they publish.
    """
    return patiently(lambda: _walk_in(tenant, gathering, customer, store, key, actor, is_paid, expects_price))


def _walk_in(
    tenant: UUID,
    gathering: UUID,
    customer: UUID,
    store: UUID,
    key: str,
    actor: Actor,
    is_paid: bool,
    expects_price: tuple[int, str] | None,
) -> Arrival:
    with tenant_scope(tenant):
        place = register(
            tenant=tenant,
            gathering=gathering,
            customer=customer,
            actor=actor,
            channel=CHANNEL,
            is_paid=is_paid,
            expects_price=expects_price,
        )
        if place.status == "waiting":
            raise GatheringFull
        return check_in(
            tenant=tenant,
            gathering=gathering,
            store=store,
            key=key,
            actor=actor,
            registration=place.id,
            is_paid=is_paid,
        )
