"""The uses of vouchers."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from smartbis.customers.selectors import merged_ids
from smartbis.kernel.pages import InvalidCursor, Page, decode_cursor, encode_cursor
from smartbis.kernel.people import Actor
from smartbis.tenancy import selectors as tenancy
from smartbis.tenancy.scope import Reading, tenant_scope
from smartbis.tenancy.statements import execute_rows, prepared_cursor
from vouchers.errors import RedemptionNotFound
from vouchers.infos import RedeemedDay, RedeemedStore, RedemptionInfo, SaleRef
from vouchers.models import Redemption, Reversal
from vouchers.reading import is_store_within_reach, redemption_infos


def get_redemption(*, tenant: UUID, redemption: UUID, actor: Actor | None = None) -> RedemptionInfo:
    """Raises RedemptionNotFound, also for one out of the actor's stores."""
    found = find_redemption(tenant=tenant, redemption=redemption, actor=actor)
    if found is None:
        raise RedemptionNotFound
    return found


def find_redemption(*, tenant: UUID, redemption: UUID, actor: Actor | None = None) -> RedemptionInfo | None:
    """The redemption, when it is within the actor's reach."""
    with tenant_scope(tenant, read_only=True):
        row = _rows().filter(id=redemption).first()
        if row is None or not is_store_within_reach(tenant, row.store_id, actor):
            return None
        return redemption_infos([row])[0]


def redemptions_for_sale(*, tenant: UUID, store: UUID, external_id: str) -> list[RedemptionInfo]:
    """The uses that belong to a sale and were not taken back, in their order."""
    sale = SaleRef(store, external_id)
    return redemptions_for_sales(tenant=tenant, sales=[sale]).get(sale, [])


def redemptions_for_sales(*, tenant: UUID, sales: Collection[SaleRef]) -> dict[SaleRef, list[RedemptionInfo]]:
    """The same for many sales, in two queries; a sale without any is absent."""
    found: dict[SaleRef, list[RedemptionInfo]] = {}
    asked = list({sale.external_id for sale in sales if sale.external_id})
    if not asked:
        return found
    with tenant_scope(tenant, read_only=True):
        numbers = _with_uses(tenant, asked)
        if not numbers:
            return found
        rows = _rows().filter(_stands(), store_id__in={sale.store for sale in sales}, external_id__in=numbers)
        for info in redemption_infos(list(rows.order_by("redeemed_at", "id"))):
            found.setdefault(SaleRef(info.store_id, info.external_id), []).append(info)
    return {sale: found[sale] for sale in found.keys() & set(sales)}


def redemptions_given_back(*, tenant: UUID, sale: SaleRef, refund: UUID) -> list[RedemptionInfo]:
    """The uses on a sale that its refund took back, in order, each with the `voucher_status` it had by then."""
    with tenant_scope(tenant, read_only=True):
        by_refund = Reversal.objects.filter(redemption_id=OuterRef("id"), refund_id=refund)
        rows = _rows().filter(Exists(by_refund), store_id=sale.store, external_id=sale.external_id)
        found = list(rows.order_by("voucher_id", "id"))
        return [_as_given_back(row, info) for row, info in zip(found, redemption_infos(found), strict=True)]


def _as_given_back(row: Redemption, info: RedemptionInfo) -> RedemptionInfo:
    """The voucher was good again, unless it was cancelled by then: whatever became of it since."""
    cancelled_at = row.voucher.ended_at if row.voucher.status == "cancelled" else None
    was_over = cancelled_at is not None and info.reversed_at is not None and cancelled_at <= info.reversed_at
    return replace(info, voucher_status="cancelled" if was_over else "issued")


_WITH_USES = """
SELECT DISTINCT external_id FROM vouchers_redemption
WHERE tenant_id = %(tenant)s AND external_id = ANY(%(numbers)s::text[]) AND NOT external_id::text = ''
"""


def _with_uses(tenant: UUID, numbers: Sequence[str]) -> list[str]:
    """Which of the sales' numbers vouchers were used under: of thousands hardly any."""
    with prepared_cursor() as cursor:
        execute_rows(cursor, _WITH_USES, {"tenant": tenant, "numbers": numbers})
        return [row[0] for row in cursor.fetchall()]


# Every sale asks this, and hardly any has one. A sale without a number has none: '' is not in the index.
_HAS_USES = """
SELECT EXISTS (
    SELECT FROM vouchers_redemption
    WHERE tenant_id = %s AND store_id = %s AND external_id = %s AND NOT external_id::text = ''
)
"""


def has_uses_reading(tenant: UUID, sale: SaleRef) -> Reading[bool]:
    """Whether vouchers were used on a sale, even if taken back since; to be read together with other things."""
    name = "uses", sale
    return Reading(_HAS_USES, (tenant, sale.store, sale.external_id), lambda rows: bool(rows[0][0]), name)


def redemptions_of_voucher(*, tenant: UUID, voucher: UUID) -> list[RedemptionInfo]:
    """Every use of a voucher, those taken back too, the newest first."""
    with tenant_scope(tenant, read_only=True):
        return redemption_infos(list(_rows().filter(voucher_id=voucher).order_by("-redeemed_at", "-id")))


def redemptions_page(
    *,
    tenant: UUID,
    actor: Actor | None = None,
    store: UUID | None = None,
    customer: UUID | None = None,
    coupon: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[RedemptionInfo]:
    """Uses, those taken back too, the newest first, within the actor's stores. `until` is excluded."""
    with tenant_scope(tenant, read_only=True):
        rows = _rows().order_by("-redeemed_at", "-id")
        named = {"store_id": store, "coupon_id": coupon, "redeemed_at__gte": since}
        rows = rows.filter(**{name: value for name, value in named.items() if value is not None})
        if customer is not None:
            rows = rows.filter(customer_id__in=[customer, *merged_ids(tenant=tenant, customer=customer)])
        if until is not None:
            rows = rows.filter(redeemed_at__lt=until)
        if actor is not None and (actor.stores is not None or actor.partner is not None):
            reach = tenancy.stores(tenant=tenant, actor=actor, active_only=False)
            rows = rows.filter(store_id__in=[each.id for each in reach])
        if cursor is not None:
            instant, last = _cursor(cursor)
            rows = rows.filter(Q(redeemed_at__lt=instant) | Q(redeemed_at=instant, id__lt=last))
        found = list(rows[: limit + 1])
        more = (
            encode_cursor(found[limit - 1].redeemed_at.isoformat(), found[limit - 1].id) if len(found) > limit else None
        )
        return Page(items=tuple(redemption_infos(found[:limit])), next_cursor=more)


def redemptions_by_day(
    *, tenant: UUID, since: datetime, until: datetime, store: UUID | None = None
) -> list[RedeemedDay]:
    """Uses that stand, by day of the tenant's calendar (days with any), from `since` to before `until`."""
    with tenant_scope(tenant, read_only=True):
        zone = ZoneInfo(tenancy.get_tenant(tenant=tenant).timezone)
        at = {"store_id": store} if store is not None else {}
        rows = (
            Redemption.objects.filter(_stands(), redeemed_at__gte=since, redeemed_at__lt=until, **at)
            .annotate(on=TruncDate("redeemed_at", tzinfo=zone))
            .values("on")
            .annotate(redemptions=Count("id"), discount_minor=Sum("discount_minor"))
            .order_by("on")
        )
        return [RedeemedDay(**row) for row in rows]


def redemptions_by_store(*, tenant: UUID, since: datetime, until: datetime) -> dict[UUID, RedeemedStore]:
    """Uses that stand, of each store with any, from `since` to before `until`, in one query."""
    with tenant_scope(tenant, read_only=True):
        rows = (
            Redemption.objects.filter(_stands(), redeemed_at__gte=since, redeemed_at__lt=until)
            .order_by()
            .values_list("store_id")
            .annotate(Count("id"), Sum("discount_minor"))
        )
        return {store: RedeemedStore(uses, int(discount)) for store, uses, discount in rows}


def _rows() -> QuerySet[Redemption]:
    return Redemption.objects.select_related("voucher", "coupon")


def _stands() -> Q:
    return Q(~Exists(Reversal.objects.filter(redemption_id=OuterRef("id"))))


def _cursor(cursor: str) -> tuple[datetime, UUID]:
    instant, last = decode_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(instant), UUID(last)
    except ValueError as error:
        raise InvalidCursor({"cursor": [InvalidCursor.sentence]}) from error
