"""The pages behind the buttons of messages, and the way to the brand's shop.

Looking at a link changes nothing, whoever looks: previews and scanners fetch pages too. The page confirms the tap by a
form, which the browser of somebody who sees it sends by itself.
"""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from messaging.errors import LinkNotFound
from messaging.own_templates import SHOP_PAGE
from messaging.selectors import find_link
from portal import cookies
from portal.access import public_page
from portal.infos import Arrival
from portal.pages import render_page
from portal.requests import PortalRequest
from portal.services import arrive_by_link, end_session


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def arrive(request: PortalRequest, token: str) -> HttpResponse:
    """Ask for the confirmed tap; with it, open the page once as the link's customer, else lead there by signing in."""
    if request.method != "POST":
        response = render_page(request, "portal/link.html", {"customer": None, "is_others": _is_others(request, token)})
        response["X-Robots-Tag"] = "noindex"
        return response
    try:
        arrival = arrive_by_link(tenant=request.tenant, token=token, known=_known(request))
    except LinkNotFound:
        arrival = Arrival("", "")
    return _onward(request, arrival)


@require_safe
@public_page
def shop(request: PortalRequest) -> HttpResponse:
    """On to the brand's shop: by a page, since a form may not be answered with another site."""
    if not request.brand.shop_url:
        return HttpResponseRedirect(reverse("portal:home", args=[request.brand.slug]))
    return render_page(request, "portal/shop.html", {"customer": None, "shop_url": request.brand.shop_url})


def _onward(request: PortalRequest, arrival: Arrival) -> HttpResponse:
    slug = request.brand.slug
    target = cookies.path_of(slug) + arrival.page
    if arrival.token:
        if earlier := cookies.session_token(request, slug):
            end_session(tenant=request.tenant, token=earlier)
        response = HttpResponseRedirect(target)
        cookies.keep_link_session(response, slug, arrival.token)
        return response
    if request.customer is not None or arrival.page == SHOP_PAGE:
        return HttpResponseRedirect(target)
    messages.info(request, _("Este link já foi usado ou passou do tempo. Entre para ver a mesma página."))
    return HttpResponseRedirect(f"{reverse('portal:sign_in', args=[slug])}?{urlencode({'next': target})}")


def _known(request: PortalRequest) -> UUID | None:
    session = request.session_info
    return session.customer_id if session is not None and session.is_proven else None


def _is_others(request: PortalRequest, token: str) -> bool:
    """Whether somebody else is signed in here than whom the link would sign in."""
    if request.customer is None:
        return False
    link = find_link(tenant=request.tenant, token=token)
    return link is not None and link.is_good and link.page != SHOP_PAGE and link.customer_id != request.customer.id
