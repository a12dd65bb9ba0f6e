"""What the purchases' room publishes. Amounts are whole minor units, instants ISO 8601."""

from dataclasses import dataclass
from uuid import UUID

from smartbis.outbox.events import Event, event


@event("purchase.recorded.v1")
@dataclass(frozen=True, kw_only=True)
class PurchaseRecorded(Event):
    """A sale has come in."""

    purchase_id: UUID
    customer_id: UUID | None
    store_id: UUID
    status: str
    amount_minor: int
    currency: str
    occurred_at: str


@event("purchase.refunded.v1")
@dataclass(frozen=True, kw_only=True)
class PurchaseRefunded(Event):
    """A part of a sale, or all that was left of it, was given back."""

    purchase_id: UUID
    refund_id: UUID
    amount_minor: int


@event("purchase.confirmed.v1")
@dataclass(frozen=True, kw_only=True)
class PurchaseConfirmed(Event):
    """A pending sale was paid."""

    purchase_id: UUID


@event("purchase.cancelled.v1")
@dataclass(frozen=True, kw_only=True)
class PurchaseCancelledEvent(Event):
    """A pending sale will not be paid."""

    purchase_id: UUID


@event("purchase.undone.v1")
@dataclass(frozen=True, kw_only=True)
class PurchasesUndone(Event):
    """Sales and refunds of one import were taken back; of a long import in several parts."""

    import_batch: UUID
    purchases: int
    refunds: int
