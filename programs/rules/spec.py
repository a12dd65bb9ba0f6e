"""What a rule is, and the set of them that one version of a programme holds."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Literal, get_args

from smartbis.kernel.money import Rounding, as_floor

MAX_BASIS_POINTS = 10_000
MAX_FACTOR_BP = 1_000_000
MAX_POINTS = 1_000_000
MAX_MINOR = 10**12
MAX_HOLD_DAYS = 365
MAX_RULES = 50
MAX_NAMES = 500
MAX_PRIORITY = 100

Base = Literal["paid", "gross"]
Period = Literal["day", "week", "month", "life"]
PERIODS: tuple[Period, ...] = get_args(Period)
# What `limits.Used` says was used: by this customer, how often by them, by all, and in money.
AMOUNT, TIMES, OF_ALL, BUDGET = 0, 1, 2, 3
Birthday = Literal["day", "week", "month"]
StackingMode = Literal["sum", "best", "exclusive"]


@dataclass(frozen=True)
class Percentage:
    """Cashback: `basis_points` hundredths of a percent of the base, in the currency's minor unit."""

    basis_points: int


@dataclass(frozen=True)
class PerUnit:
    """Points: `points` for every `minor` of the base, in the currency's minor unit."""

    points: int
    minor: int


@dataclass(frozen=True)
class Fixed:
    """The same amount each time, in the programme's unit."""

    amount: int


@dataclass(frozen=True)
class Multiplier:
    """What the other rules give for the same lines, `factor_bp` ten-thousandths of it in all: 20 000 doubles it.

    The award of a multiplier is only what it adds.
    """

    factor_bp: int


@dataclass(frozen=True)
class TierPoints:
    """Points that count for tiers and are never spent: `points` for every `minor` of the base."""

    points: int
    minor: int


@dataclass(frozen=True)
class VoucherGift:
    """A voucher of a coupon, named by its id."""

    coupon: str


@dataclass(frozen=True)
class PlanGift:
    """Periods of a plan, named by its key."""

    plan: str
    periods: int


Rate = Percentage | PerUnit | TierPoints
Effect = Percentage | PerUnit | Fixed | Multiplier | TierPoints | VoucherGift | PlanGift
Kind = Literal["value", "multiplier", "tier", "gift"]
# Which rules an effect meets: only its like.
KIND_OF: dict[type[Any], Kind] = {
    Percentage: "value",
    PerUnit: "value",
    Fixed: "value",
    Multiplier: "multiplier",
    TierPoints: "tier",
    VoucherGift: "gift",
    PlanGift: "gift",
}


@dataclass(frozen=True)
class NthPurchase:
    """From which to which of the customer's purchases, both included; without `until` there is no last."""

    since: int
    until: int | None = None


@dataclass(frozen=True)
class Conditions:
    """When a rule applies. What is empty does not ask; what is named must hold, one of each list is enough.

    Weekdays are 1 (Monday) to 7; hours are minutes of the day in the tenant's zone, the end excluded, and may pass
    midnight. Dates include both ends. Products, categories and tags of articles choose lines; all else the sale.
    Amounts are minor units of the rule's base on the lines chosen.
    """

    stores: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    item_tags: frozenset[str] = frozenset()
    weekdays: frozenset[int] = frozenset()
    hours: tuple[tuple[int, int], ...] = ()
    since: date | None = None
    until: date | None = None
    purchases: NthPurchase | None = None
    birthday: Birthday | None = None
    plans: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    communities: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    payment_methods: frozenset[str] = frozenset()
    participations: frozenset[str] = frozenset()
    minimum_minor: int = 0
    minimum_quantity: int = 0

    @cached_property
    def chooses_lines(self) -> bool:
        """Whether only some lines of a sale may earn."""
        return bool(self.products or self.categories or self.item_tags)

    @cached_property
    def belonging(self) -> dict[str, frozenset[str]]:
        """The kinds of membership asked for, with the keys of which one is enough."""
        asked = {
            "plan": self.plans,
            "tier": self.tiers,
            "segment": self.segments,
            "community": self.communities,
            "tag": self.tags,
        }
        return {kind: keys for kind, keys in asked.items() if keys}


@dataclass(frozen=True)
class Limits:
    """How much a rule gives at most: amounts in its unit, times as a count, the budget in minor units of money."""

    per_purchase: int | None = None
    per_customer: dict[Period, int] = field(default_factory=dict)
    per_rule: dict[Period, int] = field(default_factory=dict)
    times_per_customer: dict[Period, int] = field(default_factory=dict)
    budget_minor: int | None = None

    @cached_property
    def checks(self) -> tuple[tuple[int, Period, int, str], ...]:
        """The limits on what was given before: place of that in `Used`, period, most, name.

        Times first, then short periods first, the budget last. Of several that leave as little the first is named.
        """
        kinds = (
            (TIMES, "times_per_customer", self.times_per_customer),
            (AMOUNT, "per_customer", self.per_customer),
            (OF_ALL, "per_rule", self.per_rule),
        )
        found: list[tuple[int, Period, int, str]] = [
            (place, period, each[period], f"{name}.{period}")
            for period in PERIODS
            for place, name, each in kinds
            if period in each
        ]
        budget = () if self.budget_minor is None else ((BUDGET, "life", self.budget_minor, "budget_minor"),)
        return (*sorted(found, key=lambda check: check[0] != TIMES), *budget)

    @cached_property
    def exist(self) -> bool:
        """Whether there is any limit."""
        return self.per_purchase is not None or self.counts

    @cached_property
    def counts(self) -> bool:
        """Whether what was given before matters."""
        return bool(self.per_customer or self.per_rule or self.times_per_customer or self.budget_minor is not None)

    @cached_property
    def customer_periods(self) -> tuple[Period, ...]:
        """The periods by which what a customer got is counted."""
        return tuple(each for each in PERIODS if each in self.per_customer or each in self.times_per_customer)


@dataclass(frozen=True)
class Stacking:
    """How a rule meets others on the same line.

    `sum` adds up; of all that say `best` only the one that gives most counts; an `exclusive` one silences every other,
    and of several the one with the highest priority counts.
    """

    mode: StackingMode = "sum"
    priority: int = 0


@dataclass(frozen=True)
class Rule:
    """One way to earn. `key` names it through all versions: limits and budgets are counted by it."""

    key: str
    effect: Effect
    name: str = ""
    when: Conditions = Conditions()
    limits: Limits = Limits()
    stacking: Stacking = Stacking()
    base: Base = "paid"
    rounding: Rounding = "half_up"
    hold_days: int = 0

    @cached_property
    def kind(self) -> Kind:
        """Which rules it meets."""
        return KIND_OF[type(self.effect)]

    @cached_property
    def rate(self) -> tuple[int, int] | None:
        """What it gives for one minor unit of its base, as a fraction of whole numbers; None if it is no rate."""
        effect = self.effect
        if isinstance(effect, Percentage):
            return effect.basis_points, MAX_BASIS_POINTS
        return (effect.points, effect.minor) if isinstance(effect, (PerUnit, TierPoints)) else None

    @cached_property
    def whole_rate(self) -> tuple[int, int, int]:
        """The rate with its rounding: it gives `(base * first + second) // third`; third is 0 if it is no rate."""
        return as_floor(*self.rate, self.rounding) if self.rate is not None else (0, 0, 0)


@dataclass(frozen=True)
class Spending:
    """How balance may be used: amounts in minor units, the share of a sale in basis points."""

    minimum_balance: int = 0
    minimum_sale_minor: int = 0
    maximum_share_bp: int = MAX_BASIS_POINTS
    excluded_products: frozenset[str] = frozenset()
    excluded_categories: frozenset[str] = frozenset()
    excluded_stores: frozenset[str] = frozenset()


@dataclass(frozen=True)
class PointValue:
    """What points are worth in money: `points` are `minor` minor units."""

    points: int
    minor: int


@dataclass(frozen=True)
class RuleSet:
    """The rules of one version of a programme, how its balance is spent, and what its points are worth."""

    rules: tuple[Rule, ...]
    spending: Spending = Spending()
    point_value: PointValue | None = None

    def rule(self, key: str) -> Rule | None:
        """The rule of that key, if this version has it."""
        return next((rule for rule in self.rules if rule.key == key), None)
