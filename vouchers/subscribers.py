"""What the vouchers' room does when something happens elsewhere."""

from uuid import UUID

from smartbis.customers.events import CustomerErased
from smartbis.outbox.subscriptions import subscribe
from vouchers.services.ending import end_vouchers_of_erased


@subscribe(CustomerErased)
def on_customer_erased(*, tenant: UUID, event: CustomerErased) -> None:
    """End the person's own vouchers; the ledger keeps what they cost."""
    end_vouchers_of_erased(tenant=tenant, customer=event.customer_id)
