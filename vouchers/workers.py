"""Work that waits: vouchers whose time is over."""

from functools import partial
from uuid import UUID

from smartbis.outbox.work import each_alone, worker
from vouchers.services.ending import lapse_voucher, vouchers_to_lapse

BATCH = 200


@worker(queue="bulk")
def lapse_vouchers(*, tenant: UUID) -> bool:
    """Settle the tenant's vouchers whose time is over, each in a transaction of its own; True when more are waiting."""
    due = vouchers_to_lapse(tenant=tenant, limit=BATCH)
    settled = each_alone([partial(lapse_voucher, tenant=tenant, voucher=voucher) for voucher in due])
    return len(due) == BATCH and any(settled)
