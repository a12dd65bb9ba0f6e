"""Taking part in something that is not a sale."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from programs.events import ParticipationRecorded
from programs.infos import ParticipationOutcome
from programs.models import Participation
from programs.rules import Moment, ParticipationFacts
from programs.selectors.awards import awards_of_participation
from programs.selectors.catalogue import rules_in_force
from programs.services.facts import Occasion
from programs.services.rewards import reward
from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.selectors import get_customer
from smartbis.customers.services import hold_customer
from smartbis.kernel.clock import now
from smartbis.kernel.errors import DomainError, InvalidInput
from smartbis.kernel.ids import new_id
from smartbis.ledger.selectors import spendable_balances
from smartbis.outbox.services import publish
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant


class ParticipationConflict(DomainError):
    """This number was sent before for somebody else."""

    code = "participation_conflict"
    sentence = "This participation was sent before for another customer."


def record_participation(
    *, tenant: UUID, customer: UUID, kind: str, external_id: str, occurred_at: datetime | None = None
) -> ParticipationOutcome:
    """Record that a customer took part, and award it. The same kind and number again answers the same.

    Raises InvalidInput, CustomerNotFound, ParticipationConflict. Publishes ParticipationRecorded.
    """
    if not 1 <= len(kind) <= 60 or not 1 <= len(external_id) <= 100:
        raise InvalidInput({"kind": ["Name a kind of up to 60 and a number of up to 100 characters."]})
    instant = now()
    happened = occurred_at or instant
    with tenant_scope(tenant):
        customer = hold_customer(tenant=tenant, customer=customer)
        if get_customer(tenant=tenant, customer=customer).status != "active":
            raise CustomerNotFound
        row = Participation(
            id=new_id(),
            tenant_id=tenant,
            customer_id=customer,
            kind=kind,
            external_id=external_id,
            occurred_at=happened,
            recorded_at=instant,
        )
        Participation.objects.bulk_create([row], ignore_conflicts=True)
        kept = Participation.objects.get(kind=kind, external_id=external_id)
        if kept.customer_id != customer:
            raise ParticipationConflict
        if kept.id != row.id:
            awards = awards_of_participation(tenant=tenant, participation=kept.id)
        else:
            moment = Moment.of(happened, ZoneInfo(get_tenant(tenant=tenant).timezone))
            occasion = Occasion(customer, ParticipationFacts(kind, moment), happened, participation=row.id)
            (awards,) = reward(tenant, rules_in_force(tenant=tenant), [occasion]).awards
            publish(ParticipationRecorded(participation_id=row.id, customer_id=customer, kind=kind))
        present = spendable_balances(tenant=tenant, customer=customer)
        return ParticipationOutcome(kept.id, awards, present, repeated=kept.id != row.id)
