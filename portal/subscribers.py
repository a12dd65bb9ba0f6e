"""What the portal does when something happens elsewhere."""

from uuid import UUID

from portal.services import end_sessions, reassign_sessions
from smartbis.customers.events import CustomerErased, CustomerMerged
from smartbis.outbox.subscriptions import subscribe


@subscribe(CustomerErased)
def on_customer_erased(*, tenant: UUID, event: CustomerErased) -> None:
    """Remove the sessions of somebody the brand has erased; they have been no good since."""
    end_sessions(tenant=tenant, customer=event.customer_id)


@subscribe(CustomerMerged)
def on_customer_merged(*, tenant: UUID, event: CustomerMerged) -> None:
    """Whoever is signed in under the old record is signed in as the one who stays."""
    reassign_sessions(tenant=tenant, merged=event.merged_id, into=event.customer_id)
