"""Lists of sales and refunds."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from smartbis.kernel.pages import InvalidCursor, Page, decode_cursor, encode_cursor
from smartbis.purchases.errors import PurchaseNotFound
from smartbis.purchases.infos import PurchaseInfo, RefundInfo
from smartbis.purchases.models import Purchase, Refund
from smartbis.purchases.rows import refund_info, without_items
from smartbis.tenancy.scope import tenant_scope

MAX_PAGE = 200


def purchases_page(
    *,
    tenant: UUID,
    store: UUID | None = None,
    stores_scope: frozenset[UUID] | None = None,
    customer: UUID | None = None,
    status: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[PurchaseInfo]:
    """Sales that occurred from `since` (inclusive) to `until` (exclusive), newest first, without their lines.

    `stores_scope` limits to an actor's stores (None is no limit). Undone sales are not listed. Raises InvalidCursor.
    """
    size = max(1, min(limit, MAX_PAGE))
    exact = {"store_id": store, "customer_id": customer, "status": status}
    condition = Q(tenant_id=tenant, undone_at__isnull=True)
    condition &= Q(**{field: value for field, value in exact.items() if value is not None})
    if stores_scope is not None:
        condition &= Q(store_id__in=stores_scope)
    if since:
        condition &= Q(occurred_at__gte=since)
    if until:
        condition &= Q(occurred_at__lt=until)
    if cursor:
        at, row = _position(cursor)
        condition &= Q(occurred_at__lt=at) | Q(occurred_at=at, id__lt=row)
    with tenant_scope(tenant, read_only=True):
        rows = list(Purchase.objects.filter(condition).order_by("-occurred_at", "-id")[: size + 1])
    items = tuple(without_items(rows[:size]))
    if len(rows) <= size:
        return Page(items)
    return Page(items, encode_cursor(items[-1].occurred_at.isoformat(), items[-1].id))


def purchases_of(*, tenant: UUID, customer: UUID, cursor: str | None = None, limit: int = 50) -> Page[PurchaseInfo]:
    """A customer's sales, newest first, without their lines. Raises InvalidCursor."""
    return purchases_page(tenant=tenant, customer=customer, cursor=cursor, limit=limit)


def refunds_of(*, tenant: UUID, purchase: UUID) -> tuple[RefundInfo, ...]:
    """The refunds of a sale in the order in which they were recorded. Raises PurchaseNotFound."""
    with tenant_scope(tenant, read_only=True):
        amount = Purchase.objects.filter(tenant_id=tenant, id=purchase).values_list("amount_minor", flat=True).first()
        if amount is None:
            raise PurchaseNotFound
        rows = Refund.objects.filter(tenant_id=tenant, purchase_id=purchase, undone_at__isnull=True)
        return tuple(refund_info(row, amount) for row in rows.order_by("recorded_at", "id"))


def _position(cursor: str) -> tuple[datetime, UUID]:
    parts = decode_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(parts[0]), UUID(parts[1])
    except ValueError as error:
        raise InvalidCursor({"cursor": [InvalidCursor.sentence]}) from error
