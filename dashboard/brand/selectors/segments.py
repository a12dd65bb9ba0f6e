"""A segment's page, and the keys that filters may name."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from dashboard.brand.selectors.customers import CustomerLine, customer_lines
from insights.infos import SegmentInfo
from insights.selectors import get_segment, segment_members
from smartbis.customers.selectors import membership_keys
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


def known_keys(*, tenant: UUID) -> dict[str, Iterable[str]]:
    """The tags, plans and tiers that anybody has."""
    with tenant_scope(tenant, read_only=True):
        return {
            "tags": membership_keys(tenant=tenant, kind="tag"),
            "plans": membership_keys(tenant=tenant, kind="plan"),
            "tiers": membership_keys(tenant=tenant, kind="tier"),
        }
