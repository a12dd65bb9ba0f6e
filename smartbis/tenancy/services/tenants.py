"""Opening a brand, and its settings."""

import re
from typing import Any
from uuid import UUID

from django.db import transaction

from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.tenancy.models import Tenant
from smartbis.tenancy.scope import forget, tenant_scope
from smartbis.tenancy.sealing import make_data_key
from smartbis.tenancy.selectors import TenantInfo, get_tenant
from smartbis.tenancy.services.audit import record_audit
from smartbis.tenancy.services.routes import add_route

_COLOUR = re.compile(r"^#[0-9a-f]{6}$")
_SLUG = re.compile(r"^[a-z0-9][a-z0-9-]{1,38}[a-z0-9]$")
CHANGEABLE = {
    "name",
    "tagline",
    "brand_colour",
    "logo",
    "timezone",
    "locale",
    "default_area_code",
    "support_phone",
    "voucher_days",
    "shortfall_policy",
    "terms_text",
    "terms_version",
    "service_basis",
}


def open_tenant(*, slug: str, name: str, actor: Actor = SYSTEM, **settings: Any) -> TenantInfo:
    """Open a brand with its own key for personal data.

    Raises InvalidInput for a slug or setting that cannot be, SlugTaken.
    """
    _check({"slug": slug, "name": name, **settings})
    tenant = new_id()
    with transaction.atomic():
        add_route(tenant=tenant, kind="slug", key=slug)
        with tenant_scope(tenant):
            Tenant.objects.create(id=tenant, slug=slug, name=name, created_at=now(), **settings)
            make_data_key(tenant=tenant)
            record_audit(tenant=tenant, actor=actor, action="tenant.open", object_kind="tenant", object_id=tenant)
    return get_tenant(tenant=tenant)


def change_brand(*, tenant: UUID, actor: Actor, **settings: Any) -> TenantInfo:
    """Change the brand's settings. Raises InvalidInput."""
    _check(settings)
    unknown = settings.keys() - CHANGEABLE
    if unknown:
        raise InvalidInput({name: ["This cannot be changed."] for name in sorted(unknown)})
    with tenant_scope(tenant):
        before = get_tenant(tenant=tenant)
        Tenant.objects.filter(id=tenant).update(**settings)
        forget("tenant")
        record_audit(
            tenant=tenant,
            actor=actor,
            action="tenant.change",
            object_kind="tenant",
            object_id=tenant,
            before={name: getattr(before, name) for name in settings},
            after=settings,
        )
        return get_tenant(tenant=tenant)


def set_tenant_status(*, tenant: UUID, status: str, actor: Actor) -> TenantInfo:
    """Suspend a brand, or let it work again. Raises InvalidInput, TenantUnknown."""
    if status not in Tenant.Status.values:
        raise InvalidInput({"status": ["Choose active or suspended."]})
    with tenant_scope(tenant):
        before = get_tenant(tenant=tenant).status
        Tenant.objects.filter(id=tenant).update(status=status)
        forget("tenant")
        record_audit(
            tenant=tenant,
            actor=actor,
            action="tenant.status",
            object_kind="tenant",
            object_id=tenant,
            before={"status": before},
            after={"status": status},
        )
        return get_tenant(tenant=tenant)


def _check(settings: dict[str, Any]) -> None:
    errors: dict[str, list[str]] = {}
    if "slug" in settings and not _SLUG.match(settings["slug"]):
        errors["slug"] = ["Use 3 to 40 small letters, digits and dashes."]
    if "name" in settings and not 1 <= len(settings["name"].strip()) <= 80:
        errors["name"] = ["Use 1 to 80 characters."]
    if "brand_colour" in settings and not _COLOUR.match(settings["brand_colour"]):
        errors["brand_colour"] = ["Use a colour like #1e3a8a."]
    if "voucher_days" in settings and not 1 <= settings["voucher_days"] <= 3650:
        errors["voucher_days"] = ["Use 1 to 3650 days."]
    if errors:
        raise InvalidInput(errors)
