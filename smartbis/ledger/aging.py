"""How old what the brand owes is, and how much of what was earned in a month has been used since."""
# ruff: noqa: E501, S608  (a table of columns, made of constants of this file only)

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Sum

from smartbis.kernel.clock import now
from smartbis.ledger.models import AgedLiability, DayClose
from smartbis.ledger.patience import LONG, be_patient
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant

AGES = (30, 90, 180, 365)
MONTHS = 12
ENOUGH_HOLDERS = 20
LARGE = 300_000  # transfers in about a year: half a second to reckon


@dataclass(frozen=True)
class Cohort:
    """What was earned `months` calendar months ago, less what refunds took back, and what is left of it.

    `holders` are the customers who earned it. With fewer than `ENOUGH_HOLDERS` it tells too little of a habit.
    """

    months: int
    earned: int
    left: int
    holders: int

    @property
    def used_bp(self) -> int | None:
        """The share that is used by now, in basis points; None when there is too little history to tell."""
        if self.holders < ENOUGH_HOLDERS or self.earned <= 0:
            return None
        return 10_000 * (self.earned - self.left) // self.earned


@dataclass(frozen=True)
class Aging:
    """What the brand owes in one unit by the age of the value, in days: up to 30, 90, 180, 365, and older.

    The five add up to what customers hold in all (available, pending, held and in vouchers, less what each owes);
    `lacking` is what those lack who owe more than they hold. `cohorts` go from one month ago to `MONTHS`.
    """

    unit: str
    as_of: datetime
    ages: tuple[int, ...]
    lacking: int
    cohorts: tuple[Cohort, ...]


def liability_aging(*, tenant: UUID) -> list[Aging]:
    """The age of what is owed and the use of what was earned, by unit.

    First in, first out, for each customer: what leaves is the oldest value, so what is left is the newest that came in,
    `least(held, came in since …)`. What a refund takes back never came in, and what comes back from a use is as old as
    it was. Of a large brand this is what `keep_aging` found after the last close, since it takes seconds for each
    million transfers.
    """
    with tenant_scope(tenant, read_only=True):
        if _is_large(tenant):
            kept = [_kept(row) for row in AgedLiability.objects.order_by("unit")]
            if kept:
                return kept
        return _reckoned(tenant)


def keep_aging(*, tenant: UUID) -> bool:
    """Reckon the aging of a large brand and keep it for the pages that show it; False for a brand that needs none."""
    with tenant_scope(tenant):
        if not _is_large(tenant):
            return False
        with connection.cursor() as cursor:
            be_patient(cursor, LONG)
        for each in _reckoned(tenant):
            AgedLiability.objects.update_or_create(
                tenant_id=tenant,
                unit=each.unit,
                defaults={
                    "as_of": each.as_of,
                    "ages": each.ages,
                    "lacking": each.lacking,
                    "cohorts": [[cohort.months, cohort.earned, cohort.left, cohort.holders] for cohort in each.cohorts],
                },
            )
        return True


def _is_large(tenant: UUID) -> bool:
    recent = DayClose.objects.filter(since__gte=now() - timedelta(days=400))
    return bool((recent.aggregate(total=Sum("transfers"))["total"] or 0) > LARGE)


def _kept(row: AgedLiability) -> Aging:
    cohorts = tuple(Cohort(*values) for values in row.cohorts)
    return Aging(row.unit, row.as_of, tuple(row.ages), row.lacking, cohorts)


def _reckoned(tenant: UUID) -> list[Aging]:
    at = now()
    with connection.cursor() as cursor:
        months = _month_starts(at, ZoneInfo(get_tenant(tenant=tenant).timezone))
        starts = [*(at - timedelta(days=days) for days in AGES), *months]
        named: dict[str, UUID | datetime] = {f"b{place}": start for place, start in enumerate(starts)}
        cursor.execute(_AGING, named | {"tenant": tenant, "first": min(starts)})
        return [_aging(at, row) for row in cursor.fetchall()]


def _month_starts(at: datetime, zone: ZoneInfo) -> list[datetime]:
    """The starts of this month and of the `MONTHS` before it, in the tenant's zone."""
    local = at.astimezone(zone).date()
    whole = local.year * 12 + local.month - 1
    days = [date((whole - back) // 12, (whole - back) % 12 + 1, 1) for back in range(MONTHS + 1)]
    return [datetime.combine(day, time(), zone).astimezone(UTC) for day in days]


_PLACES = range(len(AGES) + MONTHS + 1)
_COHORTS = range(len(AGES) + 1, len(AGES) + MONTHS + 1)


def _aging(at: datetime, row: tuple[Any, ...]) -> Aging:
    unit, held, lacking, *rest = row
    numbers = [int(each) for each in rest]
    count = len(_PLACES)
    left, earned, holders = numbers[:count], numbers[count : 2 * count], numbers[2 * count :]
    since = [0, *left[: len(AGES)], int(held)]
    ages = tuple(after - before for before, after in pairwise(since))
    cohorts = tuple(
        Cohort(
            months=number,
            earned=earned[place] - earned[place - 1],
            left=left[place] - left[place - 1],
            holders=holders[number - 1],
        )
        for number, place in enumerate(_COHORTS, start=1)
    )
    return Aging(str(unit), at, ages, int(lacking), cohorts)


def _each(template: str, places: range = _PLACES) -> str:
    return ",\n    ".join(template.format(place=place, newer=place - 1) for place in places)


_INSIDE = "('available', 'pending', 'held', 'receivable', 'voucher_outstanding')"
# Merged customers count as the one who stays. What reverses is dated like what it reverses, and so is what undoes that.
# What comes back from a use came in before: then more is held, and first in, first out finds its old age again.
_AGING = f"""
WITH moved AS (
    SELECT holder_id, unit, recorded_at AS at, amount FROM ledger_transfer
    WHERE tenant_id = %(tenant)s AND recorded_at >= %(first)s
        AND debit IN ('issued', 'adjusted') AND credit IN {_INSIDE} AND kind <> 'undo'
    UNION ALL
    SELECT r.holder_id, r.unit, e.recorded_at, CASE WHEN r.credit = 'issued' THEN -r.amount ELSE r.amount END
    FROM ledger_transfer r
    JOIN ledger_transfer e ON e.tenant_id = r.tenant_id AND e.award_id = r.award_id AND e.kind IN ('earn', 'earn_pending')
    WHERE r.tenant_id = %(tenant)s AND r.recorded_at >= %(first)s AND e.recorded_at >= %(first)s
        AND ((r.credit = 'issued' AND r.debit IN {_INSIDE})
            OR (r.debit = 'issued' AND r.credit IN {_INSIDE} AND r.kind = 'undo'))
    UNION ALL
    SELECT r.holder_id, r.unit, e.recorded_at, -r.amount
    FROM ledger_transfer r JOIN ledger_transfer e ON e.tenant_id = r.tenant_id AND e.id = r.reverses_id
    WHERE r.tenant_id = %(tenant)s AND r.recorded_at >= %(first)s AND e.recorded_at >= %(first)s
        AND r.credit = 'adjusted' AND r.debit IN {_INSIDE} AND r.kind = 'undo'
), came AS (
    SELECT holder_id, unit,
    {_each("coalesce(sum(amount) FILTER (WHERE at >= %(b{place})s), 0)::bigint AS c{place}")}
    FROM moved GROUP BY holder_id, unit
), vouchers AS (
    SELECT holder_id, unit, sum(CASE WHEN credit = 'voucher_outstanding' THEN amount ELSE -amount END)::bigint AS amount
    FROM ledger_transfer
    WHERE tenant_id = %(tenant)s AND (debit = 'voucher_outstanding' OR credit = 'voucher_outstanding')
    GROUP BY holder_id, unit
), per_row AS (
    SELECT coalesce(b.merged_into_id, b.holder_id) AS holder_id, b.unit,
        b.available + b.pending + b.held - b.owed + coalesce(v.amount, 0) AS net,
    {_each("coalesce(c.c{place}, 0) AS c{place}")}
    FROM ledger_holderbalance b
    LEFT JOIN vouchers v ON v.holder_id = b.holder_id AND v.unit = b.unit
    LEFT JOIN came c ON c.holder_id = b.holder_id AND c.unit = b.unit
    WHERE b.tenant_id = %(tenant)s
), merged AS (
    SELECT holder_id, unit, sum(net) AS net,
    {_each("sum(c{place}) AS c{place}")}
    FROM per_row WHERE (holder_id, unit) IN (
        SELECT merged_into_id, unit FROM ledger_holderbalance WHERE tenant_id = %(tenant)s AND merged_into_id IS NOT NULL
    ) GROUP BY holder_id, unit
), per_holder AS (
    SELECT * FROM per_row WHERE (holder_id, unit) NOT IN (SELECT holder_id, unit FROM merged)
    UNION ALL SELECT * FROM merged
)
SELECT unit, coalesce(sum(net) FILTER (WHERE net > 0), 0)::bigint, coalesce(-sum(net) FILTER (WHERE net < 0), 0)::bigint,
    {_each("sum(least(greatest(net, 0), greatest(c{place}, 0)))::bigint")},
    {_each("sum(greatest(c{place}, 0))::bigint")},
    {_each("count(*) FILTER (WHERE c{place} > c{newer})", _COHORTS)}
FROM per_holder GROUP BY unit ORDER BY unit
"""
