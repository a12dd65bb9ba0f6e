"""A pending sale is paid, or will not be."""

from uuid import UUID

from smartbis.kernel.clock import now
from smartbis.outbox.services import publish
from smartbis.purchases.errors import PurchaseNotFound, PurchaseNotPending
from smartbis.purchases.events import PurchaseCancelledEvent, PurchaseConfirmed
from smartbis.purchases.infos import PurchaseInfo
from smartbis.purchases.models import Purchase
from smartbis.purchases.rows import with_items
from smartbis.tenancy.scope import tenant_scope


def confirm_purchase(*, tenant: UUID, purchase: UUID) -> tuple[PurchaseInfo, bool]:
    """Make a pending sale confirmed, and whether it was already.

    Raises PurchaseNotFound, PurchaseNotPending (it was cancelled). Publishes PurchaseConfirmed.
    """
    with tenant_scope(tenant):
        info, repeated = _decide(tenant, purchase, Purchase.Status.CONFIRMED)
        if not repeated:
            publish(PurchaseConfirmed(purchase_id=purchase))
        return info, repeated


def cancel_purchase(*, tenant: UUID, purchase: UUID) -> tuple[PurchaseInfo, bool]:
    """Make a pending sale cancelled, and whether it was already; a confirmed one is refunded instead.

    Raises PurchaseNotFound, PurchaseNotPending (it was confirmed). Publishes PurchaseCancelledEvent.
    """
    with tenant_scope(tenant):
        info, repeated = _decide(tenant, purchase, Purchase.Status.CANCELLED)
        if not repeated:
            publish(PurchaseCancelledEvent(purchase_id=purchase))
        return info, repeated


def _decide(tenant: UUID, purchase: UUID, status: str) -> tuple[PurchaseInfo, bool]:
    rows = Purchase.objects.filter(tenant_id=tenant, id=purchase, undone_at__isnull=True)
    changed = rows.filter(status=Purchase.Status.PENDING).update(status=status, decided_at=now())
    row = rows.first()
    if row is None:
        raise PurchaseNotFound
    if row.status != status:
        raise PurchaseNotPending(status=row.status)
    return with_items(tenant, [row])[0], changed == 0
