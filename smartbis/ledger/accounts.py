"""The accounts between which value moves, and what a move does to a holder's cached balances. Pure Python.

A holder has four accounts per unit. `receivable` runs against the customer: it is shown as `owed`, at least zero.
The tenant's own accounts keep no running balance; their sums are read from the transfers.
"""

from dataclasses import dataclass
from enum import StrEnum


class Account(StrEnum):
    """Where value can be."""

    AVAILABLE = "available"
    PENDING = "pending"
    RECEIVABLE = "receivable"
    HELD = "held"
    ISSUED = "issued"
    REDEEMED = "redeemed"
    VOUCHER_OUTSTANDING = "voucher_outstanding"
    ADJUSTED = "adjusted"
    FORFEITED = "forfeited"
    WRITTEN_OFF = "written_off"
    # Between two customers who become one: empty again at the end of every merge.
    MERGED = "merged"


HOLDER_ACCOUNTS = frozenset({Account.AVAILABLE, Account.PENDING, Account.RECEIVABLE, Account.HELD})
# Which part of a balance an account is, and which way a credit moves it.
_PARTS: dict[Account, tuple[int, int]] = {
    Account.AVAILABLE: (0, 1),
    Account.PENDING: (1, 1),
    Account.RECEIVABLE: (2, -1),
    Account.HELD: (3, 1),
}
_ELSEWHERE = (4, 0)


@dataclass(frozen=True)
class Balance:
    """A holder's cached balances in one unit, in whole minor units or points; `number` counts its transfers."""

    available: int = 0
    pending: int = 0
    owed: int = 0
    held: int = 0
    number: int = 0

    def after(self, debit: Account, credit: Account, amount: int) -> "Balance":
        """The balances after `amount` moved from `debit` to `credit`; parts may come out negative."""
        parts = [self.available, self.pending, self.owed, self.held, 0]
        for account, sign in ((debit, -1), (credit, 1)):
            part, direction = _PARTS.get(account, _ELSEWHERE)
            parts[part] += direction * sign * amount
        available, pending, owed, held, _ = parts
        return Balance(available, pending, owed, held, self.number + 1)

    @property
    def negative_parts(self) -> list[str]:
        """The parts that are below zero."""
        if self.available >= 0 and self.pending >= 0 and self.owed >= 0 and self.held >= 0:
            return []
        return [part for part in ("available", "pending", "owed", "held") if getattr(self, part) < 0]
