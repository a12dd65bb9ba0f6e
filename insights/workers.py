"""Background work of this room."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog
from django.db.models import F, Q

from insights.errors import SegmentNotFound
from insights.models import Segment
from insights.services.refresh import refresh_segment
from smartbis.kernel.clock import now
from smartbis.outbox.work import each_alone, worker
from smartbis.tenancy.scope import tenant_scope

log = structlog.get_logger(__name__)

# Everybody has a turn each hour; a little less, so that a turn that is early counts.
STALE_AFTER = timedelta(minutes=50)
SEGMENTS_A_TURN = 5


@worker(queue="bulk")
def refresh_due_segments(*, tenant: UUID) -> bool:
    """Look up filters that were asked for or have not been looked up for an hour, the oldest first."""
    instant = now()
    with tenant_scope(tenant, read_only=True):
        due = Segment.objects.filter(
            Q(refreshed_at__isnull=True)
            | Q(refreshed_at__lt=instant - STALE_AFTER)
            | Q(asked_at__gt=F("refreshed_at")),
            Q(leased_until__isnull=True) | Q(leased_until__lt=instant),
            tenant_id=tenant,
            kind=Segment.Kind.FILTER,
        ).order_by(F("refreshed_at").asc(nulls_first=True), "id")
        keys = list(due.values_list("key", flat=True)[:SEGMENTS_A_TURN])
    each_alone([partial(_refresh, tenant, key) for key in keys])
    return len(keys) == SEGMENTS_A_TURN


def _refresh(tenant: UUID, key: str) -> None:
    try:
        refresh_segment(tenant=tenant, key=key)
    except SegmentNotFound:
        log.info("segment.gone", key=key)
