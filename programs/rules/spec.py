"""What a rule is."""

from dataclasses import dataclass, field
from typing import Literal

from smartbis.kernel.money import Rounding

MAX_BASIS_POINTS = 10_000
MAX_POINTS = 1_000_000
MAX_MINOR = 10**12
MAX_HOLD_DAYS = 365

Base = Literal["paid", "gross"]


@dataclass(frozen=True)
class Percentage:
    """Cashback: `basis_points` hundredths of a percent of the base, in the currency's minor unit."""

    basis_points: int


@dataclass(frozen=True)
class PerUnit:
    """Points: `points` for every `minor` of the base, in the currency's minor unit."""

    points: int
    minor: int


Effect = Percentage | PerUnit


@dataclass(frozen=True)
class Rule:
    """One way to earn, as it stands in one version of a programme.

    `base` is what was paid with money, or the gross amount. `minimum_minor` is compared with that base. No store named
    means every store, by its code. `hold_days` keeps awards pending. `participations` gives points for each kind.
    """

    effect: Effect
    base: Base = "paid"
    rounding: Rounding = "half_up"
    minimum_minor: int = 0
    stores: frozenset[str] = frozenset()
    hold_days: int = 0
    participations: dict[str, int] = field(default_factory=dict)
