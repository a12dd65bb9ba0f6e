"""Messages and threads of a customer who was merged."""

from uuid import UUID

from messaging.models import Conversation, Link, Message
from smartbis.customers.reassigning import reassign
from smartbis.tenancy.scope import tenant_scope


def reassign_messages(*, tenant: UUID, merged: UUID, into: UUID) -> None:
    """Make a merged customer's threads, messages and links those of the one who stays; each number keeps its thread.

    What still waits to be sent goes to the number of the one who stays, if they agree to it then.
    """
    with tenant_scope(tenant):
        reassign(tenant=tenant, models=[Conversation, Message, Link], merged=merged, into=into)
