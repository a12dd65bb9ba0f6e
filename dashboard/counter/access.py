"""Who comes to a till, and which store it stands in, before a view's body runs.

A page is read in one read-only scope that closes after it was rendered; a form's view opens the scopes it needs.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from csp.decorators import csp_update
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from dashboard.requests import StaffRequest
from smartbis.kernel.errors import NotFound, PermissionMissing
from smartbis.tenancy.errors import StoreUnknown
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import remember, tenant_scope
from smartbis.tenancy.selectors import StoreInfo, get_store, stores, stores_reading
from vouchers.errors import VoucherNotFound

View = Callable[..., HttpResponse]
READING = frozenset({"GET", "HEAD"})
SESSION_STORE = "counter_store"
WASM = "'wasm-unsafe-eval'"


class CounterRequest(StaffRequest):
    """A request from a till: somebody of the team, at a store.

    The last two are `slow_to_guessers`'s: whether this person may try no more codes, and whether this one was wrong.
    """

    store: StoreInfo
    guesses_too_much: bool
    guessed_wrong: bool


def counter_page(verb: str = "counter.use", *, needs_store: bool = True) -> Callable[[View], View]:
    """A page or form of the till, for who may do `verb`; without a store chosen it leads to the choice."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: CounterRequest, **arguments: Any) -> HttpResponse:
            if not request.user.is_authenticated or request.actor is None:
                return _to_sign_in(request)
            with timezone.override(ZoneInfo(request.brand.timezone)):
                if request.method not in READING:
                    response = _enter(request, view, verb, needs_store, arguments)
                else:
                    with tenant_scope(request.tenant, read_only=True, reading=[stores_reading(request.tenant)]):
                        remember("tenant", request.brand)  # who came in was bound to it a moment ago
                        response = _enter(request, view, verb, needs_store, arguments)
            patch_vary_headers(response, ["HX-Request", "Cookie"])
            add_never_cache_headers(response)
            return response

        # These pages read QR codes, whose decoder is compiled from wasm.
        return cast(View, csp_update({"script-src": [WASM]})(cast(Any, wrapped)))

    return decorate


def _enter(
    request: CounterRequest, view: View, verb: str, needs_store: bool, arguments: dict[str, Any]
) -> HttpResponse:
    try:
        require(request.actor, verb)
        store = chosen_store(request)
        if store is None and needs_store:
            return redirect_to(request, reverse("counter:store"))
        if store is not None:
            request.store = store
        return view(request, **arguments)
    except PermissionMissing as error:
        raise PermissionDenied from error
    except NotFound as error:
        request.guessed_wrong = isinstance(error, VoucherNotFound)
        raise Http404 from error


def stores_of(request: CounterRequest) -> list[StoreInfo]:
    """The stores with a counter that the actor may stand at, the brand's own first."""
    reachable = [store for store in stores(tenant=request.tenant, actor=request.actor) if store.kind != "online"]
    return sorted(reachable, key=lambda store: store.kind == "partner")


def chosen_store(request: CounterRequest) -> StoreInfo | None:
    """The store of this session, or the only one there is to choose."""
    try:
        named = UUID(request.session.get(SESSION_STORE, ""))
        return get_store(tenant=request.tenant, store=named, actor=request.actor)
    except (ValueError, StoreUnknown):
        reachable = stores_of(request)
        return reachable[0] if len(reachable) == 1 else None


def redirect_to(request: HttpRequest, address: str) -> HttpResponse:
    """Go to another page; the whole window, also when only a part of it asked."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect_to(request, reverse("public:after_sign_in"))
    then = (
        request.get_full_path() if request.method in READING and not request.headers.get("HX-Request") else "/counter/"
    )
    return redirect_to(request, f"{reverse('public:sign_in')}?{urlencode({'next': then})}")
