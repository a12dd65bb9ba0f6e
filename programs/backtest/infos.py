"""What backtests hand out: frozen facts for doors."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class BacktestInfo:
    """A draft tried on a period (both days included) and how far it has come.

    `status` is queued, running, done, failed or stopped. `result` is empty until done; `docs/backtest.md` says what it
    holds. Amounts are of the programme's unit where their name does not end with `_minor`.
    """

    id: UUID
    program_id: UUID
    program: str
    unit: str
    draft: dict[str, Any]
    since: date
    until: date
    status: str
    sales_total: int
    sales_done: int
    failure: str
    created_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    result: dict[str, Any]

    @property
    def percent(self) -> int:
        """How much is replayed, from 0 to 100."""
        if self.status == "done":
            return 100
        return min(99, self.sales_done * 100 // self.sales_total) if self.sales_total else 0

    @property
    def is_moving(self) -> bool:
        """Whether it waits or runs."""
        return self.status in ("queued", "running")


@dataclass(frozen=True)
class CustomerDifference:
    """What a customer would have had by the draft, and by the live rules, in the programme's unit."""

    customer_id: UUID
    live: int
    draft: int
    difference: int
