"""A filter is looked up, and memberships follow by difference."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from insights.errors import SegmentNotFound
from insights.infos import SegmentInfo
from insights.models import Segment
from insights.segments.finding import find_members
from insights.segments.rows import segment_info
from insights.segments.spec import SegmentSpec
from smartbis.customers.infos import MembershipInfo
from smartbis.customers.selectors import members_of
from smartbis.customers.services import drop_memberships, remove_members, set_memberships
from smartbis.kernel.clock import now
from smartbis.tenancy.scope import tenant_scope

AT_ONCE = 5_000
LEASE = timedelta(minutes=10)


def refresh_segment(*, tenant: UUID, key: str) -> SegmentInfo | None:
    """Look a filter up and write who joined and who left, some thousands in each transaction.

    Nobody waits for it: readers see the set change in parts. None when somebody else is at it.
    Raises SegmentNotFound, also when it was deleted meanwhile.
    """
    row = _claim(tenant, key)
    if row is None:
        return None
    started = now()
    found = find_members(tenant=tenant, spec=SegmentSpec.kept(row.spec))
    before = members_of(tenant=tenant, kind="segment", key=key)
    for chunk in _chunks(found - before):
        joined = [MembershipInfo(each, "segment", key, started, None) for each in chunk]
        set_memberships(tenant=tenant, memberships=joined)
    for chunk in _chunks(before - found):
        remove_members(tenant=tenant, kind="segment", key=key, customers=chunk)
    with tenant_scope(tenant):
        done = Segment.objects.select_for_update(no_key=True).filter(tenant_id=tenant, id=row.id).first()
        if done is None:
            drop_memberships(tenant=tenant, kind="segment", key=key)
            raise SegmentNotFound
        done.size, done.refreshed_at, done.leased_until = len(found), started, None
        done.save(update_fields=["size", "refreshed_at", "leased_until"])
        return segment_info(done)


def _claim(tenant: UUID, key: str) -> Segment | None:
    """Take the filter for a while by an update that must touch it; None when it is somebody else's now."""
    instant = now()
    with tenant_scope(tenant):
        rows = Segment.objects.filter(tenant_id=tenant, key=key)
        free = rows.filter(Q(leased_until__isnull=True) | Q(leased_until__lt=instant), kind=Segment.Kind.FILTER)
        if free.update(leased_until=instant + LEASE):
            return rows.get()
        if not rows.exists():
            raise SegmentNotFound
        return None


def _chunks(customers: Iterable[UUID]) -> Iterator[list[UUID]]:
    chosen = sorted(customers)
    for start in range(0, len(chosen), AT_ONCE):
        yield chosen[start : start + AT_ONCE]
