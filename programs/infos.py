"""What the programmes' room hands out. Amounts are whole minor units, or points."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from programs.rules import Rule, RuleSet
from smartbis.kernel.errors import DomainError
from smartbis.ledger.selectors import BalanceInfo
from smartbis.purchases.infos import PurchaseInfo, RefundInfo


@dataclass(frozen=True)
class RuleVersionInfo:
    """One version of a programme's rules."""

    id: UUID
    version: int
    rules: RuleSet
    spec: dict[str, Any]
    effective_at: datetime
    created_at: datetime


@dataclass(frozen=True)
class ProgramInfo:
    """A programme with the version in force and those that will follow, by when they do.

    `latest` is the number of the version that was published last, whenever it takes effect.
    """

    id: UUID
    name: str
    kind: Literal["cashback", "points"]
    unit: str
    status: str
    current: RuleVersionInfo | None
    planned: tuple[RuleVersionInfo, ...]
    latest: int

    @property
    def upcoming(self) -> RuleVersionInfo | None:
        """The version that will follow the one in force."""
        return self.planned[0] if self.planned else None

    @property
    def standing(self) -> tuple[RuleVersionInfo, ...]:
        """The version in force and those that follow."""
        return (self.current, *self.planned) if self.current else self.planned

    @property
    def last(self) -> RuleVersionInfo | None:
        """The version in force once all that is planned has come."""
        return self.planned[-1] if self.planned else self.current


@dataclass(frozen=True)
class AwardInfo:
    """What one rule gave for one sale or participation; `rule` is it as that version had it."""

    id: UUID
    program_id: UUID
    program: str
    rule_version: int
    unit: str
    base: int
    amount: int
    reversed: int
    status: str
    available_at: datetime | None
    rule: Rule | None = None
    explanation: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SaleOutcome:
    """A recorded sale and what it earned; `balances` are what can be spent (`ledger.selectors.spendable`)."""

    purchase: PurchaseInfo
    awards: tuple[AwardInfo, ...]
    balances: tuple[BalanceInfo, ...]
    vouchers: tuple[str, ...]
    repeated: bool


@dataclass(frozen=True)
class SaleResult:
    """What became of one sale of a batch: an outcome, or the refusal; `there` is the other sale of its number."""

    outcome: SaleOutcome | None = None
    error: DomainError | None = None
    there: PurchaseInfo | None = None


@dataclass(frozen=True)
class Reversed:
    """What a refund took back of one award: from pending, from what was available, and what is owed now."""

    award_id: UUID
    program: str
    unit: str
    amount: int
    from_pending: int
    from_available: int
    owed: int
    written_off: int


@dataclass(frozen=True)
class RefundOutcome:
    """A recorded refund: what it took back, and what came back of vouchers and (minor units) of balance spent on it.

    `money_minor` is what is to be handed back in money; the rest of the refund was balance or a voucher's discount.
    `returned` are codes of vouchers that are good again, `not_returned` of those that are cancelled all the same.
    """

    refund: RefundInfo
    purchase: PurchaseInfo
    reversed: tuple[Reversed, ...]
    returned: tuple[str, ...]
    balances: tuple[BalanceInfo, ...]
    repeated: bool
    balance_minor: int
    money_minor: int
    not_returned: tuple[str, ...] = ()

    @property
    def discount_minor(self) -> int:
        """Minor units of the refund that a voucher had taken off the sale."""
        return self.refund.amount_minor - self.money_minor - self.balance_minor


@dataclass(frozen=True)
class ParticipationOutcome:
    """A recorded participation and what it earned."""

    id: UUID
    awards: tuple[AwardInfo, ...]
    balances: tuple[BalanceInfo, ...]
    repeated: bool
