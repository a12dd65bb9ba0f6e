"""What is replayed: sales as they came in, and what was given back of them, in the order in which they were recorded.

Plain tuples, since there may be millions. Amounts are minor units, instants whole microseconds since 1970 (UTC).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from programs.rules import Line, Moment
from programs.rules.refunds import ReturnedArticle

Belonging = frozenset[tuple[str, str]]


class KeptAward(NamedTuple):
    """What the ledger awarded by one rule: `cells` as they were read, `told` what it remembers of the facts.

    Most sales agree with their replay: then nobody asks for more than the rule and the amount.
    """

    rule: str
    granted: int
    cells: Sequence[str]
    told: Mapping[str, Any]

    @property
    def version(self) -> int:
        """The version of the rules that gave it."""
        return int(self.cells[1])

    @property
    def base(self) -> int:
        """What it was reckoned from, in minor units."""
        return int(self.cells[2])

    @property
    def reversed(self) -> int:
        """How much of it was taken back."""
        return int(self.cells[4])

    @property
    def counted_on(self) -> str:
        """The day by which it was counted against limits, empty if it was not."""
        return str(self.told.get("counted_on", ""))

    @property
    def lines(self) -> tuple[tuple[int, int], ...]:
        """The lines that earned, with their part of the base."""
        return tuple([(position, part) for position, part in self.told.get("lines", ())])


class SaleEvent(NamedTuple):
    """A sale of a customer. Outside the period (`counts` false) it only uses limits up and is counted as a purchase.

    `comes_back` tells that refunds or a cancellation follow; `belongs` is what the customer belonged to then, `nth`
    which purchase it was, where an award remembers.
    """

    purchase: bytes
    customer: bytes
    store: str
    channel: str
    payment_method: str
    gross_minor: int
    paid_minor: int
    occurred_at: int
    recorded_at: int
    moment: Moment
    lines: tuple[Line, ...]
    articles: tuple[ReturnedArticle, ...]
    kept: tuple[KeptAward, ...]
    nth: int | None
    birthday: tuple[int, int] | None
    belongs: Belonging
    balance_used_minor: int
    counts: bool
    comes_back: bool


class BackEvent(NamedTuple):
    """A refund, or a cancellation (without an amount, `refunded_minor` then being all): totals after it."""

    purchase: bytes
    customer: bytes
    amount_minor: int
    refunded_minor: int
    returned: tuple[tuple[int, int], ...]
    is_cancellation: bool
    is_whole: bool


Event = SaleEvent | BackEvent
