"""The coupon behind an event's entries: unlisted, one for each customer, as many as there are places."""

from datetime import datetime
from typing import Any
from uuid import UUID

from smartbis.kernel.clock import now
from smartbis.outbox.work import request_work
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant
from vouchers.errors import CouponNotFound
from vouchers.infos import EntryTerms
from vouchers.models import Coupon, Voucher
from vouchers.models.coupon import Kind, OnLapse
from vouchers.stock import lay_out, lay_out_again


def open_entries(*, tenant: UUID, terms: EntryTerms) -> UUID:
    """Make the coupon of an event's entries and return its id. Whoever calls has judged terms and permission."""
    with tenant_scope(tenant):
        instant = now()
        coupon = Coupon.objects.create(
            tenant_id=tenant,
            kind=Kind.ENTRY,
            currency=get_tenant(tenant=tenant).currency,
            status=Coupon.Status.LIVE,
            is_listed=False,
            holder=Coupon.Holder.PERSONAL,
            limit_per_customer=1,
            on_lapse=OnLapse.FORFEIT,
            created_at=instant,
            changed_at=instant,
            **_columns(terms),
        )
        lay_out(coupon)
        return coupon.id


def change_entries(*, tenant: UUID, coupon: UUID, terms: EntryTerms, valid_until: datetime) -> None:
    """Give the entries other terms. Those already out keep their price and get the new end.

    The caller holds the event, so that none is issued meanwhile. Raises CouponNotFound.
    """
    with tenant_scope(tenant):
        # Before the coupon: an entry that ends holds its row and gives its piece back to the coupon.
        open_now = Voucher.objects.filter(coupon_id=coupon, status=Voucher.Status.ISSUED)
        if open_now.exclude(valid_until=valid_until).update(valid_until=valid_until):
            request_work(queue="bulk", due_at=valid_until)
        row = Coupon.objects.select_for_update().filter(id=coupon, kind=Kind.ENTRY).first()
        if row is None:
            raise CouponNotFound
        stock_before = row.stock
        for name, value in _columns(terms).items():
            setattr(row, name, value)
        row.changed_at = now()
        row.save()
        if row.stock != stock_before:
            lay_out_again(row)


def _columns(terms: EntryTerms) -> dict[str, Any]:
    return {
        "name": terms.name,
        "description": terms.description,
        "image": terms.image,
        "stock": terms.stock,
        "cost_unit": terms.cost_unit if terms.cost_amount else "",
        "cost_amount": terms.cost_amount,
        "stores": list(terms.stores),
    }
