"""Reminders of a gathering: on the day before it, in the morning, to who has a place."""

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from programs.events import GatheringStarting
from programs.models import Gathering, Registration
from smartbis.kernel.clock import now
from smartbis.outbox.services import publish_all
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant

MORNING = 9
PART = 500


def remind_of_gatherings(*, tenant: UUID) -> bool:
    """Publish the next reminders that are due; True when there may be more.

    They are due from nine in the morning of the brand's day before the start, until the start. Who is given a place
    later is not reminded: their entry says the time. Each is told of one start once, and of another if it is moved.
    Publishes GatheringStarting.
    """
    with tenant_scope(tenant):
        zone = ZoneInfo(get_tenant(tenant=tenant).timezone)
        for gathering in _ahead():
            rows = _due(gathering, _reminded_at(gathering, zone))
            if rows:
                _remind(gathering, rows)
                return True
        return False


def _ahead() -> list[Gathering]:
    """Those that may be reminded of by now; the morning of the day before is less than two days away."""
    soon = Gathering.objects.filter(
        status=Gathering.Status.OPEN, starts_at__gt=now(), starts_at__lte=now() + timedelta(days=2)
    )
    return list(soon.order_by("starts_at", "id"))


def _reminded_at(gathering: Gathering, zone: ZoneInfo) -> datetime:
    day = gathering.starts_at.astimezone(zone).date() - timedelta(days=1)
    return datetime.combine(day, time(MORNING), zone)


def _due(gathering: Gathering, reminded_at: datetime) -> list[Registration]:
    if now() < reminded_at:
        return []
    # Who is being merged or leaves in this moment has their turn in the next one.
    rows = Registration.objects.select_for_update(no_key=True, skip_locked=True).filter(
        gathering_id=gathering.id, status=Registration.Status.REGISTERED, registered_at__lt=reminded_at
    )
    return list(rows.exclude(reminded_of=gathering.starts_at).order_by("id")[:PART])


def _remind(gathering: Gathering, rows: list[Registration]) -> None:
    Registration.objects.filter(id__in=[row.id for row in rows]).update(reminded_of=gathering.starts_at)
    publish_all(
        [
            GatheringStarting(
                registration_id=row.id,
                gathering_id=gathering.id,
                customer_id=row.customer_id,
                starts_at=gathering.starts_at.isoformat(),
            )
            for row in rows
        ]
    )
