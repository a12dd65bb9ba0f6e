"""What the portal does when something happens elsewhere."""

from uuid import UUID

from portal.services import end_sessions
from smartbis.customers.events import CustomerErased
from smartbis.outbox.subscriptions import subscribe


@subscribe(CustomerErased)
def on_customer_erased(*, tenant: UUID, event: CustomerErased) -> None:
    """Remove the sessions of somebody the brand has erased; they have been no good since."""
    end_sessions(tenant=tenant, customer=event.customer_id)
