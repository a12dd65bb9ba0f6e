"""Opening a round of questions to Meta about a channel's templates. Inside the tenant's scope."""

from uuid import UUID

from messaging.models import TemplateSync
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.outbox.work import request_work
from smartbis.tenancy.scope import current_tenant

QUEUE = "bulk"


def queue_sync(channel: UUID) -> None:
    """Ask for a round now, unless one is open."""
    open_round(channel, f"asked {new_id()}")
    request_work(queue=QUEUE)


def open_round(channel: UUID, period: str) -> None:
    """The unique constraints judge: each period once, and one open round for each channel."""
    at = now()
    row = TemplateSync(tenant_id=current_tenant(), channel_id=channel, period=period, asked_at=at, due_at=at)
    TemplateSync.objects.bulk_create([row], ignore_conflicts=True)
