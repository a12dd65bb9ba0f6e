"""Rendering in a brand's own name and colours."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.template.loader import render_to_string

from portal.requests import PortalRequest
from smartbis.kernel.colour import brand_css
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo


@dataclass(frozen=True)
class Masthead:
    """What the frame of every page shows of a brand."""

    name: str
    slug: str
    tagline: str
    logo_url: str
    support_phone: str
    colour: str


def render_page(
    request: PortalRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Render a page, or a fragment of one, within the tenant's read-only scope."""
    frame = {
        "tenant": masthead(request.brand),
        "brand_css": _css(request.brand.brand_colour),
        "customer": request.customer,
    }
    with tenant_scope(request.tenant, read_only=True):
        return HttpResponse(render_to_string(template, frame | (context or {}), request), status=status)


def masthead(brand: TenantInfo) -> Masthead:
    """The brand as its pages name it."""
    return Masthead(
        brand.name, brand.slug, brand.tagline, picture_url(brand.logo), brand.support_phone, brand.brand_colour
    )


def picture_url(stored: str) -> str:
    """The address of a picture on this host; empty for one elsewhere, which browsers are told not to load."""
    if not stored or "://" in stored or stored.startswith("//"):
        return ""
    return stored if stored.startswith("/") else default_storage.url(stored)


@lru_cache(maxsize=512)
def _css(colour: str) -> str:
    return brand_css(colour)
