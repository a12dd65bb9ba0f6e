"""What taking part in something gave is taken back, when it turns out that nobody took part."""

from typing import Any
from uuid import UUID

from programs.events import ParticipationWithdrawn
from programs.infos import Reversed
from programs.models import Award, Participation
from programs.services.reversals import Kind, take_back_participations
from smartbis.ledger.services import lock_holders
from smartbis.outbox.services import publish
from smartbis.tenancy.scope import tenant_scope


class _Withdrawn:
    """All that a participation earned is due."""

    def due(self, award: Award) -> int:
        return award.granted - award.reversed

    def told(self, award: Award, kind: Kind) -> dict[str, Any]:
        return {"key": "participation_withdrawn"}

    def named(self) -> dict[str, Any]:
        return {}


def withdraw_participation(*, tenant: UUID, participation: UUID) -> list[Reversed]:
    """Take back all that a participation earned: from pending, from what is available, the rest by the brand's policy.

    Again, it takes nothing. The participation itself stays on record, and so does its number.
    Publishes ParticipationWithdrawn.
    """
    with tenant_scope(tenant):
        row = Participation.objects.filter(id=participation).first()
        if row is None:
            return []
        holders = lock_holders(tenant=tenant, customers={row.customer_id})
        customer = holders[row.customer_id].customer_id
        publish(ParticipationWithdrawn(participation_id=row.id, customer_id=customer, kind=row.kind))
        return take_back_participations(tenant, [participation], _Withdrawn(), holders=holders)
