"""What the vouchers' room publishes."""

from dataclasses import dataclass
from uuid import UUID

from smartbis.outbox.events import Event, event


@event("voucher.issued.v1")
@dataclass(frozen=True, kw_only=True)
class VoucherIssued(Event):
    """A voucher has come to be; `origin` is balance, manual, rule, campaign, plan or import."""

    voucher_id: UUID
    customer_id: UUID | None
    coupon_id: UUID
    origin: str


@event("voucher.redeemed.v1")
@dataclass(frozen=True, kw_only=True)
class VoucherRedeemed(Event):
    """A voucher was used once; `discount_minor` is the money it took off."""

    redemption_id: UUID
    voucher_id: UUID
    customer_id: UUID | None
    store_id: UUID
    discount_minor: int


@event("voucher.reversed.v1")
@dataclass(frozen=True, kw_only=True)
class VoucherReversed(Event):
    """A use was taken back."""

    redemption_id: UUID
    voucher_id: UUID
    customer_id: UUID | None
    store_id: UUID
    discount_minor: int


@event("voucher.cancelled.v1")
@dataclass(frozen=True, kw_only=True)
class VoucherCancelled(Event):
    """A voucher was taken back by the brand; `returned_amount` of `returned_unit` went back to the balance."""

    voucher_id: UUID
    customer_id: UUID | None
    returned_unit: str
    returned_amount: int


@event("voucher.lapsed.v1")
@dataclass(frozen=True, kw_only=True)
class VoucherLapsed(Event):
    """A voucher's time is over; `returned_amount` of `returned_unit` went back to the balance."""

    voucher_id: UUID
    customer_id: UUID | None
    returned_unit: str
    returned_amount: int


@event("voucher.ending.v1")
@dataclass(frozen=True, kw_only=True)
class VoucherEnding(Event):
    """A voucher that is not used up ends in `days` days of the brand's calendar, at `ends_at`."""

    voucher_id: UUID
    customer_id: UUID | None
    coupon_id: UUID
    days: int
    ends_at: str


@event("voucher.guessed.v1")
@dataclass(frozen=True, kw_only=True)
class CodesGuessed(Event):
    """Many codes that do not exist were tried within an hour; `asker` is stranger, staff or api_key."""

    asker: str
    label: str
    misses: int
