"""Filling a coupon with codes of another company."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import Actor
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.services import record_audit
from vouchers.infos import PoolFilled
from vouchers.models import PoolCode, Voucher
from vouchers.reading import get_coupon_row, legacy_form

MOST_CODES = 100_000
_AT_ONCE = 5_000


def add_codes(*, tenant: UUID, coupon: UUID, codes: Sequence[str], actor: Actor) -> PoolFilled:
    """Put codes of another company into a coupon's pool, one for each voucher to come.

    Blank ones are passed over; those that the brand has already, here or on a voucher, are counted and left out.
    Raises CouponNotFound, InvalidInput (no coupon with a pool, too many codes), PermissionMissing.
    """
    require(actor, "coupon.change")
    wanted = list(dict.fromkeys(filter(None, (legacy_form(code) for code in codes))))
    if not 1 <= len(wanted) <= MOST_CODES:
        raise InvalidInput({"codes": [_("De 1 a %(most)s códigos.") % {"most": MOST_CODES}]})
    with tenant_scope(tenant):
        row = get_coupon_row(coupon)
        if not row.uses_pool:
            raise InvalidInput({"codes": [_("Este cupom não entrega códigos de outra empresa.")]})
        before = PoolCode.objects.filter(coupon_id=coupon).count()
        for start in range(0, len(wanted), _AT_ONCE):
            _add(tenant, coupon, wanted[start : start + _AT_ONCE])
        added = PoolCode.objects.filter(coupon_id=coupon).count() - before
        record_audit(
            tenant=tenant,
            actor=actor,
            action="coupon.codes",
            object_kind="coupon",
            object_id=coupon,
            after={"added": added},
        )
        return PoolFilled(added=added, known=len(wanted) - added)


def _add(tenant: UUID, coupon: UUID, codes: list[str]) -> None:
    used = set(Voucher.objects.filter(legacy_code__in=codes).values_list("legacy_code", flat=True))
    rows = [
        PoolCode(tenant_id=tenant, coupon_id=coupon, code=code, added_at=now()) for code in codes if code not in used
    ]
    PoolCode.objects.bulk_create(rows, ignore_conflicts=True)
