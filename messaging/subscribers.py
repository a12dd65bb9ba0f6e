"""What the messaging room does when something happens elsewhere."""

from uuid import UUID

from messaging.gate import TENANT_SUSPENDED
from messaging.services.erasure import wipe_customer
from messaging.services.release import release_held
from smartbis.customers.events import CustomerErased
from smartbis.outbox.brands import TenantReopened
from smartbis.outbox.subscriptions import subscribe
from smartbis.outbox.work import request_work


@subscribe(CustomerErased)
def on_customer_erased(*, tenant: UUID, event: CustomerErased) -> None:
    """Wipe what was written to and by the person; that something was sent stays known."""
    wipe_customer(tenant=tenant, customer=event.customer_id)


@subscribe(TenantReopened)
def on_tenant_reopened(*, tenant: UUID, event: TenantReopened) -> None:
    """Let go what waited while the brand was suspended, if it is still worth saying."""
    release_held(tenant=tenant, reason=TENANT_SUSPENDED)
    request_work(queue="send")  # for what was queued before the suspension
