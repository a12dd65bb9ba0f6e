"""What took a voucher's ground away was a mistake: the voucher is what it was."""

from datetime import datetime
from uuid import UUID

from smartbis.tenancy.scope import tenant_scope
from vouchers import stock
from vouchers.models import Voucher
from vouchers.services.issuing import ask_for_sweep


def reinstate_voucher(*, tenant: UUID, voucher: UUID, reason: str, since: datetime) -> None:
    """Undo what `revoke_voucher` did to a voucher for this reason, at `since` or later; nothing else is undone.

    Stock, budget and the customer's count have it again, also where others have used meanwhile what was free. One that
    was bought stays cancelled: its price went back. If its time is over, it lapses like any other. Nothing is
    published: it is as if nothing had been.
    """
    with tenant_scope(tenant):
        rows = Voucher.objects.select_for_update(no_key=True, of=("self",)).select_related("coupon")
        row = rows.get(id=voucher)
        is_cancelled = row.status == Voucher.Status.CANCELLED and row.ended_reason == reason
        if is_cancelled and row.ended_at is not None and row.ended_at >= since and not row.paid_amount:
            _reopen(row)
        if row.revoked_reason == reason:
            row.revoked_reason = ""
        row.save()


def _reopen(row: Voucher) -> None:
    is_untouched = row.uses_left == row.uses_total and row.value_left_minor in (None, row.value_minor)
    row.status, row.ended_at, row.ended_reason = Voucher.Status.ISSUED, None, ""
    row.reserved_minor, row.revoked_reserve_minor = row.revoked_reserve_minor, 0
    if is_untouched and row.customer_id is not None:
        stock.take_one_of(tenant=row.tenant_id, coupon=row.coupon_id, customer=row.customer_id, limit=None)
    pieces = -1 if is_untouched else 0
    stock.give_piece_back(tenant=row.tenant_id, coupon=row.coupon_id, pieces=pieces, money=-row.reserved_minor)
    if row.valid_until is not None:
        ask_for_sweep(row)
