"""A customer leaves by themselves."""

from uuid import UUID

from portal.services.sessions import end_sessions
from smartbis.customers.services import erase_customer
from smartbis.kernel.people import Actor
from smartbis.tenancy.scope import tenant_scope


def leave(*, tenant: UUID, customer: UUID, actor: Actor) -> None:
    """Erase who the customer is and sign them out everywhere, in one transaction.

    Raises CustomerNotFound, CustomerGone. Publishes CustomerErased.
    """
    with tenant_scope(tenant):
        end_sessions(tenant=tenant, customer=customer)
        erase_customer(tenant=tenant, customer=customer, actor=actor)
