"""The daily close: each day's movements and balances, kept for good and chained by hashes.

Transfers commit out of order, and clocks differ, so a day is closed in three steps, each a transaction of its own:

1. **Announce** the day's end as the tenant's cutoff. `sql.POST` records nothing before the cutoff that it can see: a
   transfer that comes late, or from a clock that is behind, counts as recorded at the cutoff, on the next day.
2. **Observe**, once that is committed, the next transaction id that PostgreSQL will give: the horizon. A statement that
   could not see the cutoff ran in a transaction that had its id before (posting locks the holder first, and a row lock
   takes an id).
3. **Close** once every transaction before the horizon has ended: whatever is recorded before the cutoff is there to be
   read, and nothing can join it.

So no clock has to be right. A process that dies leaves a step that the next turn repeats without effect.
"""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.db import connection

from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.ledger.closing_sql import ANNOUNCE, DIGEST, DRAINED, FIGURES, OBSERVE
from smartbis.ledger.figures import NO_HASH, Day, Figures, Movement, day_hash, figures_after, last_midnight, next_day
from smartbis.ledger.models import Cutoff, DayClose, DayFigures, Transfer
from smartbis.ledger.patience import LONG, be_patient
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant

log = structlog.get_logger(__name__)

MARGIN = timedelta(minutes=10)
DAYS_A_TURN = 60
FIGURE_FIELDS = tuple(Figures.__dataclass_fields__)


def close_days(*, tenant: UUID, limit: int = DAYS_A_TURN) -> bool:
    """Close the days that have ended, the oldest first, at most `limit`; True when there is more to do now.

    A day has ended `MARGIN` after the tenant's midnight. Days of a brand begin with its first transfer; a day without
    transfers is closed too. Opens its own scopes: runs outside any.
    """
    day = next_open_day(tenant=tenant)
    if day is None or day.until > now() - MARGIN:
        return False
    with tenant_scope(tenant):
        _announce(tenant, last_midnight(now() - MARGIN, ZoneInfo(get_tenant(tenant=tenant).timezone)))
    with tenant_scope(tenant), connection.cursor() as cursor:
        cursor.execute(OBSERVE, {"tenant": tenant})
    with tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        cursor.execute(DRAINED, {"tenant": tenant})
        drained = cursor.fetchone()
    if drained is None:
        return True
    return all(_close_next(tenant, drained[0]) for _ in range(limit))


def next_open_day(*, tenant: UUID) -> Day | None:
    """The day that will be closed next; None for a brand without transfers."""
    with tenant_scope(tenant, read_only=True):
        zone = ZoneInfo(get_tenant(tenant=tenant).timezone)
        last = DayClose.objects.order_by("-day").first()
        if last is not None:
            return next_day(Day(last.day, last.since, last.until), last.until, zone)
        first = Transfer.objects.order_by("recorded_at").values_list("recorded_at", flat=True).first()
        return next_day(None, first, zone) if first else None


def figures_of(close: DayClose) -> list[Figures]:
    """A closed day's figures, by unit. In the tenant's scope."""
    rows = DayFigures.objects.filter(close=close).order_by("unit").values_list(*FIGURE_FIELDS)
    return [Figures(*row) for row in rows]


def is_gone(last_hash: str) -> bool:
    """Whether the close that `Cutoff.last_hash` names is not there any more. In the tenant's scope."""
    return last_hash != "" and not DayClose.objects.filter(hash=last_hash).exists()


def recount(*, tenant: UUID, day: Day) -> tuple[list[Movement], str]:
    """What the transfers say of a day: its movements by unit, and the digest of all of them. In the tenant's scope."""
    named: dict[str, UUID | datetime] = {"tenant": tenant, "since": day.since, "until": day.until}
    with connection.cursor() as cursor:
        cursor.execute(FIGURES, named)
        moved = [Movement(*row) for row in cursor.fetchall()]
        cursor.execute(DIGEST, named)
        return moved, cursor.fetchone()[0]


def _announce(tenant: UUID, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ANNOUNCE, {"id": new_id(), "tenant": tenant, "at": at})


def _close_next(tenant: UUID, before: datetime) -> bool:
    """Close one more day that ends no later than `before`; False when there is none. One closer at a time.

    A day of many million transfers takes its time: nobody waits for it. Days that were closed and are gone are not
    closed anew, over whatever became of their transfers: somebody has to look.
    """
    with tenant_scope(tenant):
        with connection.cursor() as cursor:
            be_patient(cursor, LONG)
        cutoff = Cutoff.objects.select_for_update().get()
        if is_gone(cutoff.last_hash):
            log.error("ledger.closes_are_gone", tenant=str(tenant))
            return False
        last = DayClose.objects.order_by("-day").first()
        day = next_open_day(tenant=tenant)
        if day is None or day.until > before:
            return False
        moved, digest = recount(tenant=tenant, day=day)
        figures = figures_after(figures_of(last) if last else [], moved)
        previous = last.hash if last else NO_HASH
        close = DayClose.objects.create(
            tenant_id=tenant,
            day=day.day,
            since=day.since,
            until=day.until,
            transfers=sum(each.transfers for each in figures),
            transfers_digest=digest,
            previous_hash=previous,
            hash=day_hash(tenant=tenant, day=day, figures=figures, digest=digest, previous=previous),
            closed_at=now(),
        )
        rows = [DayFigures(tenant_id=tenant, close=close, **vars(each)) for each in figures]
        DayFigures.objects.bulk_create(rows)
        Cutoff.objects.filter(id=cutoff.id).update(last_hash=close.hash)
        return True
