"""Sales are given back, in part or whole."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from smartbis.kernel.clock import now
from smartbis.kernel.errors import DomainError
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import Actor
from smartbis.outbox.services import publish_all
from smartbis.purchases.drafts import check_refund, refund_hash
from smartbis.purchases.errors import PurchaseChanged, PurchaseNotFound, RefundConflict
from smartbis.purchases.events import PurchaseRefunded
from smartbis.purchases.infos import (
    BulkRefundResult,
    ItemInfo,
    PurchaseInfo,
    RefundDraft,
    RefundInfo,
    RefundItemDraft,
)
from smartbis.purchases.models import Purchase, Refund, RefundItem
from smartbis.purchases.refunding import Taken, take
from smartbis.purchases.rows import refund_info, with_items
from smartbis.purchases.statements import add_refunded_quantities, move_refunded
from smartbis.tenancy.scope import tenant_scope


def add_refund(
    *,
    tenant: UUID,
    purchase: PurchaseInfo,
    amount_minor: int | None = None,
    items: Sequence[RefundItemDraft] = (),
    external_id: str,
    occurred_at: datetime | None = None,
    actor: Actor | None = None,
) -> tuple[RefundInfo, bool]:
    """Record a refund of a sale that `lock_purchase` answered in this transaction, and whether it was there already.

    Give an amount in minor units, or articles. The guarded update and the CHECK hold whatever the caller read.
    Raises InvalidInput, PurchaseCancelled, RefundExceedsPurchase, RefundConflict, and PurchaseChanged when
    the sale was not locked. Publishes PurchaseRefunded.
    """
    draft = RefundDraft(
        purchase=purchase.id,
        external_id=external_id,
        amount_minor=amount_minor,
        items=tuple(items),
        occurred_at=occurred_at,
    )
    check_refund(draft)
    with tenant_scope(tenant):
        repeated = _repeated(tenant, draft, purchase)
        if repeated:
            return repeated, True
        taken = take(purchase, draft)
        row = _row(tenant, draft, taken, purchase, actor, None)
        _write(tenant, [(row, taken)])
        publish_all([_event(row)])
        return refund_info(row, purchase.amount_minor), False


def add_refunds_in_bulk(
    *,
    tenant: UUID,
    drafts: Sequence[RefundDraft],
    import_batch: UUID | None = None,
    publish: bool = True,
    actor: Actor | None = None,
) -> list[BulkRefundResult]:
    """Record many refunds, each judged on its own and in order; the answers stand in the drafts' order.

    The sales are locked in the order of their ids. Publishes PurchaseRefunded for each new refund if asked.
    """
    with tenant_scope(tenant):
        sales = _locked(tenant, {draft.purchase for draft in drafts})
        there = _present(tenant, list(sales))
        written: list[tuple[Refund, Taken]] = []
        results = []
        for draft in drafts:
            try:
                row, taken, sale = _judged(tenant, draft, sales, there, actor, import_batch)
            except DomainError as error:
                results.append(BulkRefundResult("refused", error=error))
                continue
            if taken is not None:
                written.append((row, taken))
                sale = sales[sale.id] = _after(sale, taken)
                there[sale.id, draft.external_id] = row
            results.append(
                BulkRefundResult(
                    "repeated" if taken is None else "recorded",
                    refund=refund_info(row, sale.amount_minor),
                    purchase=sale,
                )
            )
        _write(tenant, written)
        if publish and written:
            publish_all([_event(row) for row, _ in written])
        return results


def _judged(
    tenant: UUID,
    draft: RefundDraft,
    sales: dict[UUID, PurchaseInfo],
    there: dict[tuple[UUID, str], Refund],
    actor: Actor | None,
    import_batch: UUID | None,
) -> tuple[Refund, Taken | None, PurchaseInfo]:
    """The refund's row, what it takes (None for a repeat), and its sale."""
    check_refund(draft)
    sale = sales.get(draft.purchase)
    if sale is None:
        raise PurchaseNotFound
    present = there.get((sale.id, draft.external_id))
    if present is not None:
        if bytes(present.content_hash) != refund_hash(draft):
            raise RefundConflict
        return present, None, sale
    taken = take(sale, draft)
    return _row(tenant, draft, taken, sale, actor, import_batch), taken, sale


def _repeated(tenant: UUID, draft: RefundDraft, sale: PurchaseInfo) -> RefundInfo | None:
    present = Refund.objects.filter(
        tenant_id=tenant, purchase_id=sale.id, external_id=draft.external_id, undone_at__isnull=True
    ).first()
    if present is None:
        return None
    if bytes(present.content_hash) != refund_hash(draft):
        raise RefundConflict
    return refund_info(present, sale.amount_minor)


def _locked(tenant: UUID, ids: set[UUID]) -> dict[UUID, PurchaseInfo]:
    rows = (
        Purchase.objects.select_for_update(no_key=True)
        .filter(tenant_id=tenant, id__in=ids, undone_at__isnull=True)
        .order_by("id")
    )
    return {info.id: info for info in with_items(tenant, list(rows))}


def _present(tenant: UUID, sales: Sequence[UUID]) -> dict[tuple[UUID, str], Refund]:
    rows = Refund.objects.filter(tenant_id=tenant, purchase_id__in=sales, undone_at__isnull=True)
    return {(row.purchase_id, row.external_id): row for row in rows}


def _row(
    tenant: UUID,
    draft: RefundDraft,
    taken: Taken,
    sale: PurchaseInfo,
    actor: Actor | None,
    import_batch: UUID | None,
) -> Refund:
    at = now()
    return Refund(
        id=new_id(),
        tenant_id=tenant,
        purchase_id=sale.id,
        external_id=draft.external_id,
        amount_minor=taken.amount_minor,
        refunded_after_minor=sale.refunded_minor + taken.amount_minor,
        content_hash=refund_hash(draft),
        actor_kind=actor.kind if actor else "",
        actor_id=actor.id if actor else None,
        import_batch=import_batch,
        occurred_at=draft.occurred_at or at,
        recorded_at=at,
    )


def _after(sale: PurchaseInfo, taken: Taken) -> PurchaseInfo:
    lines = dict(taken.lines)
    items: tuple[ItemInfo, ...] = tuple(
        replace(item, refunded_quantity=item.refunded_quantity + lines[item.id]) if item.id in lines else item
        for item in sale.items
    )
    return replace(sale, refunded_minor=sale.refunded_minor + taken.amount_minor, items=items)


def _write(tenant: UUID, refunds: Sequence[tuple[Refund, Taken]]) -> None:
    before: dict[UUID, int] = {}
    after: dict[UUID, int] = {}
    quantities: dict[UUID, int] = {}
    for row, taken in refunds:
        before.setdefault(row.purchase_id, row.refunded_after_minor - row.amount_minor)
        after[row.purchase_id] = row.refunded_after_minor
        for item, quantity in taken.lines:
            quantities[item] = quantities.get(item, 0) + quantity
    if not refunds:
        return
    if move_refunded(tenant=tenant, before=before, after=after) != len(after):
        raise PurchaseChanged
    if quantities:
        add_refunded_quantities(tenant=tenant, quantities=quantities)
    Refund.objects.bulk_create(row for row, _ in refunds)
    RefundItem.objects.bulk_create(
        RefundItem(tenant_id=tenant, refund_id=row.id, item_id=item, quantity=quantity)
        for row, taken in refunds
        for item, quantity in taken.lines
    )


def _event(row: Refund) -> PurchaseRefunded:
    return PurchaseRefunded(purchase_id=row.purchase_id, refund_id=row.id, amount_minor=row.amount_minor)
