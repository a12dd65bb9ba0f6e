"""Segments and who is in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from insights.errors import SegmentNotFound
from insights.infos import SegmentInfo
from insights.models import Segment
from insights.segments.finding import find_members
from insights.segments.rows import segment_info
from insights.segments.spec import SegmentSpec
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.selectors import get_customers, members_after
from smartbis.kernel.pages import InvalidCursor, Page, decode_cursor, encode_cursor
from smartbis.tenancy.scope import tenant_scope

MAX_PAGE = 200
_EXPORTED = 1_000


@dataclass(frozen=True)
class SegmentMember:
    """A customer in a segment, and since when."""

    customer: CustomerInfo
    since: datetime


def segments(*, tenant: UUID) -> list[SegmentInfo]:
    """Every segment, by name."""
    with tenant_scope(tenant, read_only=True):
        return [segment_info(row) for row in Segment.objects.filter(tenant_id=tenant).order_by("name", "id")]


def get_segment(*, tenant: UUID, key: str) -> SegmentInfo:
    """One segment. Raises SegmentNotFound."""
    with tenant_scope(tenant, read_only=True):
        row = Segment.objects.filter(tenant_id=tenant, key=key).first()
        if row is None:
            raise SegmentNotFound
        return segment_info(row)


def segment_names(*, tenant: UUID) -> dict[str, str]:
    """The name of each segment by its key."""
    with tenant_scope(tenant, read_only=True):
        return dict(Segment.objects.filter(tenant_id=tenant).values_list("key", "name"))


def count_members(*, tenant: UUID, spec: SegmentSpec) -> int:
    """How many customers a filter would find now. Nothing is written."""
    return len(find_members(tenant=tenant, spec=spec))


def segment_members(*, tenant: UUID, key: str, cursor: str | None = None, limit: int = 50) -> Page[SegmentMember]:
    """Who is in a segment, in the order of enrolment. Raises SegmentNotFound, InvalidCursor."""
    size = max(1, min(limit, MAX_PAGE))
    after = _after(cursor)
    with tenant_scope(tenant, read_only=True):
        get_segment(tenant=tenant, key=key)
        rows = members_after(tenant=tenant, kind="segment", key=key, after=after, limit=size + 1)
        infos = get_customers(tenant=tenant, customers=[row.customer_id for row in rows[:size]])
        items = tuple(
            SegmentMember(infos[row.customer_id], row.valid_from) for row in rows[:size] if row.customer_id in infos
        )
        more = encode_cursor(str(rows[size - 1].customer_id)) if len(rows) > size else None
        return Page(items, more)


def every_member(*, tenant: UUID, key: str) -> Iterator[SegmentMember]:
    """All members, a thousand read at a time, each in a scope of its own. Raises SegmentNotFound."""
    get_segment(tenant=tenant, key=key)
    after: UUID | None = None
    while True:
        with tenant_scope(tenant, read_only=True):
            rows = members_after(tenant=tenant, kind="segment", key=key, after=after, limit=_EXPORTED)
            infos = get_customers(tenant=tenant, customers=[row.customer_id for row in rows])
        for row in rows:
            if row.customer_id in infos:
                yield SegmentMember(infos[row.customer_id], row.valid_from)
        if len(rows) < _EXPORTED:
            return
        after = rows[-1].customer_id


def _after(cursor: str | None) -> UUID | None:
    if cursor is None:
        return None
    (text,) = decode_cursor(cursor, 1)
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidCursor({"cursor": [InvalidCursor.sentence]}) from error
