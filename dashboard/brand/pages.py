"""Rendering within the dashboard's frame."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from dashboard.brand.menu import menu_of
from dashboard.brand.requests import DeskRequest
from smartbis.kernel.colour import brand_css
from smartbis.tenancy.scope import tenant_scope


def render_page(
    request: DeskRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Render a page, or a fragment of one, within the tenant's read-only scope."""
    frame = {
        "tenant": {"name": request.brand.name, "slug": request.brand.slug, "logo_url": picture_url(request.brand.logo)},
        "brand_css": _css(request.brand.brand_colour),
        "menu": menu_of(request.actor),
        "user_name": request.actor.label,
        "user_role": role_name(request.actor.role or ""),
        "test_mode": bool(settings.SANDBOX_URL),
    }
    with tenant_scope(request.tenant, read_only=True):
        return HttpResponse(render_to_string(template, frame | (context or {}), request), status=status)


def picture_url(stored: str) -> str:
    """The address of a picture on this host; empty for one elsewhere, which browsers are told not to load."""
    if not stored or "://" in stored or stored.startswith("//"):
        return ""
    return stored if stored.startswith("/") else default_storage.url(stored)


def role_name(role: str) -> str:
    """A role as people call it."""
    names = {
        "owner": _("Dono da conta"),
        "manager": _("Gerente"),
        "attendant": _("Atendimento"),
        "operator": _("Operador de caixa"),
        "partner": _("Loja parceira"),
        "analyst": _("Análise"),
    }
    return names.get(role, role)


@lru_cache(maxsize=512)
def _css(colour: str) -> str:
    return brand_css(colour)
