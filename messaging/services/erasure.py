"""Forgetting a person."""

from uuid import UUID

from messaging.models import Conversation, Link, Message, WebhookItem, WebhookPayload
from smartbis.tenancy.scope import tenant_scope


def wipe_customer(*, tenant: UUID, customer: UUID) -> None:
    """Wipe a customer's message contents, links and contact data, and stop what still waits to be sent.

    Raw webhooks that told of their messages are emptied, unless they still wait to be worked through.
    """
    with tenant_scope(tenant):
        rows = Message.objects.filter(tenant_id=tenant, customer_id=customer)
        rows.filter(status__in=[Message.Status.QUEUED, Message.Status.HELD]).update(
            status=Message.Status.HELD, reason="customer_erased", due_at=None
        )
        rows.update(content_sealed=None, recipient_sealed=None, error_details="")
        Link.objects.filter(tenant_id=tenant, customer_id=customer).delete()
        Conversation.objects.filter(tenant_id=tenant, customer_id=customer).update(
            contact_sealed=None, contact_masked=""
        )
        remote_ids = rows.exclude(remote_id="").values("remote_id")
        told_by = WebhookItem.objects.filter(tenant_id=tenant, remote_id__in=remote_ids).values("payload_id")
        WebhookPayload.objects.filter(tenant_id=tenant, id__in=told_by).exclude(
            state=WebhookPayload.State.WAITING
        ).update(body_sealed=b"")
