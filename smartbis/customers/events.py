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


@event("customer.erased.v1")
@dataclass(frozen=True, kw_only=True)
class CustomerErased(Event):
    """A customer was erased: rooms that keep personal data about them wipe it."""

    customer_id: UUID
