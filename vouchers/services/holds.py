"""Keeping a voucher for an open checkout, for minutes."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.outbox.work import request_work
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_store
from vouchers.infos import VoucherInfo
from vouchers.judging import Asked, reasons_against
from vouchers.models import Voucher
from vouchers.reading import get_voucher_row, voucher_info
from vouchers.reasons import refusal_of

_ROUNDS = 3


def hold_voucher(
    *,
    tenant: UUID,
    code: str,
    store: UUID,
    hold: UUID,
    until: datetime,
    actor: Actor,
    customer: UUID | None = None,
    amount_minor: int | None = None,
) -> VoucherInfo:
    """Keep a voucher for the checkout `hold` until an instant; only a redemption that names it can use it till then.

    The same checkout may hold again: the later end counts, nothing is added.
    Raises VoucherNotFound, a VoucherRefused that says why, StoreUnknown, PermissionMissing.
    """
    require(actor, "voucher.redeem", store=store)
    with tenant_scope(tenant):
        asked = Asked(
            tenant=tenant,
            store=get_store(tenant=tenant, store=store, actor=actor),
            actor=actor,
            customer=customer,
            amount_minor=amount_minor,
            hold=hold,
        )
        for _round in range(_ROUNDS):
            row = get_voucher_row(code, actor)
            if reasons := reasons_against(row, asked):
                raise refusal_of(reasons[0])
            free = Q(hold_id__isnull=True) | Q(hold_id=hold) | Q(held_until__lte=now())
            in_time = Q(valid_until__isnull=True) | Q(valid_until__gt=now())
            open_now = Voucher.objects.filter(free, in_time, id=row.id, status=Voucher.Status.ISSUED)
            if open_now.update(hold_id=hold, held_until=until):
                row.hold_id, row.held_until = hold, until
                if row.valid_until is not None and row.valid_until <= until:
                    request_work(queue="bulk", due_at=until)  # the sweep passes over a held voucher
                return voucher_info(row)
        raise RuntimeError(f"voucher {row.id} neither refuses nor is held")


def release_hold(*, tenant: UUID, hold: UUID) -> int:
    """Let go of every voucher that a checkout holds; returns how many. A used or ended one is none of them."""
    with tenant_scope(tenant):
        held = Voucher.objects.filter(hold_id=hold, status=Voucher.Status.ISSUED)
        return held.update(hold_id=None, held_until=None)
