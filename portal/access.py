"""Who comes in: the brand by its slug, the customer by their cookie, before a view's body runs.

A page is read in one read-only scope that closes after it was rendered; a form's view opens the scopes it needs.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from portal import cookies
from portal.pages import render_page
from portal.requests import PortalRequest
from portal.selectors import find_session
from portal.selectors.signing import session_reading
from portal.services import see_session
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.selectors import get_customer
from smartbis.kernel.errors import NotFound
from smartbis.kernel.people import Actor
from smartbis.tenancy.scope import Reading, tenant_scope
from smartbis.tenancy.selectors import TenantInfo, find_tenant_by_slug, get_tenant, tenant_reading

View = Callable[..., HttpResponse]
READING = frozenset({"GET", "HEAD"})
LONGEST_ADDRESS = 500


def public_page(view: View) -> View:
    """A page for anybody; `request.customer` is None for a stranger."""
    return _door(view, needs_customer=False)


def customer_page(view: View) -> View:
    """A page for a customer; a stranger signs in first and comes back to it."""
    return _door(view, needs_customer=True)


def safe_next(request: HttpRequest, slug: str) -> str:
    """The page of this portal to go on to after signing in, or the first page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if is_page_of(wanted, slug) and len(wanted) <= LONGEST_ADDRESS else cookies.path_of(slug)


def _came_from(request: PortalRequest) -> str:
    """The page of this portal whose form was sent, to come back to; the first page where the browser does not say."""
    home = cookies.path_of(request.brand.slug)
    before = urlsplit(request.headers.get("Referer", ""))
    is_ours = before.netloc == request.get_host() and is_page_of(before.path, request.brand.slug)
    return (before.path + (f"?{before.query}" if before.query else ""))[:LONGEST_ADDRESS] if is_ours else home


def is_page_of(path: str, slug: str) -> bool:
    """Whether a path lies below the brand's portal, read as a browser reads it."""
    is_plain = url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return is_plain and path.startswith(cookies.path_of(slug)) and "/../" not in path


def _door(view: View, *, needs_customer: bool) -> View:
    @wraps(view)
    def wrapped(request: PortalRequest, slug: str, **arguments: Any) -> HttpResponse:
        tenant = find_tenant_by_slug(slug)
        if tenant is None:
            raise Http404
        if request.method not in READING:
            response = _enter(request, tenant, view, needs_customer, arguments)
        else:
            token = cookies.session_token(request, slug)
            opening: list[Reading[Any]] = [tenant_reading(tenant)]
            opening += [session_reading(tenant, token)] if token else []
            with tenant_scope(tenant, read_only=True, reading=opening):
                response = _enter(request, tenant, view, needs_customer, arguments)
            if request.session_info is not None:
                see_session(tenant=tenant, session=request.session_info)
        patch_vary_headers(response, ["HX-Request", "Cookie"])
        if "Cache-Control" not in response:
            add_never_cache_headers(response)
        return response

    return wrapped


def _enter(
    request: PortalRequest, tenant: UUID, view: View, needs_customer: bool, arguments: dict[str, Any]
) -> HttpResponse:
    brand = get_tenant(tenant=tenant)
    _bind(request, brand)
    _speak(request, brand)
    with timezone.override(ZoneInfo(brand.timezone)):
        if brand.status != "active":
            return render_page(request, "portal/closed.html", {"customer": None}, status=403)
        if needs_customer and (request.customer is None or _needs_code(request)):
            return _to_sign_in(request)
        try:
            return view(request, **arguments)
        except (NotFound, Http404):
            return render_page(request, "portal/missing.html", status=404)


def _bind(request: PortalRequest, brand: TenantInfo) -> None:
    request.tenant, request.brand = brand.id, brand
    request.customer, request.actor, request.session_info = None, None, None
    session = find_session(tenant=brand.id, token=cookies.session_token(request, brand.slug))
    if session is None:
        return
    customer = get_customer(tenant=brand.id, customer=session.customer_id)
    if customer.status != "active":
        return
    request.customer, request.session_info = customer, session
    request.actor = Actor(kind="customer", id=customer.id, label=customer.first_name)


def _speak(request: PortalRequest, brand: TenantInfo) -> None:
    """The language that was chosen here, else the customer's, else the brand's."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(_language(request.customer, brand))
    request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE


def _language(customer: CustomerInfo | None, brand: TenantInfo) -> str:
    locale = (customer.locale if customer else "") or brand.locale
    return "en" if locale.lower().startswith("en") else settings.LANGUAGE_CODE


def _needs_code(request: PortalRequest) -> bool:
    """Whether who came in by a message's link wants to change something."""
    session = request.session_info
    return request.method not in READING and session is not None and not session.is_proven


def _to_sign_in(request: PortalRequest) -> HttpResponse:
    then = request.get_full_path() if request.method in READING else _came_from(request)
    address = reverse("portal:sign_in", args=[request.brand.slug])
    if then != cookies.path_of(request.brand.slug):
        address = f"{address}?{urlencode({'next': then})}"
    if _needs_code(request):
        messages.info(request, _("Para continuar, confirme que é você com um código."))
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
