"""What the brand owes its customers: how much, how old it is, what it is worth, and how such value was used so far."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from insights.expected import expected_use
from programs.selectors import PointValue, point_value
from smartbis.kernel.clock import now
from smartbis.kernel.units import POINTS, is_currency, is_spendable
from smartbis.ledger.aging import AGES, Aging, Cohort, liability_aging
from smartbis.ledger.selectors import LiabilityInfo, liability
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant

_AT_ONCE = timedelta(minutes=1)
_NO_AGES = (0,) * (len(AGES) + 1)


@dataclass(frozen=True)
class LiabilityRow:
    """What is owed in one unit, in minor units or points.

    `total` is available, pending, held and in vouchers, less owed. `ages` are days 0–30, 31–90, 91–180, 181–365 and
    older; they add up to `total` and `lacking`, what those owe who hold less than they owe. `value_minor` is the total
    in the tenant's currency, None for points without a value. `use` goes from what was earned one month ago to twelve.
    `expected_use` is how much will still be used if the months before are a guide, None where they tell too little.
    """

    unit: str
    available: int
    pending: int
    held: int
    in_vouchers: int
    owed: int
    holders: int
    total: int
    value_minor: int | None
    ages: tuple[int, ...]
    lacking: int
    use: tuple[Cohort, ...]
    expected_use: int | None


@dataclass(frozen=True)
class LiabilityReport:
    """What is owed in every unit at an instant. `aged_at`: of which instant ages and use are (`liability_aging`)."""

    as_of: datetime
    aged_at: datetime
    currency: str
    point_value: PointValue | None
    rows: tuple[LiabilityRow, ...]


def liability_report(*, tenant: UUID) -> LiabilityReport:
    """What the brand owes now, by unit; tier points are no debt. Five queries."""
    with tenant_scope(tenant, read_only=True):
        worth = point_value(tenant=tenant)
        aging = {each.unit: each for each in liability_aging(tenant=tenant)}
        owing = [each for each in liability(tenant=tenant) if is_spendable(each.unit)]
        rows = tuple(_row(each, aging.get(each.unit), worth) for each in owing)
        at = now()
        aged_at = min((each.as_of for each in aging.values()), default=at)
        return LiabilityReport(
            at, at if at - aged_at < _AT_ONCE else aged_at, get_tenant(tenant=tenant).currency, worth, rows
        )


def _row(info: LiabilityInfo, aging: Aging | None, worth: PointValue | None) -> LiabilityRow:
    total = info.available + info.pending + info.held + info.in_vouchers - info.owed
    value = total if is_currency(info.unit) else None
    if info.unit == POINTS and worth is not None:
        value = worth.of(total)
    return LiabilityRow(
        unit=info.unit,
        available=info.available,
        pending=info.pending,
        held=info.held,
        in_vouchers=info.in_vouchers,
        owed=info.owed,
        holders=info.holders,
        total=total,
        value_minor=value,
        ages=aging.ages if aging else _NO_AGES,
        lacking=aging.lacking if aging else 0,
        use=aging.cohorts if aging else (),
        expected_use=expected_use(aging.ages, aging.cohorts) if aging else None,
    )
