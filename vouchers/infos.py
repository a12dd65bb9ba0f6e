"""What the vouchers' room takes in and hands out: frozen facts, never models."""

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from smartbis.kernel.clock import now
from smartbis.kernel.codes import group_code, qr_payload

KindName = Literal["amount", "percentage", "freebie", "upgrade", "entry"]
OriginName = Literal["balance", "manual", "rule", "campaign", "plan", "import"]


@dataclass(frozen=True, kw_only=True)
class CouponDraft:
    """The terms of a coupon, as the contract names them.

    Money in minor units of the tenant's currency, `value_bp` in basis points, `weekdays` by ISO (1 Monday), `hours`
    as pairs of "HH:MM" in the tenant's zone (a pair may run over midnight). `holder` None: personal when it costs
    something, else bearer. `stores` empty: every store but partners', who take part only when named. `birthday` is
    "", "day", "week" or "month"; `is_divisible` lets money off be used in parts; `uses_pool` hands out the codes of
    another company; `rotates_code` lets the QR in the portal change; who gets one of `given_with_plans` is given a
    voucher; `notice_days` are how many days before its end a voucher is told of.
    """

    name: str
    kind: str
    status: str = "live"
    description: str = ""
    conditions: str = ""
    image: str = ""
    campaign_id: UUID | None = None
    is_listed: bool = True
    value_minor: int | None = None
    value_bp: int | None = None
    value_sku: str = ""
    value_key: str = ""
    max_discount_minor: int | None = None
    min_purchase_minor: int | None = None
    cost_unit: str = ""
    cost_amount: int | None = None
    period_from: datetime | None = None
    period_until: datetime | None = None
    usable_from_days: int | None = None
    usable_from_next_sale: bool = False
    valid_days: int | None = None
    grace_days: int = 7
    holder: str | None = None
    stock: int | None = None
    limit_per_customer: int | None = None
    limit_per_day: int | None = None
    uses: int = 1
    is_divisible: bool = False
    stacks_with_vouchers: bool = True
    stacks_with_balance: bool = True
    budget_minor: int | None = None
    stores: tuple[UUID, ...] = ()
    weekdays: tuple[int, ...] = ()
    hours: tuple[tuple[str, str], ...] = ()
    plans: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    segment: str = ""
    communities: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    birthday: str = ""
    new_within_days: int | None = None
    inactive_for_days: int | None = None
    given_with_plans: tuple[str, ...] = ()
    uses_pool: bool = False
    rotates_code: bool = False
    notice_days: tuple[int, ...] = (30, 7, 1)
    on_lapse: str = "return"
    funded_by: str = "brand"


@dataclass(frozen=True, kw_only=True)
class EntryTerms:
    """The terms of an event's entries: `stock` places (None: no limit), a cost in points or none, where they count."""

    name: str
    description: str = ""
    image: str = ""
    stock: int | None = None
    cost_unit: str = ""
    cost_amount: int | None = None
    stores: tuple[UUID, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CouponInfo(CouponDraft):
    """A coupon with what is left of it. `stock_left` and `budget_left_minor` are None where there is no limit."""

    id: UUID
    currency: str
    is_balance: bool
    created_at: datetime
    changed_at: datetime
    stock_left: int | None = None
    budget_left_minor: int | None = None

    @property
    def phase(self) -> str:
        """Where it stands now: `draft`, `scheduled`, `live`, `paused` or `ended` (also by its period)."""
        if self.status != "live":
            return self.status
        instant = now()
        if self.period_from is not None and self.period_from > instant:
            return "scheduled"
        return "ended" if self.period_until is not None and self.period_until <= instant else "live"

    def as_draft(self) -> CouponDraft:
        """The terms alone, ready for `dataclasses.replace` and `change_coupon`."""
        return CouponDraft(**{term.name: getattr(self, term.name) for term in fields(CouponDraft)})


@dataclass(frozen=True, kw_only=True)
class CampaignDraft:
    """What a campaign is called, what it is for, and when it runs."""

    name: str
    goal: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CampaignInfo(CampaignDraft):
    """A campaign with how many coupons belong to it."""

    id: UUID
    created_at: datetime
    coupons: int


@dataclass(frozen=True, kw_only=True)
class IssuanceInfo:
    """Vouchers for many at once: how far it has come. `refusals` counts those who got none, by the code of why."""

    id: UUID
    coupon_id: UUID
    coupon_name: str
    audience: str
    segment: str
    reason: str
    status: str
    stopped_by: str
    total: int
    issued: int
    refused: int
    actor_label: str
    created_at: datetime
    finished_at: datetime | None
    refusals: dict[str, int] = field(default_factory=dict)

    @property
    def percent(self) -> int:
        """How much of it is settled, from 0 to 100."""
        return (self.issued + self.refused) * 100 // self.total if self.total else 100

    @property
    def is_open(self) -> bool:
        """Whether it runs or can go on."""
        return self.status in ("running", "paused")


@dataclass(frozen=True)
class PoolFilled:
    """What became of codes of another company: how many are new, and how many the brand had."""

    added: int
    known: int


@dataclass(frozen=True)
class CouponCounts:
    """How many vouchers of a coupon there are, by their state now."""

    coupon_id: UUID
    issued: int
    open: int
    redeemed: int
    cancelled: int
    lapsed: int


@dataclass(frozen=True)
class Reason:
    """Why something is refused: the contract's code, words for people, and the facts behind them."""

    code: str
    message: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class VoucherInfo:
    """A voucher. `status` reads `lapsed` from its last moment on, whether or not the sweep has passed by."""

    id: UUID
    coupon_id: UUID
    coupon_name: str
    description: str
    image: str
    customer_id: UUID | None
    code: str
    qr_token: str
    status: str
    origin: str
    is_personal: bool
    kind: str
    currency: str
    value_minor: int | None
    value_bp: int | None
    value_sku: str
    value_key: str
    max_discount_minor: int | None
    min_purchase_minor: int | None
    on_lapse: str
    paid_unit: str
    paid_amount: int
    uses_total: int
    uses_left: int
    valid_from: datetime
    valid_until: datetime | None
    issued_at: datetime
    used_at: datetime | None
    ended_at: datetime | None
    ended_reason: str
    stores: tuple[UUID, ...]
    weekdays: tuple[int, ...]
    hours: tuple[tuple[str, str], ...]
    is_next_sale_only: bool
    held_until: datetime | None
    legacy_code: str | None
    value_left_minor: int | None = None
    conditions: str = ""
    stacks_with_vouchers: bool = True
    stacks_with_balance: bool = True
    rotates_code: bool = False

    @property
    def code_grouped(self) -> str:
        """The code as people read it: `8F3K-2QZP-7XMA`."""
        return group_code(self.code)

    @property
    def qr_payload(self) -> str:
        """What the voucher's QR holds."""
        return qr_payload(self.qr_token)


@dataclass(frozen=True)
class Validation:
    """Whether a voucher can be used here and now, with every reason against it.

    `discount_minor` is what it would take off; None when that needs the sale's amount. `needs_amount` says that a
    minimum or a percentage can only be judged once the amount is known.
    """

    valid: bool
    reasons: tuple[Reason, ...]
    discount_minor: int | None
    voucher: VoucherInfo
    needs_amount: bool = False


@dataclass(frozen=True, kw_only=True)
class RedemptionInfo:
    """One use of a voucher. `repeated` marks the first answer given again to the same key.

    `voucher_status` is the voucher's as written last; one whose use was taken back may be cancelled all the same.
    """

    id: UUID
    voucher_id: UUID
    coupon_id: UUID
    coupon_name: str
    code: str
    kind: str
    value_sku: str
    value_key: str
    customer_id: UUID | None
    store_id: UUID
    external_id: str
    amount_minor: int | None
    discount_minor: int
    cost_minor: int
    currency: str
    change_amount: int
    use_number: int
    uses_left: int
    funded_by: str
    redeemed_at: datetime
    actor_label: str
    voucher_status: str
    actor_id: UUID | None = None
    reversed_at: datetime | None = None
    reversal_reason: str = ""
    reversed_by: str = ""
    repeated: bool = False


@dataclass(frozen=True)
class Offer:
    """A coupon as one customer sees it. `missing_amount` is what their balance lacks, in the coupon's cost unit."""

    coupon: CouponInfo
    can_have: bool
    reasons: tuple[Reason, ...]
    missing_amount: int


@dataclass(frozen=True)
class SaleRef:
    """A sale by its store and number."""

    store: UUID
    external_id: str


@dataclass(frozen=True, kw_only=True)
class OpenVoucherDraft:
    """A voucher that another system issued and that is still good. `code` is the one printed on it."""

    key: str
    customer: UUID | None
    code: str
    value_minor: int
    valid_until: datetime | None = None
    issued_at: datetime | None = None


@dataclass(frozen=True)
class VoucherTotals:
    """What happened to vouchers in a period; `open_*` are of this moment. Money in minor units."""

    issued: int
    redeemed: int
    reversed: int
    cancelled: int
    lapsed: int
    discount_minor: int
    cost_minor: int
    sales_minor: int
    open_vouchers: int
    open_value_minor: int


@dataclass(frozen=True)
class RedeemedDay:
    """Uses, net of those taken back, on one day of the tenant's calendar."""

    on: date
    redemptions: int
    discount_minor: int


@dataclass(frozen=True)
class RedeemedStore:
    """Uses, net of those taken back, in one store."""

    redemptions: int
    discount_minor: int
