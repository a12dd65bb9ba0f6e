"""Who comes in: a person of the team whose role may do what the page is for, before a view's body runs.

A page is read in one read-only scope that closes after it was rendered; a form's view opens the scopes it needs.
"""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from dashboard.brand.pages import render_page
from dashboard.brand.requests import DeskRequest
from smartbis.kernel.errors import NotFound, PermissionMissing
from smartbis.kernel.pages import InvalidCursor
from smartbis.tenancy.permissions import may
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.services import record_refusal

View = Callable[..., HttpResponseBase]
READING = frozenset({"GET", "HEAD"})
COUNTER_ONLY = frozenset({"operator", "partner"})


def desk(*, reads: str = "", writes: str = "") -> Callable[[View], View]:
    """A page of the dashboard: the verbs that reading it and sending its form need; empty where there is neither."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
            response = _door(cast(DeskRequest, request), view, reads, writes, arguments)
            patch_vary_headers(response, ["HX-Request", "Cookie"])
            if "Cache-Control" not in response:
                add_never_cache_headers(response)
            return response

        return wrapped

    return decorate


def _door(request: DeskRequest, view: View, reads: str, writes: str, arguments: dict[str, Any]) -> HttpResponseBase:
    if not request.user.is_authenticated:
        return _to_sign_in(request)
    if request.actor is None:
        return forbidden(request)
    is_reading = request.method in READING
    verb = reads if is_reading else writes if request.method == "POST" else ""
    if not verb:
        return HttpResponseNotAllowed([*(("GET", "HEAD") if reads else ()), *(("POST",) if writes else ())])
    if not (may(request.actor, "dashboard.see") and may(request.actor, verb)):
        if not is_reading:
            record_refusal(tenant=request.tenant, actor=request.actor, action=verb, code=PermissionMissing.code)
        return forbidden(request)
    request.may = partial(may, request.actor)
    with timezone.override(ZoneInfo(request.brand.timezone)):
        if not is_reading:
            return _answer(request, view, arguments)
        with tenant_scope(request.tenant, read_only=True):
            return _answer(request, view, arguments)


def _answer(request: DeskRequest, view: View, arguments: dict[str, Any]) -> HttpResponseBase:
    try:
        return view(request, **arguments)
    except (NotFound, Http404, InvalidCursor):
        return render_page(request, "dashboard/missing.html", {"section": ""}, status=404)
    except PermissionMissing:
        return forbidden(request)


def forbidden(request: HttpRequest) -> HttpResponse:
    """Not for this person: why, and where they can go on."""
    actor = getattr(request, "actor", None)
    context = {"works_at_counter": actor is not None and actor.role in COUNTER_ONLY, "has_team": actor is not None}
    return render(request, "dashboard/forbidden.html", context, status=403)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    then = request.get_full_path() if request.method in READING else reverse("dashboard:overview")
    response = redirect_to_login(then, login_url=settings.LOGIN_URL)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})
    return response
