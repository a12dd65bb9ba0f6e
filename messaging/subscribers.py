"""What the messaging room does when something happens elsewhere."""

from uuid import UUID

from messaging.services.erasure import wipe_customer
from smartbis.customers.events import CustomerErased
from smartbis.outbox.subscriptions import subscribe


@subscribe(CustomerErased)
def on_customer_erased(*, tenant: UUID, event: CustomerErased) -> None:
    """Wipe what was written to and by the person; that something was sent stays known."""
    wipe_customer(tenant=tenant, customer=event.customer_id)
