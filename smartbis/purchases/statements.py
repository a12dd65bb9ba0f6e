"""The statements that write sales, one or a thousand, in one round trip."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from smartbis.kernel.ids import new_id
from smartbis.purchases.infos import ItemInfo, PurchaseInfo, SaleDraft
from smartbis.tenancy.scope import Reading, read
from smartbis.tenancy.statements import with_rows

# A sale is inserted unless its number is taken, its currency is not the tenant's, or its store or customer is not
# there: whoever is not in the answer is judged afterwards. Rows go in by the order of the unique key, so that two
# writers of the same numbers wait for each other rather than deadlock. The customer's key is shared, which the foreign
# key would do after it, so that a merge is waited for before the customer is judged.
_INSERT_SALES = """
WITH draft AS (
    SELECT * FROM unnest(
        %(ids)s::uuid[], %(customers)s::uuid[], %(stores)s::uuid[], %(numbers)s::text[], %(channels)s::text[],
        %(methods)s::text[], %(statuses)s::text[], %(currencies)s::text[], %(amounts)s::bigint[],
        %(discounts)s::bigint[], %(balances)s::bigint[], %(hashes)s::bytea[], %(operator_kinds)s::text[],
        %(operator_ids)s::uuid[], %(occurred)s::timestamptz[]
    ) AS draft (
        id, customer_id, store_id, external_id, channel, payment_method, status, currency, amount_minor,
        voucher_discount_minor, balance_used_minor, content_hash, operator_kind, operator_id, occurred_at
    )
), recorded AS (
    INSERT INTO purchases_purchase (
        tenant_id, id, customer_id, store_id, external_id, channel, payment_method, status, currency, amount_minor,
        voucher_discount_minor, balance_used_minor, paid_minor, refunded_minor, content_hash, operator_kind,
        operator_id, import_batch, occurred_at, recorded_at
    )
    SELECT
        %(tenant)s, id, customer_id, store_id, external_id, channel, payment_method, status, currency, amount_minor,
        voucher_discount_minor, balance_used_minor, amount_minor - voucher_discount_minor - balance_used_minor, 0,
        content_hash, operator_kind, operator_id, %(import_batch)s, occurred_at, %(recorded_at)s
    FROM draft
    WHERE currency = (SELECT currency FROM tenancy_tenant WHERE id = %(tenant)s)
      AND EXISTS (SELECT FROM tenancy_store s WHERE s.tenant_id = %(tenant)s AND s.id = draft.store_id)
      AND (customer_id IS NULL OR EXISTS (
            SELECT FROM customers_customer c
            WHERE c.tenant_id = %(tenant)s AND c.id = draft.customer_id AND c.status = 'active' FOR KEY SHARE))
    ORDER BY store_id, external_id, id
    ON CONFLICT DO NOTHING
    RETURNING id
), lines AS (
    INSERT INTO purchases_purchaseitem (
        tenant_id, id, purchase_id, position, sku, name, category, quantity, unit_minor, refunded_quantity
    )
    SELECT %(tenant)s, line.id, purchase_id, position, sku, name, category, quantity, unit_minor, 0
    FROM unnest(
        %(line_ids)s::uuid[], %(line_sales)s::uuid[], %(positions)s::int[], %(skus)s::text[], %(names)s::text[],
        %(categories)s::text[], %(quantities)s::bigint[], %(units)s::bigint[]
    ) AS line (id, purchase_id, position, sku, name, category, quantity, unit_minor)
    JOIN recorded ON recorded.id = line.purchase_id
)
SELECT id FROM recorded
"""

# Guarded by what was read: a caller without the lock moves nothing.
_MOVE_REFUNDED = """
UPDATE purchases_purchase p SET refunded_minor = step.after
FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS step (id, before, after)
WHERE p.tenant_id = %s AND p.id = step.id AND p.id = ANY(%s::uuid[])
  AND p.refunded_minor = step.before AND p.undone_at IS NULL
"""
_ADD_REFUNDED_QUANTITIES = """
UPDATE purchases_purchaseitem i SET refunded_quantity = i.refunded_quantity + step.quantity
FROM unnest(%s::uuid[], %s::bigint[]) AS step (id, quantity)
WHERE i.tenant_id = %s AND i.id = step.id AND i.id = ANY(%s::uuid[])
"""


@dataclass(frozen=True)
class SaleRow:
    """A sale ready to be written: its id is known before."""

    info: PurchaseInfo
    content_hash: bytes
    draft: SaleDraft


def sale_row(*, draft: SaleDraft, content_hash: bytes, recorded_at: datetime, import_batch: UUID | None) -> SaleRow:
    """The row of a checked draft."""
    operator = draft.operator
    info = PurchaseInfo(
        id=new_id(),
        customer_id=draft.customer,
        store_id=draft.store,
        external_id=draft.external_id,
        status=draft.status,
        amount_minor=draft.amount_minor,
        paid_minor=draft.paid_minor,
        voucher_discount_minor=draft.voucher_discount_minor,
        balance_used_minor=draft.balance_used_minor,
        refunded_minor=0,
        currency=draft.currency,
        occurred_at=draft.occurred_at or recorded_at,
        recorded_at=recorded_at,
        channel=draft.channel,
        items=tuple(
            ItemInfo(
                id=new_id(),
                position=position,
                sku=item.sku,
                name=item.name,
                category=item.category,
                quantity=item.quantity,
                unit_minor=item.unit_minor,
            )
            for position, item in enumerate(draft.items)
        ),
        operator_kind=operator.kind if operator else "",
        operator_id=operator.id if operator else None,
        import_batch=import_batch,
        payment_method=draft.payment_method,
    )
    return SaleRow(info=info, content_hash=content_hash, draft=draft)


def insert_sales(*, tenant: UUID, rows: Sequence[SaleRow]) -> set[UUID]:
    """Write sales with their lines in one statement; the ids of those that went in."""
    return read(inserting(tenant=tenant, rows=rows))


def inserting(*, tenant: UUID, rows: Sequence[SaleRow]) -> Reading[set[UUID]]:
    """The statement of `insert_sales`, to be said together with others."""
    sales = [row.info for row in rows]
    lines = [(sale.id, item) for sale in sales for item in sale.items]
    values = {
        "tenant": tenant,
        "import_batch": sales[0].import_batch,
        "recorded_at": sales[0].recorded_at,
        "ids": [sale.id for sale in sales],
        "customers": [sale.customer_id for sale in sales],
        "stores": [sale.store_id for sale in sales],
        "numbers": [sale.external_id for sale in sales],
        "channels": [sale.channel for sale in sales],
        "methods": [sale.payment_method for sale in sales],
        "statuses": [sale.status for sale in sales],
        "currencies": [sale.currency for sale in sales],
        "amounts": [sale.amount_minor for sale in sales],
        "discounts": [sale.voucher_discount_minor for sale in sales],
        "balances": [sale.balance_used_minor for sale in sales],
        "hashes": [row.content_hash for row in rows],
        "operator_kinds": [sale.operator_kind for sale in sales],
        "operator_ids": [sale.operator_id for sale in sales],
        "occurred": [sale.occurred_at for sale in sales],
        "line_ids": [item.id for _, item in lines],
        "line_sales": [sale for sale, _ in lines],
        "positions": [item.position for _, item in lines],
        "skus": [item.sku for _, item in lines],
        "names": [item.name for _, item in lines],
        "categories": [item.category for _, item in lines],
        "quantities": [item.quantity for _, item in lines],
        "units": [item.unit_minor for _, item in lines],
    }
    statement, columns = with_rows(_INSERT_SALES, values)
    return Reading(statement, columns, lambda found: {row[0] for row in found})


def move_refunded(*, tenant: UUID, before: dict[UUID, int], after: dict[UUID, int]) -> int:
    """Move sales' refunded totals from what was read to what holds now; how many moved."""
    with connection.cursor() as cursor:
        sales = list(after)
        cursor.execute(_MOVE_REFUNDED, [sales, [before[sale] for sale in sales], list(after.values()), tenant, sales])
        return int(cursor.rowcount)


def add_refunded_quantities(*, tenant: UUID, quantities: dict[UUID, int]) -> None:
    """Add to how much of each line was given back; the CHECK refuses more than was sold."""
    with connection.cursor() as cursor:
        items = list(quantities)
        cursor.execute(_ADD_REFUNDED_QUANTITIES, [items, list(quantities.values()), tenant, items])
