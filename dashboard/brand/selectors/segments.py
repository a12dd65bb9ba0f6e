"""A segment's page."""

from dataclasses import dataclass
from uuid import UUID

from dashboard.brand.selectors.customers import CustomerLine, customer_lines
from insights.infos import SegmentInfo
from insights.selectors import get_segment, segment_members
from smartbis.kernel.pages import Page
from smartbis.tenancy.scope import tenant_scope

PAGE = 50


@dataclass(frozen=True)
class SegmentPage:
    """A segment and a page of its members."""

    info: SegmentInfo
    members: Page[CustomerLine]


def segment_page(*, tenant: UUID, key: str, cursor: str | None) -> SegmentPage:
    """One segment. Raises SegmentNotFound, InvalidCursor."""
    with tenant_scope(tenant, read_only=True):
        info = get_segment(tenant=tenant, key=key)
        found = segment_members(tenant=tenant, key=key, cursor=cursor, limit=PAGE)
        lines = customer_lines(tenant=tenant, customers=[each.customer for each in found.items])
        return SegmentPage(info, Page(lines, found.next_cursor))
