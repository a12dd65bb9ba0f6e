"""What belongs to the portal as a whole: its language, its farewell, what makes it installable."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.access import public_page, safe_next
from portal.icons import icon_png
from portal.pages import render_page
from portal.requests import PortalRequest
from smartbis.customers.services import change_customer

ICON_SIZES = (192, 512)
YEAR = 365 * 24 * 3600


@require_POST
@public_page
def language(request: PortalRequest) -> HttpResponse:
    """Choose Portuguese or English for this browser, and for a customer's messages too."""
    wanted = request.POST.get("language", "")
    response = HttpResponseRedirect(safe_next(request, request.brand.slug))
    if wanted not in dict(settings.LANGUAGES):
        return response
    session = request.session_info
    if request.customer and request.actor and session and session.is_proven:
        change_customer(tenant=request.tenant, customer=request.customer.id, locale=wanted, actor=request.actor)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        wanted,
        max_age=YEAR,
        path=settings.LANGUAGE_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


@require_safe
@public_page
def gone(request: PortalRequest) -> HttpResponse:
    """What somebody sees who has just left."""
    return render_page(request, "portal/gone.html")


@require_safe
@public_page
def manifest(request: PortalRequest) -> HttpResponse:
    """What a browser needs to install the portal under the brand's own name."""
    slug = request.brand.slug
    home = reverse("portal:home", args=[slug])
    icons = [
        {
            "src": reverse(f"portal:icon_{size}", args=[slug]),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size in ICON_SIZES
        for purpose in ("any", "maskable")
    ]
    body = {
        "id": home,
        "name": _("%(brand)s Fidelidade") % {"brand": request.brand.name},
        "short_name": request.brand.name[:30],
        "lang": request.LANGUAGE_CODE,
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": request.brand.brand_colour,
        "icons": icons,
        "shortcuts": [{"name": _("Meus vouchers"), "url": reverse("portal:vouchers", args=[slug])}],
    }
    return JsonResponse(body, content_type="application/manifest+json")


@require_safe
@public_page
def offline(request: PortalRequest) -> HttpResponse:
    """What the worker keeps for when there is no signal; it names nobody."""
    return render_page(request, "portal/offline.html", {"customer": None})


@require_safe
@public_page
def worker(request: PortalRequest) -> HttpResponse:
    """The service worker: served from here, since a worker's reach is the path that it came from."""
    return HttpResponse(_worker_source(), content_type="text/javascript")


@lru_cache(maxsize=1)
def _worker_source() -> str:
    path = finders.find("js/portal-worker.js")
    if not isinstance(path, str):
        raise Http404
    return Path(path).read_text()


@require_safe
@public_page
def icon(request: PortalRequest, size: int) -> HttpResponse:
    """The brand's initial on its colour, as an icon of the home screen."""
    response = HttpResponse(icon_png(request.brand.name, request.brand.brand_colour, size), content_type="image/png")
    response["Cache-Control"] = "public, max-age=86400"
    return response
