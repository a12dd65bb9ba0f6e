"""Messages of a past that was loaded, not lived: they are final from the start, and nothing of them is sent."""

from datetime import timedelta
from uuid import UUID

from messaging.models import Message
from smartbis.customers.selectors import contacts_of
from smartbis.kernel.phones import country_of
from smartbis.tenancy.scope import tenant_scope

_READ_OF_TEN = 8
_BILLED = {"billable": True, "pricing_model": "PMP", "type": "regular"}


def settle_past_messages(*, tenant: UUID) -> int:
    """Make every message that still waits read or delivered, minutes after it was written. Returns how many."""
    with tenant_scope(tenant):
        waiting = list(
            Message.objects.filter(direction="out", status__in=("queued", "held")).order_by("created_at", "id")
        )
        customers = {row.customer_id for row in waiting if row.customer_id}
        contacts = contacts_of(tenant=tenant, customers=customers)
        for place, row in enumerate(waiting):
            contact = contacts.get(row.customer_id) if row.customer_id else None
            row.country = country_of(contact.phone_e164) if contact and contact.phone_e164 else ""
            row.pricing = {**_BILLED, "category": row.category.lower()}
            row.accepted_at = row.sent_at = row.created_at + timedelta(seconds=2)
            row.delivered_at = row.created_at + timedelta(seconds=5)
            row.status, row.reason, row.due_at, row.leased_until = Message.Status.DELIVERED, "", None, None
            if place % 10 < _READ_OF_TEN:
                row.status = Message.Status.READ
                row.read_at = row.created_at + timedelta(minutes=3 + place % 40)
        fields = ["accepted_at", "sent_at", "delivered_at", "read_at", "status", "reason", "due_at", "leased_until"]
        fields += ["country", "pricing"]
        Message.objects.bulk_update(waiting, fields, batch_size=500)
        return len(waiting)
