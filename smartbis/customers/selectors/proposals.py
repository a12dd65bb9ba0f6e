"""Pairs of customers who may be one person."""

from uuid import UUID

from smartbis.customers.infos import MergeProposalInfo
from smartbis.customers.models import Customer, MergeProposal
from smartbis.tenancy.scope import tenant_scope

MOST = 200


def merge_proposals(*, tenant: UUID) -> tuple[MergeProposalInfo, ...]:
    """The pairs that nobody has judged yet, the newest first, at most 200; merges since are followed. Two queries."""
    with tenant_scope(tenant, read_only=True):
        rows = list(
            MergeProposal.objects.filter(tenant_id=tenant, dismissed_at__isnull=True).order_by("-proposed_at", "-id")[
                :MOST
            ]
        )
        asked = {each for row in rows for each in (row.one_id, row.other_id)}
        people = {
            row.id: (row.merged_into_id or row.id, row.status)
            for row in Customer.objects.filter(tenant_id=tenant, id__in=asked)
        }
    found: dict[tuple[UUID, UUID], MergeProposalInfo] = {}
    for row in rows:
        if Customer.Status.ERASED in (people[row.one_id][1], people[row.other_id][1]):
            continue
        one, other = sorted((people[row.one_id][0], people[row.other_id][0]))
        if one != other:
            found.setdefault((one, other), MergeProposalInfo(row.id, one, other, row.reason, row.proposed_at))
    return tuple(found.values())
