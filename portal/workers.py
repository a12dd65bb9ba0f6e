"""Work that waits: codes and sessions whose time is over are removed."""

from uuid import UUID

from portal.models import PortalSession, SignInChallenge
from portal.services.challenges import KEPT
from smartbis.kernel.clock import now
from smartbis.outbox.work import worker
from smartbis.tenancy.scope import tenant_scope


@worker(queue="bulk")
def purge_sign_ins(*, tenant: UUID) -> bool:
    """Remove codes older than a day, with the numbers they hold, and sessions that have run out."""
    at = now()
    with tenant_scope(tenant):
        SignInChallenge.objects.filter(created_at__lte=at - KEPT).delete()
        PortalSession.objects.filter(expires_at__lte=at).delete()
    return False
