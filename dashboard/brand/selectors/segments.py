"""A segment's page."""

from dataclasses import dataclass
from uuid import UUID

from dashboard.brand.selectors.customers import CustomerLine, customer_lines
from insights.infos import SegmentInfo
from insights.selectors import get_segment, segment_members
from programs.selectors import programs
from smartbis.kernel.pages import Page
from smartbis.tenancy.scope import tenant_scope
from vouchers.selectors import coupons

PAGE = 50


@dataclass(frozen=True)
class SegmentPage:
    """A segment, a page of its members, and the names of the programmes and live coupons that ask for it."""

    info: SegmentInfo
    members: Page[CustomerLine]
    asked_by: list[str]


def segment_page(*, tenant: UUID, key: str, cursor: str | None) -> SegmentPage:
    """One segment. Raises SegmentNotFound, InvalidCursor."""
    with tenant_scope(tenant, read_only=True):
        info = get_segment(tenant=tenant, key=key)
        found = segment_members(tenant=tenant, key=key, cursor=cursor, limit=PAGE)
        lines = customer_lines(tenant=tenant, customers=[each.customer for each in found.items])
        return SegmentPage(info, Page(lines, found.next_cursor), _asked_by(tenant, key))


def _asked_by(tenant: UUID, key: str) -> list[str]:
    rules = [
        program.name
        for program in programs(tenant=tenant)
        if any(key in rule.when.segments for version in program.standing for rule in version.rules.rules)
    ]
    return rules + [each.name for each in coupons(tenant=tenant, status="live") if each.segment == key]
