"""Finding or opening the thread between a channel and a person. Inside the tenant's scope."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from messaging.models import Conversation
from smartbis.kernel.ids import new_id


def threads_for(
    *, tenant: UUID, channel: UUID, customers: Mapping[bytes, UUID | None], at: datetime
) -> dict[bytes, Conversation]:
    """The thread of each contact (by blind index), opened where there is none, locked in the order of their ids.

    `customers` says whose contact it is, where that is known.
    """
    found = _locked(channel, customers)
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
        found = _locked(channel, customers)
    return found


def _locked(channel: UUID, customers: Mapping[bytes, UUID | None]) -> dict[bytes, Conversation]:
    rows = (
        Conversation.objects.select_for_update(no_key=True)
        .filter(channel_id=channel, contact_blind__in=list(customers))
        .order_by("id")
    )
    return {bytes(row.contact_blind): row for row in rows}
