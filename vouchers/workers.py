"""Work that waits: vouchers whose time is over or soon will be, and vouchers for many at once."""

import time
from functools import partial
from uuid import UUID

from smartbis.outbox.work import each_alone, worker
from vouchers.services.bulk_issuing import issue_next_part
from vouchers.services.ending import lapse_voucher, vouchers_to_lapse
from vouchers.services.notices import tell_of_ends

BATCH = 200
# As long as others of the brand's slow work may wait for an order of vouchers.
SECONDS_A_TURN = 5.0


@worker(queue="bulk")
def lapse_vouchers(*, tenant: UUID) -> bool:
    """Settle the tenant's vouchers whose time is over, each in a transaction of its own; True when more are waiting."""
    due = vouchers_to_lapse(tenant=tenant, limit=BATCH)
    settled = each_alone([partial(lapse_voucher, tenant=tenant, voucher=voucher) for voucher in due])
    return len(due) == BATCH and any(settled)


@worker(queue="bulk")
def issue_to_many(*, tenant: UUID) -> bool:
    """Work on the tenant's orders of vouchers for some seconds, part by part; True when more is to do."""
    end = time.monotonic() + SECONDS_A_TURN
    while issue_next_part(tenant=tenant):
        if time.monotonic() >= end:
            return True
    return False


@worker(queue="bulk")
def tell_of_ending_vouchers(*, tenant: UUID) -> bool:
    """Publish the notices of vouchers that will end, from nine in the morning of the tenant's day on."""
    return tell_of_ends(tenant=tenant)
