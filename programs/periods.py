"""The periods of a plan laid one after another on the brand's calendar. Pure Python.

Rows say when a period was bought and how long it is; where it starts and ends follows from all that still stand. So the
order in which they came in makes no difference, and taking one back leaves what would be had it never been.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Length = Literal["months", "days", "until"]


@dataclass(frozen=True)
class Bought:
    """A period as it was bought. `count` is of months or days, `until` the last day of a plan with a fixed end."""

    id: object
    at: datetime
    length: Length
    count: int
    until: date | None
    grace_days: int
    order: tuple[str, int]


@dataclass(frozen=True)
class Laid:
    """Where a period lies: from `starts_at` to just before `ends_at`; a `renewal` follows on one before it."""

    bought: Bought
    starts_at: datetime
    ends_at: datetime
    renewal: bool

    @property
    def adds_time(self) -> bool:
        """False for a fixed end that was there already."""
        return self.starts_at < self.ends_at


@dataclass(frozen=True)
class Span:
    """The newest periods without a gap, as a member has them; `lapses_at` is their end with the last one's grace."""

    starts_at: datetime
    ends_at: datetime
    lapses_at: datetime


def newest_span(laid: Sequence[Laid]) -> Span | None:
    """The periods from the last one that renews nothing on; None without any."""
    if not laid:
        return None
    first = max(place for place, each in enumerate(laid) if not each.renewal)
    last = laid[-1]
    lapses_at = last.ends_at + timedelta(days=last.bought.grace_days)
    return Span(laid[first].starts_at, last.ends_at, lapses_at)


def lay(periods: Iterable[Bought], zone: str) -> list[Laid]:
    """Lay periods one after another, by when they were bought.

    One that was bought while the one before ran, or within its grace, goes on from its end; any other starts with its
    purchase. Periods end with a day of the brand's calendar: twelve months from 10 January end with 9 January.
    """
    place = ZoneInfo(zone)
    laid: list[Laid] = []
    run: _Run | None = None
    for each in sorted(periods, key=lambda one: (one.at, one.order)):
        if run is None or each.at >= run.ends_at(place) + timedelta(days=run.grace_days):
            run, starts_at, renewal = _Run(each.at.astimezone(place).date()), each.at, False
        else:
            starts_at, renewal = run.ends_at(place).astimezone(each.at.tzinfo), True
        run.add(each)
        ends_at = max(run.ends_at(place).astimezone(each.at.tzinfo), starts_at)
        laid.append(Laid(each, starts_at, ends_at, renewal))
    return laid


def is_paid_up(length: str, until: date | None, ends_at: datetime, zone: str) -> bool:
    """Whether a plan with a fixed end was bought up to it, so that another period would add nothing."""
    return length == "until" and until is not None and ends_at.astimezone(ZoneInfo(zone)).date() > until


class _Run:
    """Periods without a gap. Months are counted from the first day, so that a 31st does not wander to the 28th."""

    def __init__(self, first: date) -> None:
        self._base, self._months, self.grace_days = first, 0, 0

    def add(self, period: Bought) -> None:
        self.grace_days = period.grace_days
        if period.length == "months":
            self._months += period.count
        elif period.length == "days":
            self._base, self._months = self._end + timedelta(days=period.count), 0
        elif period.until is not None:
            self._base, self._months = max(self._end, period.until + timedelta(days=1)), 0

    def ends_at(self, zone: ZoneInfo) -> datetime:
        return datetime.combine(self._end, time(), zone)

    @property
    def _end(self) -> date:
        return _months_after(self._base, self._months)


def _months_after(day: date, months: int) -> date:
    whole = day.year * 12 + day.month - 1 + months
    year, month = divmod(whole, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
