"""Coming in by the button of a message."""

from uuid import UUID

from messaging.own_templates import SHOP_PAGE
from messaging.services import tap_link
from portal.infos import Arrival
from portal.services.sessions import open_session
from smartbis.customers.selectors import get_customer
from smartbis.tenancy.scope import tenant_scope


def arrive_by_link(*, tenant: UUID, token: str, known: UUID | None) -> Arrival:
    """Use a link up; a good one opens a session for reading, unless its customer is `known` here by a code already.

    The way to the shop needs no session. Raises LinkNotFound. Publishes LinkTapped.
    """
    with tenant_scope(tenant):
        tap = tap_link(tenant=tenant, token=token)
        if tap.outcome != "opened" or tap.page == SHOP_PAGE or tap.customer_id == known:
            return Arrival(tap.page, "")
        if get_customer(tenant=tenant, customer=tap.customer_id).status != "active":
            return Arrival(tap.page, "")
        return Arrival(tap.page, open_session(tenant=tenant, customer=tap.customer_id, by_link=True))
