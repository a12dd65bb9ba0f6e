"""Finding or opening the thread between a channel and a person. Inside the tenant's scope."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from messaging.models import Conversation
from smartbis.kernel.ids import new_id
from smartbis.tenancy.readings import rows_reading
from smartbis.tenancy.scope import read

_OF_CONTACTS = "AND row.channel_id = %s AND row.contact_blind = ANY(%s) ORDER BY row.id FOR NO KEY UPDATE"


def threads_for(
    *, tenant: UUID, channel: UUID, customers: Mapping[bytes, UUID | None], at: datetime
) -> dict[bytes, Conversation]:
    """The thread of each contact (by blind index), opened where there is none, locked in the order of their ids.

    `customers` says whose contact it is, where that is known.
    """
    found = _locked(tenant, channel, customers)
    missing = [
        Conversation(
            id=new_id(),
            tenant_id=tenant,
            channel_id=channel,
            contact_blind=blind,
            customer_id=customer,
            last_message_at=at,
        )
        for blind, customer in sorted(customers.items())
        if blind not in found
    ]
    if missing:
        Conversation.objects.bulk_create(missing, ignore_conflicts=True)
        found = _locked(tenant, channel, customers)
    return found


def _locked(tenant: UUID, channel: UUID, customers: Mapping[bytes, UUID | None]) -> dict[bytes, Conversation]:
    rows = read(rows_reading(Conversation, tenant, _OF_CONTACTS, (channel, list(customers))))
    return {bytes(row.contact_blind): row for row in rows}
