"""Background work of the floors beneath: forgetting what was only to be kept for a while."""

from uuid import UUID

from smartbis.outbox.work import worker
from smartbis.tenancy.counters import forget_attempts
from smartbis.tenancy.once import forget_answers


@worker(queue="bulk")
def forget_old_requests(*, tenant: UUID) -> bool:
    """Forget answers and attempts that are past their time; True when there may be more."""
    forget_attempts(tenant=tenant)
    return forget_answers(tenant=tenant)
