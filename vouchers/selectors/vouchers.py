"""Vouchers by code, by QR, by customer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from smartbis.kernel.clock import now
from smartbis.kernel.codes import parse_qr
from smartbis.kernel.pages import InvalidCursor, Page, decode_cursor, encode_cursor
from smartbis.kernel.people import Actor
from smartbis.tenancy.readings import rows_reading
from smartbis.tenancy.scope import Reading, read, tenant_scope
from vouchers.infos import OriginName, VoucherInfo
from vouchers.models import Voucher
from vouchers.reading import get_voucher_row, is_voucher_within_reach, voucher_info, voucher_infos


def get_voucher(*, tenant: UUID, code: str, actor: Actor | None = None) -> VoucherInfo:
    """The voucher of a typed code, in any case and with any separators. Raises VoucherNotFound."""
    with tenant_scope(tenant, read_only=True):
        return voucher_info(get_voucher_row(code, actor))


def find_by_qr(*, tenant: UUID, token: str, actor: Actor | None = None) -> VoucherInfo | None:
    """The voucher of a scanned QR: the whole text or its token."""
    with tenant_scope(tenant, read_only=True):
        row = _rows().filter(qr_token=parse_qr(token) or token.strip().upper()).first()
        return voucher_info(row) if row is not None and is_voucher_within_reach(row, actor) else None


def find_voucher_by_id(
    *, tenant: UUID, voucher: UUID, customer: UUID | None = None, actor: Actor | None = None
) -> VoucherInfo | None:
    """The voucher, only if it is this customer's when one is named."""
    with tenant_scope(tenant, read_only=True):
        row = _rows().filter(id=voucher).first()
        if row is None or (customer is not None and row.customer_id != customer):
            return None
        return voucher_info(row) if is_voucher_within_reach(row, actor) else None


def vouchers_by_ids(*, tenant: UUID, vouchers: Collection[UUID]) -> dict[UUID, VoucherInfo]:
    """Those of the vouchers that exist, by id, in one query."""
    with tenant_scope(tenant, read_only=True):
        return {info.id: info for info in voucher_infos(list(_rows().filter(id__in=list(vouchers))))}


def vouchers_by_keys(*, tenant: UUID, keys: Collection[str]) -> list[VoucherInfo]:
    """The vouchers that were issued under these keys, in one query."""
    with tenant_scope(tenant, read_only=True):
        return voucher_infos(list(_rows().filter(key__in=list(keys)).order_by("id")))


def key_of_voucher(*, tenant: UUID, voucher: UUID) -> str:
    """The key under which a voucher was issued, which tells what it came with; empty for an unknown one."""
    with tenant_scope(tenant, read_only=True):
        return Voucher.objects.filter(id=voucher).values_list("key", flat=True).first() or ""


def revoked_key(*, tenant: UUID, voucher: UUID) -> str:
    """The key under which a voucher was issued that is cancelled because its ground was gone; empty for any other."""
    with tenant_scope(tenant, read_only=True):
        rows = Voucher.objects.filter(id=voucher, status=Voucher.Status.CANCELLED).exclude(revoked_reason="")
        return rows.values_list("key", flat=True).first() or ""


@dataclass(frozen=True)
class GivenVoucher:
    """What tells why a voucher was given: the key it was issued under."""

    id: UUID
    key: str
    status: str


def vouchers_given(*, tenant: UUID, customers: Collection[UUID], origin: OriginName) -> list[GivenVoucher]:
    """All vouchers of these customers from one origin, the oldest first, in one query."""
    with tenant_scope(tenant, read_only=True):
        rows = Voucher.objects.filter(customer_id__in=list(customers), origin=origin).order_by("issued_at", "id")
        return [GivenVoucher(*row) for row in rows.values_list("id", "key", "status")]


def vouchers_of(*, tenant: UUID, customer: UUID, open_only: bool = False, limit: int = 200) -> list[VoucherInfo]:
    """The customer's vouchers: open ones first, the soonest to end at the top, then the others, the newest first."""
    instant = now()
    with tenant_scope(tenant, read_only=True):
        found = open_rows(tenant=tenant, customer=customer, limit=limit)
        if not open_only and len(found) < limit:
            others = _rows().filter(~is_open(instant), customer_id=customer)
            found += list(others.order_by("-issued_at", "-id")[: limit - len(found)])
        return voucher_infos(found)


_OPEN = """AND row.customer_id = %s AND row.status = 'issued' AND (row.valid_until IS NULL OR row.valid_until > %s)
ORDER BY row.valid_until NULLS LAST, row.id LIMIT %s"""


def open_rows(*, tenant: UUID, customer: UUID, limit: int) -> list[Voucher]:
    """The customer's open vouchers with their coupons, the soonest to end first. Inside a scope."""
    return read(open_reading(tenant, customer, limit))


def open_reading(tenant: UUID, customer: UUID, limit: int) -> Reading[list[Voucher]]:
    """What `open_rows` reads, to be read together with other things; remembered where nothing is written."""
    named = ("open vouchers", customer, limit)
    return rows_reading(Voucher, tenant, _OPEN, (customer, now(), limit), joined=("coupon",), name=named)


def vouchers_page(
    *,
    tenant: UUID,
    coupon: UUID | None = None,
    status: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[VoucherInfo]:
    """The brand's vouchers, the newest first."""
    with tenant_scope(tenant, read_only=True):
        rows = _rows().order_by("-issued_at", "-id")
        if coupon is not None:
            rows = rows.filter(coupon_id=coupon)
        if status is not None:
            rows = rows.filter(_has_status(status, now()))
        if cursor is not None:
            instant, last = _cursor(cursor)
            rows = rows.filter(Q(issued_at__lt=instant) | Q(issued_at=instant, id__lt=last))
        found = list(rows[: limit + 1])
        last_shown = found[limit - 1] if len(found) > limit else None
        more = encode_cursor(last_shown.issued_at.isoformat(), last_shown.id) if last_shown else None
        return Page(items=tuple(voucher_infos(found[:limit])), next_cursor=more)


def vouchers_ending(*, tenant: UUID, since: datetime, until: datetime, limit: int = 1000) -> list[VoucherInfo]:
    """Open vouchers with a customer whose end lies from `since` (included) to `until` (excluded), the soonest first."""
    with tenant_scope(tenant, read_only=True):
        rows = _rows().filter(
            status=Voucher.Status.ISSUED, valid_until__gte=since, valid_until__lt=until, customer__isnull=False
        )
        return voucher_infos(list(rows.order_by("valid_until", "id")[:limit]))


def _rows() -> QuerySet[Voucher]:
    return Voucher.objects.select_related("coupon")


def is_open(instant: datetime) -> Q:
    """Vouchers that are issued and whose time is not over."""
    return Q(status="issued") & (Q(valid_until__isnull=True) | Q(valid_until__gt=instant))


def _has_status(status: str, instant: datetime) -> Q:
    if status == "issued":
        return is_open(instant)
    if status == "lapsed":
        return Q(status="lapsed") | Q(status="issued", valid_until__lte=instant)
    return Q(status=status)


def _cursor(cursor: str) -> tuple[datetime, UUID]:
    instant, last = decode_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(instant), UUID(last)
    except ValueError as error:
        raise InvalidCursor({"cursor": [InvalidCursor.sentence]}) from error
