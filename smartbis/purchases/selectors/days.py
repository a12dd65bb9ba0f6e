"""Sales summed by the tenant's calendar, or by store."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from smartbis.purchases.infos import DaySales, StoreSales
from smartbis.purchases.models import Purchase, Refund
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant


def sales_by_day(
    *,
    tenant: UUID,
    since: datetime,
    until: datetime,
    store: UUID | None = None,
    stores_scope: frozenset[UUID] | None = None,
) -> tuple[DaySales, ...]:
    """Confirmed sales and refunds from `since` (inclusive) to `until` (exclusive) by day in the tenant's time zone.

    Amounts are minor units, gross. Days without sales and refunds are left out.
    """
    with tenant_scope(tenant, read_only=True):
        zone = ZoneInfo(get_tenant(tenant=tenant).timezone)
        period = Q(tenant_id=tenant, undone_at__isnull=True, occurred_at__gte=since, occurred_at__lt=until)
        sales = Purchase.objects.filter(period, _stores("store_id", store, stores_scope)).filter(
            status=Purchase.Status.CONFIRMED
        )
        refunds = Refund.objects.filter(period, _stores("purchase__store_id", store, stores_scope))
        sold = {
            row["day"]: row
            for row in sales.order_by()
            .annotate(day=TruncDate("occurred_at", tzinfo=zone))
            .values("day")
            .annotate(sales=Count("id"), identified=Count("customer_id"), amount=Sum("amount_minor"))
        }
        given_back = _refunded(refunds, zone)
    return tuple(
        DaySales(
            day=day,
            sales=sold[day]["sales"] if day in sold else 0,
            amount_minor=int(sold[day]["amount"]) if day in sold else 0,
            identified_sales=sold[day]["identified"] if day in sold else 0,
            refunded_minor=given_back.get(day, 0),
        )
        for day in sorted({*sold, *given_back})
    )


def sales_by_store(*, tenant: UUID, since: datetime, until: datetime) -> dict[UUID, StoreSales]:
    """Confirmed sales from `since` (inclusive) to `until` (exclusive) of each store that had any, in one query."""
    with tenant_scope(tenant, read_only=True):
        rows = (
            Purchase.objects.filter(
                tenant_id=tenant,
                undone_at__isnull=True,
                status=Purchase.Status.CONFIRMED,
                occurred_at__gte=since,
                occurred_at__lt=until,
            )
            .order_by()
            .values_list("store_id")
            .annotate(Count("id"), Sum("amount_minor"))
        )
        return {store: StoreSales(sales, int(amount)) for store, sales, amount in rows}


def _refunded(refunds: QuerySet[Refund], zone: ZoneInfo) -> dict[date, int]:
    rows = (
        refunds.order_by()
        .annotate(day=TruncDate("occurred_at", tzinfo=zone))
        .values_list("day")
        .annotate(Sum("amount_minor"))
    )
    return {day: int(amount) for day, amount in rows}


def _stores(field: str, store: UUID | None, scope: frozenset[UUID] | None) -> Q:
    condition = Q()
    if store is not None:
        condition &= Q(**{field: store})
    if scope is not None:
        condition &= Q(**{f"{field}__in": scope})
    return condition
