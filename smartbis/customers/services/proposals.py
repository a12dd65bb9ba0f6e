"""Two customers who may be one person: noted for staff to judge, never merged by itself."""

from uuid import UUID

from smartbis.customers.errors import ProposalNotFound
from smartbis.customers.models import MergeProposal
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import Actor
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.services import record_audit


def propose_merge(*, tenant: UUID, one: UUID, other: UUID, reason: str) -> None:
    """Note that two customers may be one person; once a pair, and not again where staff said they are two."""
    if one == other:
        return
    first, second = sorted((one, other))
    with tenant_scope(tenant):
        row = MergeProposal(
            id=new_id(), tenant_id=tenant, one_id=first, other_id=second, reason=reason, proposed_at=now()
        )
        MergeProposal.objects.bulk_create([row], ignore_conflicts=True)


def dismiss_merge(*, tenant: UUID, proposal: UUID, actor: Actor) -> None:
    """Staff say that they are two people. Raises ProposalNotFound, PermissionMissing."""
    require(actor, "customer.merge")
    with tenant_scope(tenant):
        row = MergeProposal.objects.select_for_update().filter(tenant_id=tenant, id=proposal).first()
        if row is None:
            raise ProposalNotFound
        if row.dismissed_at is not None:
            return
        row.dismissed_at = now()
        row.save(update_fields=["dismissed_at"])
        record_audit(
            tenant=tenant,
            actor=actor,
            action="customer.merge_dismiss",
            object_kind="customer",
            object_id=row.one_id,
            after={"other": str(row.other_id)},
        )
