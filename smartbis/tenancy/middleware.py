"""What a request carries before a view sees it: an id for the logs, and for staff their tenant and role."""

import re
from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from smartbis.kernel.context import bound_request_id
from smartbis.kernel.ids import new_id
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import find_staff_member, get_tenant, staff_reading, tenant_reading, tenants_of_user

Handler = Callable[[HttpRequest], HttpResponse]
_REQUEST_ID = re.compile(r"^[\w.:-]{8,40}$")
SESSION_TENANT = "tenant"


class RequestIdMiddleware:
    """Gives every request an id, or keeps the caller's, and answers with it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        value = given if _REQUEST_ID.match(given) else str(new_id())
        with bound_request_id(value):
            response = self.get_response(request)
        response.headers.setdefault("X-Request-Id", value)
        return response


class StaffMiddleware:
    """Sets `request.tenant`, `request.brand` and `request.actor` for a signed-in person of a team; None otherwise."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.tenant = request.brand = request.actor = None  # type: ignore[attr-defined]
        if self._asks_for_staff(request) and request.user.is_authenticated:
            self._bind(request, request.user.pk)
        return self.get_response(request)

    @staticmethod
    def _asks_for_staff(request: HttpRequest) -> bool:
        return request.path.startswith(("/dashboard/", "/counter/", "/after-sign-in/"))

    @staticmethod
    def _bind(request: HttpRequest, user: UUID) -> None:
        reachable = tenants_of_user(user)
        chosen = request.session.get(SESSION_TENANT)
        for tenant in sorted(reachable, key=lambda each: str(each) != chosen):
            with tenant_scope(tenant, read_only=True, reading=(tenant_reading(tenant), staff_reading(tenant, user))):
                member = find_staff_member(tenant=tenant, user=user)
                brand = get_tenant(tenant=tenant) if member else None
            if member is None or brand is None:
                continue
            if brand.status != "active":
                continue
            request.tenant, request.brand, request.actor = tenant, brand, member.as_actor()  # type: ignore[attr-defined]
            if not request.COOKIES.get("django_language") and "HTTP_ACCEPT_LANGUAGE" not in request.META:
                translation.activate(brand.locale)
            return
