"""What the purchases' room takes in and hands out. Amounts are whole minor units of the currency."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from smartbis.kernel.errors import DomainError
from smartbis.kernel.people import Actor

MAX_AMOUNT_MINOR = 10**12
MAX_QUANTITY = 10**9
MAX_ITEMS = 5_000


@dataclass(frozen=True)
class ItemDraft:
    """A line of a sale: a whole quantity, and the price of one in minor units."""

    sku: str
    name: str = ""
    category: str = ""
    quantity: int = 1
    unit_minor: int = 0


@dataclass(frozen=True)
class SaleDraft:
    """A sale as a channel tells it. `amount_minor` is gross, after the shop's discounts and before ours.

    Without `occurred_at` it happened now. What the platform itself adds (voucher discount, balance used) and who
    operated are no part of the content by which a repeat is known.
    """

    customer: UUID | None
    store: UUID
    amount_minor: int
    currency: str
    external_id: str
    channel: str = "store"
    payment_method: str = ""
    occurred_at: datetime | None = None
    status: Literal["confirmed", "pending"] = "confirmed"
    items: tuple[ItemDraft, ...] = ()
    operator: Actor | None = None
    voucher_discount_minor: int = 0
    balance_used_minor: int = 0

    @property
    def paid_minor(self) -> int:
        """What was paid with money: the base that rules earn on."""
        return self.amount_minor - self.voucher_discount_minor - self.balance_used_minor


@dataclass(frozen=True)
class ItemInfo:
    """A line of a recorded sale."""

    id: UUID
    position: int
    sku: str
    name: str
    category: str
    quantity: int
    unit_minor: int
    refunded_quantity: int = 0


@dataclass(frozen=True)
class PurchaseInfo:
    """A recorded sale."""

    id: UUID
    customer_id: UUID | None
    store_id: UUID
    external_id: str
    status: str
    amount_minor: int
    paid_minor: int
    voucher_discount_minor: int
    balance_used_minor: int
    refunded_minor: int
    currency: str
    occurred_at: datetime
    recorded_at: datetime
    channel: str
    items: tuple[ItemInfo, ...] = ()
    operator_kind: str = ""
    operator_id: UUID | None = None
    import_batch: UUID | None = None
    undone_at: datetime | None = None
    payment_method: str = ""


@dataclass(frozen=True)
class BulkResult:
    """What became of one sale of a batch, at the same place in the answer."""

    outcome: Literal["recorded", "repeated", "conflict", "invalid"]
    purchase: PurchaseInfo | None = None
    error: DomainError | None = None


@dataclass(frozen=True)
class RefundItemDraft:
    """How many of an article come back. `position` names one line where an article has several."""

    sku: str = ""
    quantity: int = 1
    position: int | None = None


@dataclass(frozen=True)
class RefundDraft:
    """A refund of a batch: an amount, or articles."""

    purchase: UUID
    external_id: str
    amount_minor: int | None = None
    items: tuple[RefundItemDraft, ...] = ()
    occurred_at: datetime | None = None


@dataclass(frozen=True)
class RefundInfo:
    """A recorded refund. `refunded_after_minor` is the sale's refunded total with it; `closing` if nothing is left."""

    id: UUID
    purchase_id: UUID
    external_id: str
    amount_minor: int
    refunded_after_minor: int
    closing: bool
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True)
class BulkRefundResult:
    """What became of one refund of a batch, at the same place in the answer; `purchase` is the sale with it."""

    outcome: Literal["recorded", "repeated", "refused"]
    refund: RefundInfo | None = None
    error: DomainError | None = None
    purchase: PurchaseInfo | None = None


@dataclass(frozen=True)
class UndoneInfo:
    """How much of an import was taken back."""

    purchases: int
    refunds: int


@dataclass(frozen=True)
class DaySales:
    """The sales of one calendar day in the tenant's zone; refunds count on the day they were made."""

    day: date
    sales: int
    amount_minor: int
    identified_sales: int
    refunded_minor: int


@dataclass(frozen=True)
class StoreSales:
    """The confirmed sales of one store in a period; gross minor units."""

    sales: int
    amount_minor: int
