"""Who is in a list kept by hand, and tags for everybody in a segment."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from insights.errors import SegmentIsLiving
from insights.infos import SegmentInfo
from insights.models import Segment
from insights.segments.rows import segment_info
from insights.services.segments import lock_segment
from smartbis.customers.infos import MembershipInfo
from smartbis.customers.selectors import customers_named, members_of
from smartbis.customers.services import remove_members, set_memberships, tag_many
from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.services import record_audit

MOST_LINES = 20_000


@dataclass(frozen=True)
class ListResult:
    """What became of a list: how many lines, whom they found, and which lines (counted from 1) found nobody."""

    lines: int
    customers: tuple[UUID, ...]
    unknown: tuple[tuple[int, str], ...]
    added: int


def add_to_segment(*, tenant: UUID, key: str, customers: Collection[UUID], actor: Actor) -> SegmentInfo:
    """Put customers on a list; who is on it stays. Raises SegmentNotFound, SegmentIsLiving."""
    instant = now()
    with tenant_scope(tenant):
        row = _locked_list(tenant, key)
        there = members_of(tenant=tenant, kind="segment", key=key)
        rows = [MembershipInfo(each, "segment", key, instant, None) for each in sorted(set(customers) - there)]
        added = set_memberships(tenant=tenant, memberships=rows)
        _counted(tenant, row, len(there) + added)
        _audit(tenant, actor, "segment.add", row, added)
        return segment_info(row)


def add_to_segment_by_list(
    *, tenant: UUID, key: str, lines: Sequence[str], actor: Actor, dry_run: bool = False
) -> ListResult:
    """Put whom the lines name (a phone, CPF, e-mail address or id of the shop each) on a list; or only say whom.

    Blank lines are passed over; nobody is enrolled. Raises SegmentNotFound, SegmentIsLiving.
    """
    numbered = [(number, line.strip()) for number, line in enumerate(lines[:MOST_LINES], start=1) if line.strip()]
    with tenant_scope(tenant):
        _locked_list(tenant, key)
        found = customers_named(tenant=tenant, lines=[text for _, text in numbered])
        known = tuple(dict.fromkeys(customer for customer in found if customer))
        unknown = tuple(pair for pair, customer in zip(numbered, found, strict=True) if customer is None)
        there = members_of(tenant=tenant, kind="segment", key=key)
        if not dry_run:
            add_to_segment(tenant=tenant, key=key, customers=known, actor=actor)
        return ListResult(len(numbered), known, unknown, len(set(known) - there))


def remove_from_segment(*, tenant: UUID, key: str, customers: Collection[UUID], actor: Actor) -> SegmentInfo:
    """Take customers off a list. Raises SegmentNotFound, SegmentIsLiving."""
    with tenant_scope(tenant):
        row = _locked_list(tenant, key)
        gone = remove_members(tenant=tenant, kind="segment", key=key, customers=list(customers))
        _counted(tenant, row, len(members_of(tenant=tenant, kind="segment", key=key)))
        _audit(tenant, actor, "segment.remove", row, gone)
        return segment_info(row)


def tag_segment(*, tenant: UUID, key: str, tag: str, actor: Actor) -> int:
    """Mark everybody who is in a segment now with a tag; how many. Raises SegmentNotFound, InvalidInput."""
    with tenant_scope(tenant):
        lock_segment(tenant=tenant, key=key)
        members = members_of(tenant=tenant, kind="segment", key=key)
    return tag_many(tenant=tenant, customers=members, tag=tag, actor=actor)


def _locked_list(tenant: UUID, key: str) -> Segment:
    row = lock_segment(tenant=tenant, key=key)
    if row.kind != Segment.Kind.MANUAL:
        raise SegmentIsLiving
    return row


def _counted(tenant: UUID, row: Segment, size: int) -> None:
    row.size, row.refreshed_at = size, now()
    row.save(update_fields=["size", "refreshed_at"])


def _audit(tenant: UUID, actor: Actor, action: str, row: Segment, customers: int) -> None:
    record_audit(
        tenant=tenant,
        actor=actor,
        action=action,
        object_kind="segment",
        object_id=row.id,
        after={"key": row.key, "customers": customers},
    )
