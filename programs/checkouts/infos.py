"""What checkouts take in and hand out. Amounts are whole minor units of the brand's currency."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from smartbis.purchases.infos import ItemDraft

UseBalance = Literal["auto", "none", "most"] | int
MOST_VOUCHERS = 12


@dataclass(frozen=True, kw_only=True)
class Basket:
    """A sale that is about to be, and what the customer wants used on it.

    `vouchers` are codes; None finds the best of the customer's own. `use_balance` None is what the brand has set, and
    obeys the customer who saves, as `auto` does; `most` is all that the rules allow, and an amount is an order.
    `external_id` is the sale's number where it is known already.
    """

    customer: UUID | None
    store: UUID
    amount_minor: int
    items: tuple[ItemDraft, ...] = ()
    vouchers: tuple[str, ...] | None = ()
    use_balance: UseBalance | None = None
    channel: str = "store"
    external_id: str = ""


@dataclass(frozen=True)
class UseInfo:
    """A voucher that a quote uses: what it takes off, of what other benefits leave (`left_minor`)."""

    voucher_id: UUID
    code: str
    name: str
    kind: str
    value_sku: str
    left_minor: int
    discount_minor: int


@dataclass(frozen=True)
class ExpectedAward:
    """What the sale is expected to earn in one programme; `available_at` None waits for the sale's confirmation."""

    program: str
    unit: str
    amount: int
    status: str
    available_at: datetime | None


@dataclass(frozen=True)
class Line:
    """One step of the explanation: a code, and the facts that its words need."""

    code: str
    facts: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class CheckoutInfo:
    """A checkout. `state` reads `expired` from its last moment on, whether or not the sweep has passed by."""

    id: UUID
    state: str
    customer_id: UUID | None
    store_id: UUID
    external_id: str
    currency: str
    amount_minor: int
    items: tuple[ItemDraft, ...]
    channel: str
    discount_minor: int
    balance_minor: int
    uses: tuple[UseInfo, ...]
    lines: tuple[Line, ...]
    earns: tuple[ExpectedAward, ...]
    opened_at: datetime
    expires_at: datetime
    purchase_id: UUID | None
    repeated: bool = False

    @property
    def due_minor(self) -> int:
        """What is left to pay with money."""
        return self.amount_minor - self.discount_minor - self.balance_minor


@dataclass(frozen=True)
class TillTermsInfo:
    """How the brand wants its tills: minutes that a quote holds, balance used by itself, codes that change."""

    hold_minutes: int = 10
    uses_balance: bool = True
    rotates_codes: bool = False
