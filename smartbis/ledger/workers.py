"""Background work of the ledger's room."""

from datetime import timedelta
from uuid import UUID

from smartbis.kernel.clock import now
from smartbis.ledger.aging import keep_aging
from smartbis.ledger.closing import MARGIN, close_days, next_open_day
from smartbis.outbox.work import request_work, worker
from smartbis.tenancy.scope import tenant_scope

_WAIT = timedelta(seconds=5)


@worker(queue="bulk")
def close_ended_days(*, tenant: UUID) -> bool:
    """Close the tenant's days that have ended, and ask for a turn soon after the next midnight.

    Also in the hourly turn of every tenant, which finds what a lost wake-up left. While older transactions are still
    open the turn comes back in some seconds.
    """
    before = next_open_day(tenant=tenant)
    if before is None or before.until > now() - MARGIN:
        return False
    more = close_days(tenant=tenant)
    after = next_open_day(tenant=tenant)
    if not more:
        keep_aging(tenant=tenant)
    if after is None or (not more and after == before):
        return False
    with tenant_scope(tenant):
        if after == before:
            request_work(queue="bulk", due_at=now() + _WAIT)
        elif not more:
            request_work(queue="bulk", due_at=after.until + MARGIN)
    return more and after != before
