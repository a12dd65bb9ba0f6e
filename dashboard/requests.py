"""Requests of people who work for a brand, as views see them."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from smartbis.kernel.people import Actor
from smartbis.tenancy.selectors import TenantInfo


class StaffRequest(HttpRequest):
    """What `smartbis.tenancy.middleware.StaffMiddleware` binds for somebody who is signed in and of a team."""

    tenant: UUID
    brand: TenantInfo
    actor: Actor


def address_of(request: HttpRequest) -> str:
    """Where a request comes from, for limits: the peer, or what our own proxy says of it.

    Of `X-Forwarded-For` only the last entry was written by our proxy. IPv6 is counted by its /64, which is what one
    subscriber has.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.BEHIND_PROXY:
        address = request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
    return ":".join(address.split(":")[:4]) if address.count(":") > 1 else address
