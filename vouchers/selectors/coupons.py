"""The offers of a brand."""

from uuid import UUID

from django.db.models import Count, Q

from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.tenancy.scope import tenant_scope
from vouchers.errors import CouponNotFound
from vouchers.infos import CouponCounts, CouponInfo
from vouchers.models import Coupon, Voucher
from vouchers.models.coupon import Kind
from vouchers.reading import coupon_infos, get_coupon_row, is_within_reach


def coupons(*, tenant: UUID, status: str | None = None, actor: Actor | None = None) -> list[CouponInfo]:
    """The brand's coupons, the newest first; those of a status when one is named. Two queries.

    What stands behind the entries of events is no offer, here and below.
    """
    with tenant_scope(tenant, read_only=True):
        rows = Coupon.objects.exclude(kind=Kind.ENTRY).order_by("-created_at", "-id")
        if status is not None:
            rows = rows.filter(status=status)
        return coupon_infos([row for row in rows if is_within_reach(row, actor)])


def get_coupon(*, tenant: UUID, coupon: UUID, actor: Actor | None = None) -> CouponInfo:
    """Raises CouponNotFound."""
    with tenant_scope(tenant, read_only=True):
        row = get_coupon_row(coupon, actor)
        if row.kind == Kind.ENTRY:
            raise CouponNotFound
        return coupon_infos([row])[0]


def coupons_given_with(*, tenant: UUID, plan: str) -> list[UUID]:
    """The live coupons of which a voucher comes with a plan, the oldest first."""
    with tenant_scope(tenant, read_only=True):
        rows = Coupon.objects.filter(given_with_plans__contains=[plan], status=Coupon.Status.LIVE)
        return list(rows.order_by("created_at", "id").values_list("id", flat=True))


def coupon_counts(*, tenant: UUID) -> dict[UUID, CouponCounts]:
    """How many vouchers of each coupon there are, by state; a coupon without any is absent. One query."""
    instant = now()
    is_over = Q(status="issued", valid_until__lte=instant)
    with tenant_scope(tenant, read_only=True):
        rows = (
            Voucher.objects.values("coupon_id")
            .annotate(
                issued=Count("id"),
                open=Count("id", filter=Q(status="issued") & ~is_over),
                redeemed=Count("id", filter=Q(status="redeemed")),
                cancelled=Count("id", filter=Q(status="cancelled")),
                lapsed=Count("id", filter=Q(status="lapsed") | is_over),
            )
            .order_by()
        )
        return {row["coupon_id"]: CouponCounts(**row) for row in rows}
