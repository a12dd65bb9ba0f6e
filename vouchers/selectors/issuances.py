"""Vouchers for many at once: how far each order has come, and the codes that came of it."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Count

from smartbis.kernel.codes import group_code, qr_payload
from smartbis.kernel.people import Actor
from smartbis.tenancy.scope import tenant_scope
from vouchers.errors import IssuanceNotFound
from vouchers.infos import IssuanceInfo
from vouchers.models import Issuance, IssuanceTarget, Voucher

_AT_ONCE = 2_000


def issuances(*, tenant: UUID, coupon: UUID | None = None, limit: int = 100) -> list[IssuanceInfo]:
    """The brand's orders, or a coupon's, the newest first, without the counts of refusals. One query."""
    with tenant_scope(tenant, read_only=True):
        rows = Issuance.objects.select_related("coupon").order_by("-created_at", "-id")
        if coupon is not None:
            rows = rows.filter(coupon_id=coupon)
        return [issuance_info(row) for row in rows[:limit]]


def get_issuance(*, tenant: UUID, issuance: UUID, actor: Actor | None = None) -> IssuanceInfo:
    """One order with its refusals counted. Raises IssuanceNotFound."""
    with tenant_scope(tenant, read_only=True):
        row = Issuance.objects.select_related("coupon").filter(id=issuance).first()
        if row is None:
            raise IssuanceNotFound
        refused: dict[str, int] = {}
        if row.refused:
            counted = IssuanceTarget.objects.filter(issuance_id=issuance).exclude(refusal="").order_by()
            refused = dict(counted.values_list("refusal").annotate(Count("id")))
        return issuance_info(row, refused)


def issued_codes(*, tenant: UUID, issuance: UUID) -> Iterator[tuple[str, str, str]]:
    """Code, text of the QR and end of every voucher of an order, read in parts. Raises IssuanceNotFound."""
    get_issuance(tenant=tenant, issuance=issuance)
    after = UUID(int=0)
    while True:
        with tenant_scope(tenant, read_only=True):
            rows = list(Voucher.objects.filter(batch_id=issuance, id__gt=after).order_by("id")[:_AT_ONCE])
        for row in rows:
            until = row.valid_until.isoformat() if row.valid_until else ""
            yield row.legacy_code or group_code(row.code), qr_payload(row.qr_token), until
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1].id


def issuance_info(row: Issuance, refusals: dict[str, int] | None = None) -> IssuanceInfo:
    """An order as others see it; `row.coupon` is joined by the caller."""
    return IssuanceInfo(
        id=row.id,
        coupon_id=row.coupon_id,
        coupon_name=row.coupon.name,
        audience=row.audience,
        segment=row.segment,
        reason=row.reason,
        status=row.status,
        stopped_by=row.stopped_by,
        total=row.total,
        issued=row.issued,
        refused=row.refused,
        actor_label=row.actor_label,
        created_at=row.created_at,
        finished_at=row.finished_at,
        refusals=refusals or {},
    )
