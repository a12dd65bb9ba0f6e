"""Rows of sales turned into what is handed out."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from uuid import UUID

from smartbis.purchases.infos import ItemInfo, PurchaseInfo, RefundInfo
from smartbis.purchases.models import Purchase, PurchaseItem, Refund

# A tuple per line rather than a model: batches read tens of thousands.
_ITEM = tuple(field.name for field in fields(ItemInfo))


def with_items(tenant: UUID, rows: Sequence[Purchase]) -> list[PurchaseInfo]:
    """The sales with their lines, in the order given; one query for all lines."""
    lines: dict[UUID, list[ItemInfo]] = {}
    if rows:
        items = PurchaseItem.objects.filter(tenant_id=tenant, purchase_id__in=[row.id for row in rows])
        for purchase, *item in items.order_by("purchase_id", "position").values_list("purchase_id", *_ITEM):
            lines.setdefault(purchase, []).append(ItemInfo(*item))
    return [_purchase(row, tuple(lines.get(row.id, ()))) for row in rows]


def without_items(rows: Iterable[Purchase]) -> list[PurchaseInfo]:
    """The sales without their lines, for lists."""
    return [_purchase(row, ()) for row in rows]


def refund_info(row: Refund, amount_of_sale: int) -> RefundInfo:
    """A refund, knowing the sale's gross amount."""
    return RefundInfo(
        id=row.id,
        purchase_id=row.purchase_id,
        external_id=row.external_id,
        amount_minor=row.amount_minor,
        refunded_after_minor=row.refunded_after_minor,
        closing=row.refunded_after_minor == amount_of_sale,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
    )


def _purchase(row: Purchase, items: tuple[ItemInfo, ...]) -> PurchaseInfo:
    return PurchaseInfo(
        id=row.id,
        customer_id=row.customer_id,
        store_id=row.store_id,
        external_id=row.external_id,
        status=row.status,
        amount_minor=row.amount_minor,
        paid_minor=row.paid_minor,
        voucher_discount_minor=row.voucher_discount_minor,
        balance_used_minor=row.balance_used_minor,
        refunded_minor=row.refunded_minor,
        currency=row.currency,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        channel=row.channel,
        items=items,
        operator_kind=row.operator_kind,
        operator_id=row.operator_id,
        import_batch=row.import_batch,
        undone_at=row.undone_at,
        payment_method=row.payment_method,
    )
