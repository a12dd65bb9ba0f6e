"""What gatherings take in and hand out: frozen facts, never models."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from uuid import UUID

from programs.infos import AwardInfo
from smartbis.kernel.clock import now
from smartbis.kernel.units import POINTS
from smartbis.ledger.selectors import BalanceInfo

# Somebody may be early; lists that were ticked on paper are typed in afterwards.
DOORS_OPEN = timedelta(hours=12)
DOORS_CLOSE = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True)
class GatheringDraft:
    """The terms of a gathering.

    `capacity` None: no limit. A price in points leaves the balance when a place is given; one in the tenant's currency
    (minor units) is paid as `pay_words` say. `plans`, `tiers`, `tags`: one of each kind that is named is needed. Points
    come back to who leaves until `refund_hours` before the start; None: never.
    """

    name: str
    starts_at: datetime
    ends_at: datetime
    status: str = "open"
    description: str = ""
    image: str = ""
    place: str = ""
    store: UUID | None = None
    registers_from: datetime | None = None
    registers_until: datetime | None = None
    capacity: int | None = None
    price_unit: str = ""
    price_amount: int | None = None
    pay_words: str = ""
    plans: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    refund_hours: int | None = 24


@dataclass(frozen=True, kw_only=True)
class GatheringInfo(GatheringDraft):
    """A gathering with who comes: `taken` places, of which `arrived`, and how many wait in line."""

    id: UUID
    taken: int
    arrived: int
    waiting: int
    created_at: datetime
    changed_at: datetime
    cancelled_at: datetime | None
    cancel_reason: str

    @property
    def places_left(self) -> int | None:
        """How many places are free; None without a limit."""
        return None if self.capacity is None else max(self.capacity - self.taken, 0)

    @property
    def closes_at(self) -> datetime:
        """From when on nobody registers any more."""
        return self.registers_until or self.starts_at

    @property
    def refunds_until(self) -> datetime | None:
        """Until when who leaves gets their points back."""
        return None if self.refund_hours is None else self.starts_at - timedelta(hours=self.refund_hours)

    @property
    def costs_points(self) -> bool:
        """Whether a place is paid from the balance."""
        return self.price_unit == POINTS

    def phase(self) -> str:
        """What it is now: draft, cancelled, over, running, closed, soon (not open yet), full or open."""
        instant = now()
        if self.status != "open":
            return self.status
        if instant >= self.ends_at:
            return "over"
        if instant >= self.starts_at:
            return "running"
        if self.registers_from is not None and instant < self.registers_from:
            return "soon"
        if instant >= self.closes_at:
            return "closed"
        return "full" if self.places_left == 0 else "open"

    def as_draft(self) -> GatheringDraft:
        """The terms alone, ready for `dataclasses.replace` and `change_gathering`."""
        return GatheringDraft(**{term.name: getattr(self, term.name) for term in fields(GatheringDraft)})


@dataclass(frozen=True, kw_only=True)
class RegistrationInfo:
    """Somebody's registration. `position` is the place in the waiting line, from 1; 0 for who has a place."""

    id: UUID
    gathering_id: UUID
    customer_id: UUID
    status: str
    voucher_id: UUID | None
    code: str
    qr_token: str
    price_unit: str
    price_amount: int | None
    paid_at: datetime | None
    paid_to: str
    channel: str
    asked_at: datetime
    registered_at: datetime | None
    arrived_at: datetime | None
    ended_at: datetime | None
    ended_reason: str
    customer_name: str = ""
    position: int = 0
    repeated: bool = False

    @property
    def is_live(self) -> bool:
        """Whether they have a place or wait for one."""
        return self.status != "left"

    @property
    def owes(self) -> bool:
        """Whether a price in money waits to be paid."""
        is_money = bool(self.price_amount) and self.price_unit != POINTS
        return is_money and self.paid_at is None and self.is_live


@dataclass(frozen=True)
class GatheringForCustomer:
    """A gathering as one customer sees it: their registration, if any, and the codes of what keeps them out."""

    gathering: GatheringInfo
    registration: RegistrationInfo | None
    reasons: tuple[str, ...]
    missing: int

    @property
    def can_register(self) -> bool:
        """Whether registering would give a place, or one in the line."""
        return not self.reasons and self.registration is None


@dataclass(frozen=True)
class Arrival:
    """A check-in: what taking part earned, and the balances after it."""

    registration: RegistrationInfo
    awards: tuple[AwardInfo, ...]
    balances: tuple[BalanceInfo, ...]
    repeated: bool
