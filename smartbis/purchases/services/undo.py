"""An import is taken back."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection

from smartbis.kernel.clock import now
from smartbis.outbox.services import publish
from smartbis.purchases.events import PurchasesUndone
from smartbis.purchases.infos import UndoneInfo
from smartbis.purchases.models import Purchase
from smartbis.tenancy.scope import tenant_scope

# A sale that stays gets back what the import's refunds took from it.
_GIVE_BACK_AMOUNTS = """
UPDATE purchases_purchase p SET refunded_minor = p.refunded_minor - taken.amount
FROM (
    SELECT purchase_id, sum(amount_minor)::bigint AS amount FROM purchases_refund
    WHERE tenant_id = %(tenant)s AND import_batch = %(batch)s AND undone_at IS NULL GROUP BY purchase_id
) AS taken
WHERE p.tenant_id = %(tenant)s AND p.id = taken.purchase_id
"""
_GIVE_BACK_LINES = """
UPDATE purchases_purchaseitem i SET refunded_quantity = i.refunded_quantity - taken.quantity
FROM (
    SELECT l.item_id, sum(l.quantity)::bigint AS quantity
    FROM purchases_refunditem l JOIN purchases_refund r ON r.tenant_id = l.tenant_id AND r.id = l.refund_id
    WHERE r.tenant_id = %(tenant)s AND r.import_batch = %(batch)s AND r.undone_at IS NULL GROUP BY l.item_id
) AS taken
WHERE i.tenant_id = %(tenant)s AND i.id = taken.item_id
"""
_UNDO_SOME_REFUNDS = """
UPDATE purchases_refund SET undone_at = %(now)s
WHERE tenant_id = %(tenant)s AND undone_at IS NULL AND purchase_id = ANY(%(sales)s)
"""
_UNDO_SOME_SALES = """
UPDATE purchases_purchase SET undone_at = %(now)s
WHERE tenant_id = %(tenant)s AND import_batch = %(batch)s AND undone_at IS NULL AND id = ANY(%(sales)s)
"""
_UNDO_REFUNDS = """
UPDATE purchases_refund r SET undone_at = %(now)s
WHERE r.tenant_id = %(tenant)s AND r.undone_at IS NULL AND (
    r.import_batch = %(batch)s OR EXISTS (
        SELECT FROM purchases_purchase p
        WHERE p.tenant_id = r.tenant_id AND p.id = r.purchase_id AND p.import_batch = %(batch)s
          AND p.undone_at IS NULL))
"""
_UNDO_SALES = """
UPDATE purchases_purchase SET undone_at = %(now)s
WHERE tenant_id = %(tenant)s AND import_batch = %(batch)s AND undone_at IS NULL
"""


def undo_purchases(*, tenant: UUID, import_batch: UUID, sales: Collection[UUID] | None = None) -> UndoneInfo:
    """Take back the sales and refunds of an import, also later refunds of its sales; their numbers are free again.

    With `sales` only those, with their refunds: a long import is taken back in parts, and a last call without them
    takes back what it refunded of others' sales. Undoing again takes nothing back. The rows stay, as undone, since
    transfers name them. Publishes PurchasesUndone when there was something.
    """
    values: dict[str, Any] = {"tenant": tenant, "batch": import_batch, "now": now(), "sales": list(sales or ())}
    with tenant_scope(tenant):
        rows = Purchase.objects.select_for_update(no_key=True).filter(
            tenant_id=tenant, import_batch=import_batch, undone_at__isnull=True
        )
        if sales is not None:
            rows = rows.filter(id__in=values["sales"])
        list(rows.order_by("id").values_list("id", flat=True))
        with connection.cursor() as cursor:
            if sales is None:
                cursor.execute(_GIVE_BACK_AMOUNTS, values)
                cursor.execute(_GIVE_BACK_LINES, values)
            cursor.execute(_UNDO_REFUNDS if sales is None else _UNDO_SOME_REFUNDS, values)
            refunds = cursor.rowcount
            cursor.execute(_UNDO_SALES if sales is None else _UNDO_SOME_SALES, values)
            purchases = cursor.rowcount
        if purchases or refunds:
            publish(PurchasesUndone(import_batch=import_batch, purchases=purchases, refunds=refunds))
        return UndoneInfo(purchases=purchases, refunds=refunds)
