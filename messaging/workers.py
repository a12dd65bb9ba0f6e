"""The room's doors to the queues. Webhooks have their own queue, so that slow sends never hold them up."""

from uuid import UUID

from messaging.inbound import process_due
from messaging.sending import send_due
from messaging.services.links import purge_links as purge
from messaging.services.syncs import sync_due_templates
from smartbis.outbox.work import worker


@worker(queue="relay")
def process_webhooks(*, tenant: UUID) -> bool:
    """Work through stored webhooks; True when there is more."""
    return process_due(tenant=tenant)


@worker(queue="send")
def send_due_messages(*, tenant: UUID) -> bool:
    """Send what is due; True when there is more."""
    return send_due(tenant=tenant)


@worker(queue="bulk")
def sync_templates(*, tenant: UUID) -> bool:
    """Ask Meta about templates when somebody wants it, and every night; True when there is more."""
    return sync_due_templates(tenant=tenant)


@worker(queue="bulk")
def purge_links(*, tenant: UUID) -> bool:
    """Forget links whose time is long over; True when there is more."""
    return purge(tenant=tenant)
