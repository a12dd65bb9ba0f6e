"""Notices before a voucher ends: on the days that its coupon names, once each, in the morning."""

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Q

from smartbis.kernel.clock import now
from smartbis.outbox.services import publish_all
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant
from vouchers.events import VoucherEnding
from vouchers.models import Coupon, Voucher

MORNING = 9
PART = 500


def tell_of_ends(*, tenant: UUID) -> bool:
    """Publish the next notices that are due today; True when there may be more.

    A voucher that ends on a day is told of so many days before it, by its coupon's `notice_days`. Whoever had it for
    less than twice that long by then is not: a notice of 30 days says nothing of a voucher that lasts 30 days. A day on
    which nobody worked is not made up for. Publishes VoucherEnding.
    """
    with tenant_scope(tenant):
        instant, zone = now(), ZoneInfo(get_tenant(tenant=tenant).timezone)
        today = instant.astimezone(zone)
        if today.hour < MORNING:
            return False
        for days in _days_asked():
            start = datetime.combine(today.date() + timedelta(days=days), time.min, zone)
            rows = _due(days, start, start + timedelta(days=1))
            if rows:
                _tell(rows, days)
                return True
        return False


def _days_asked() -> list[int]:
    asked = Coupon.objects.exclude(notice_days=[]).order_by().values_list("notice_days", flat=True).distinct()
    return sorted({days for each in asked for days in each})


def _due(days: int, start: datetime, end: datetime) -> list[Voucher]:
    rows = Voucher.objects.select_for_update(no_key=True, skip_locked=True, of=("self",)).filter(
        Q(noticed_days__isnull=True) | Q(noticed_days__gt=days),
        status=Voucher.Status.ISSUED,
        valid_until__gte=start,
        valid_until__lt=end,
        valid_until__gt=now(),
        coupon__notice_days__contains=[days],
        issued_at__lte=F("valid_until") - timedelta(days=2 * days),
    )
    return list(rows.order_by("valid_until", "id")[:PART])


def _tell(rows: list[Voucher], days: int) -> None:
    Voucher.objects.filter(id__in=[row.id for row in rows]).update(noticed_days=days)
    publish_all(
        [
            VoucherEnding(
                voucher_id=row.id,
                customer_id=row.customer_id,
                coupon_id=row.coupon_id,
                days=days,
                ends_at=row.valid_until.isoformat() if row.valid_until else "",
            )
            for row in rows
        ]
    )
