"""What the customers' room publishes."""

from dataclasses import dataclass
from uuid import UUID

from smartbis.outbox.events import Event, event


@event("customer.enrolled.v1")
@dataclass(frozen=True, kw_only=True)
class CustomerEnrolled(Event):
    """A person has become a customer; `channel` is where, `store_id` the store if it was in one."""

    customer_id: UUID
    channel: str
    store_id: UUID | None = None


@event("customer.consent_changed.v1")
@dataclass(frozen=True, kw_only=True)
class ConsentChanged(Event):
    """What a customer agrees to has changed; `category` is `utility` or `marketing`."""

    customer_id: UUID
    category: str
    granted: bool


@event("customer.merged.v1")
@dataclass(frozen=True, kw_only=True)
class CustomerMerged(Event):
    """Two customers became one: `merged_id` is now another name of `customer_id`, who has all that was theirs."""

    customer_id: UUID
    merged_id: UUID


@event("customer.erased.v1")
@dataclass(frozen=True, kw_only=True)
class CustomerErased(Event):
    """A customer was erased: rooms that keep personal data about them wipe it."""

    customer_id: UUID
