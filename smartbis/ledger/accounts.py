"""The accounts between which value moves, and what a move does to a holder's cached balances. Pure Python.

A holder has four accounts per unit. `receivable` runs against the customer: it is shown as `owed`, at least zero.
The tenant's own accounts keep no running balance; their sums are read from the transfers.
"""

from dataclasses import dataclass, replace
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
        change = {"available": 0, "pending": 0, "owed": 0, "held": 0}
        for account, sign in ((debit, -1), (credit, 1)):
            if account is Account.RECEIVABLE:
                change["owed"] -= sign * amount
            elif account in HOLDER_ACCOUNTS:
                change[account.value] += sign * amount
        return replace(self, number=self.number + 1, **{part: getattr(self, part) + by for part, by in change.items()})

    @property
    def negative_parts(self) -> list[str]:
        """The parts that are below zero."""
        return [part for part in ("available", "pending", "owed", "held") if getattr(self, part) < 0]
