"""Letting held messages go once what they waited for is there."""

from uuid import UUID

from messaging.models import Channel, Message
from smartbis.kernel.clock import now
from smartbis.outbox.work import request_work


def release_held(*, tenant: UUID, reason: str, template: str = "") -> int:
    """Queue what was held for `reason` and is still worth saying; returns how many. Inside the tenant's scope.

    Only for what the brand, Meta or the platform had to do (`no_channel`, `template_not_approved`, `tenant_suspended`):
    a missing consent that comes later does not make an old message welcome.
    """
    channel = Channel.objects.filter(status=Channel.Status.LIVE).order_by("connected_at", "id").first()
    if channel is None:
        return 0
    held = Message.objects.filter(
        tenant_id=tenant,
        status=Message.Status.HELD,
        reason=reason,
        expires_at__gt=now(),
        content_sealed__isnull=False,
    )
    if template:
        held = held.filter(template=template)
    held.filter(channel__isnull=True).update(channel=channel)
    count = held.update(status=Message.Status.QUEUED, reason="", due_at=now())
    if count:
        request_work(queue="send")
    return count
