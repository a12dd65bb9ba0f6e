"""What a tap on a message's button does."""

from uuid import UUID

from django.db.models import F

from messaging.errors import LinkNotFound
from messaging.events import LinkTapped
from messaging.infos import LinkTap
from messaging.links import KEPT, hash_of
from messaging.models import Link, Message
from smartbis.kernel.clock import now
from smartbis.outbox.services import publish
from smartbis.tenancy.scope import tenant_scope

_PURGED_AT_ONCE = 5000


def tap_link(*, tenant: UUID, token: str) -> LinkTap:
    """Use a link up. The first tap within its time opens its page as the customer; every later one only says where to.

    Raises LinkNotFound. Publishes LinkTapped.
    """
    at = now()
    with tenant_scope(tenant):
        row = Link.objects.select_for_update().filter(token_hash=hash_of(token)).first()
        if row is None:
            raise LinkNotFound
        outcome = "used" if row.used_at is not None else "late" if row.expires_at <= at else "opened"
        if outcome == "opened":
            row.used_at = at
        row.taps = F("taps") + 1
        row.save(update_fields=["used_at", "taps"])
        Message.objects.filter(id=row.message_id, tapped_at__isnull=True).update(tapped_at=at)
        template = Message.objects.values_list("template", flat=True).get(id=row.message_id)
        publish(
            LinkTapped(
                message_id=row.message_id,
                customer_id=row.customer_id,
                template=template,
                page=row.page.partition("/")[0] or "home",
                outcome=outcome,
            )
        )
        return LinkTap(customer_id=row.customer_id, page=row.page, outcome=outcome)


def purge_links(*, tenant: UUID) -> bool:
    """Forget links a month after their end; True when there are more."""
    with tenant_scope(tenant):
        over = Link.objects.filter(expires_at__lte=now() - KEPT).order_by("expires_at").values("id")
        count, _ = Link.objects.filter(id__in=over[:_PURGED_AT_ONCE]).delete()
        return count == _PURGED_AT_ONCE
