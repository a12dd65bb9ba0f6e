"""Sales of a customer who was merged."""

from uuid import UUID

from smartbis.customers.reassigning import reassign
from smartbis.purchases.models import Purchase
from smartbis.tenancy.scope import tenant_scope


def reassign_purchases(*, tenant: UUID, merged: UUID, into: UUID) -> None:
    """Make the sales of a merged customer those of the one who stays; what they earned and how stays as it is."""
    with tenant_scope(tenant):
        reassign(tenant=tenant, models=[Purchase], merged=merged, into=into)
