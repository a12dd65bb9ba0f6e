"""Links of messages, looked at without using them up."""

from uuid import UUID

from messaging.infos import LinkInfo
from messaging.links import hash_of
from messaging.models import Link
from smartbis.kernel.clock import now
from smartbis.tenancy.scope import tenant_scope


def find_link(*, tenant: UUID, token: str) -> LinkInfo | None:
    """The link of a token, and whether it still opens by itself. Changes nothing, so that previews may ask."""
    with tenant_scope(tenant, read_only=True):
        row = Link.objects.filter(token_hash=hash_of(token)).first()
    if row is None:
        return None
    return LinkInfo(customer_id=row.customer_id, page=row.page, is_good=row.used_at is None and row.expires_at > now())
