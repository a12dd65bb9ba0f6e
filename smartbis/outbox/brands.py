"""A brand is suspended, or works again: written by tenancy, told from here, since events are not known beneath."""

from dataclasses import dataclass
from uuid import UUID

from smartbis.kernel.people import Actor
from smartbis.outbox.events import Event, event
from smartbis.outbox.services import publish
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo, get_tenant
from smartbis.tenancy.services import set_tenant_status

ACTIVE = "active"


@event("tenant.reopened.v1")
@dataclass(frozen=True, kw_only=True)
class TenantReopened(Event):
    """The platform let a suspended brand work again; which one is said by whose event it is."""


def set_brand_status(*, tenant: UUID, status: str, actor: Actor) -> TenantInfo:
    """Suspend a brand, or let it work again. Raises InvalidInput, TenantUnknown. Publishes TenantReopened."""
    with tenant_scope(tenant):
        before = get_tenant(tenant=tenant)
        after = set_tenant_status(tenant=tenant, status=status, actor=actor)
        if after.status == ACTIVE != before.status:
            publish(TenantReopened())
        return after
