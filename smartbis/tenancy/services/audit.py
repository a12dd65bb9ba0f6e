"""The audit trail: a row beside the write."""

from typing import Any
from uuid import UUID

from smartbis.kernel.clock import now
from smartbis.kernel.context import request_id, scoped_tenant
from smartbis.kernel.people import Actor
from smartbis.tenancy.models import AuditEntry
from smartbis.tenancy.scope import TenantScopeConflict, tenant_scope


def record_audit(
    *,
    tenant: UUID,
    actor: Actor,
    action: str,
    object_kind: str = "",
    object_id: UUID | None = None,
    reason: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write who did what, in the transaction of the deed. Never holds personal data: of a customer, the id."""
    with tenant_scope(tenant):
        AuditEntry.objects.create(
            tenant_id=tenant,
            at=now(),
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_label="" if actor.kind == "customer" else actor.label[:80],  # it outlives their erasure
            action=action,
            object_kind=object_kind,
            object_id=object_id,
            reason=reason[:300],
            before=before,
            after=after,
            request_id=request_id()[:40],
        )


def record_refusal(*, tenant: UUID, actor: Actor, action: str, code: str, object_id: UUID | None = None) -> None:
    """Write that something was refused, in a transaction of its own, after the refused one rolled back."""
    if scoped_tenant() is not None:
        raise TenantScopeConflict("a refusal is recorded after its transaction")
    record_audit(tenant=tenant, actor=actor, action=action, object_id=object_id, reason=code)
