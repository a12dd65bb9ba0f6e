"""What is replayed: sales as they came in, and what was given back of them, in the order in which they were recorded.

Plain tuples, since there may be millions. Amounts are minor units, instants whole microseconds since 1970 (UTC).
"""

from typing import NamedTuple

from programs.rules import Line, Moment
from programs.rules.refunds import ReturnedArticle

Belonging = frozenset[tuple[str, str]]


class KeptAward(NamedTuple):
    """What the ledger awarded by one rule, and what it remembers of the facts that decided."""

    rule: str
    version: int
    base: int
    granted: int
    reversed: int
    nth: int | None = None
    birthday: bool = False
    belongs: tuple[tuple[str, str], ...] = ()
    counted_on: str = ""
    lines: tuple[tuple[int, int], ...] = ()


class SaleEvent(NamedTuple):
    """A sale of a customer. Outside the period (`counts` false) it only uses limits up and is counted as a purchase.

    `comes_back` tells that refunds or a cancellation follow; `belongs` is what the customer belonged to then.
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
