"""A request to a brand's portal, as views see it."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from portal.infos import SessionInfo
from smartbis.customers.infos import CustomerInfo
from smartbis.kernel.people import Actor
from smartbis.tenancy.selectors import TenantInfo


class PortalRequest(HttpRequest):
    """What `portal.access` binds before a view runs."""

    tenant: UUID
    brand: TenantInfo
    customer: CustomerInfo | None
    actor: Actor | None
    session_info: SessionInfo | None
    LANGUAGE_CODE: str


class CustomerRequest(PortalRequest):
    """A request of a customer who is signed in."""

    customer: CustomerInfo
    actor: Actor


def address_of(request: HttpRequest) -> str:
    """Where a request comes from, for limits: the peer, or what our own proxy says of it.

    Of the list in `X-Forwarded-For` only the last entry was written by our proxy; the others may be made up. Addresses
    of IPv6 are counted by their /64, which is what one subscriber has.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.BEHIND_PROXY:
        address = request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
    return ":".join(address.split(":")[:4]) if address.count(":") > 1 else address
