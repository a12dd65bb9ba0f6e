"""Rounds of questions to Meta about templates: asked for by people, or due every night. A worker does them."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from messaging.models import Channel, TemplateSync
from messaging.rounds import QUEUE, open_round, queue_sync
from messaging.services.templates import sync_templates
from messaging.whatsapp.errors import GatewayError, Refused
from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.outbox.work import request_work
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant

log = structlog.get_logger(__name__)

NIGHTLY_HOUR = 3  # of the brand's own clock
LEASE = timedelta(minutes=10)
PAUSES = (timedelta(minutes=1), timedelta(minutes=5))  # between three tries
KEPT = timedelta(days=30)
_OPEN = (TemplateSync.Status.QUEUED, TemplateSync.Status.RUNNING)


def request_template_sync(*, tenant: UUID, actor: Actor) -> None:
    """Have a worker ask Meta about the templates of every live channel; one that is under way answers for this too.

    Raises PermissionMissing.
    """
    require(actor, "message.change")
    with tenant_scope(tenant):
        for channel in _live():
            queue_sync(channel)


def sync_due_templates(*, tenant: UUID) -> bool:
    """Open tonight's rounds and do the round that is due longest; True when another is due.

    Calls the network: no transaction may be open.
    """
    with tenant_scope(tenant):
        _open_nightly(tenant)
        TemplateSync.objects.filter(finished_at__lt=now() - KEPT).delete()
        row = _claim()
    if row is None:
        return False
    try:
        sync_templates(tenant=tenant, channel=row.channel_id)
    except GatewayError as error:
        log.warning("templates.not_synced", channel=str(row.channel_id), error=type(error).__name__)
        _postpone(tenant, row, is_final=isinstance(error, Refused))
    else:
        _finish(tenant, row, TemplateSync.Status.DONE)
    with tenant_scope(tenant, read_only=True):
        return TemplateSync.objects.filter(status__in=_OPEN, due_at__lte=now()).exists()


def _open_nightly(tenant: UUID) -> None:
    local = now().astimezone(ZoneInfo(get_tenant(tenant=tenant).timezone))
    if local.hour < NIGHTLY_HOUR:
        return
    night = f"{local:%Y-%m-%d}"
    had = set(TemplateSync.objects.filter(period=night).values_list("channel_id", flat=True))
    for channel in _live():
        if channel not in had:
            open_round(channel, night)


def _live() -> list[UUID]:
    rows = Channel.objects.filter(status=Channel.Status.LIVE).order_by("connected_at", "id")
    return list(rows.values_list("id", flat=True))


def _claim() -> TemplateSync | None:
    """Take the round that is due longest under a lease; one whose worker died is due again when its lease ends."""
    due = TemplateSync.objects.select_for_update(skip_locked=True).filter(status__in=_OPEN, due_at__lte=now())
    row = due.order_by("due_at", "id").first()
    if row is None:
        return None
    if row.attempts > len(PAUSES):
        row.status, row.finished_at = TemplateSync.Status.FAILED, now()
        row.save(update_fields=["status", "finished_at"])
        return None
    row.status, row.attempts, row.due_at = TemplateSync.Status.RUNNING, row.attempts + 1, now() + LEASE
    row.save(update_fields=["status", "attempts", "due_at"])
    request_work(queue=QUEUE, due_at=row.due_at + timedelta(seconds=1))
    return row


def _postpone(tenant: UUID, row: TemplateSync, *, is_final: bool) -> None:
    if is_final or row.attempts > len(PAUSES):
        _finish(tenant, row, TemplateSync.Status.FAILED)
        return
    due_at = now() + PAUSES[row.attempts - 1]
    with tenant_scope(tenant):
        TemplateSync.objects.filter(id=row.id).update(status=TemplateSync.Status.QUEUED, due_at=due_at)
        request_work(queue=QUEUE, due_at=due_at)


def _finish(tenant: UUID, row: TemplateSync, status: TemplateSync.Status) -> None:
    with tenant_scope(tenant):
        TemplateSync.objects.filter(id=row.id).update(status=status, finished_at=now())
