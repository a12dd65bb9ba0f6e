"""Opening a brand, and its settings."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.db import transaction

from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.kernel.phones import normalise_phone
from smartbis.kernel.units import is_currency
from smartbis.tenancy.models import StaffMember, Tenant
from smartbis.tenancy.scope import forget, tenant_scope
from smartbis.tenancy.sealing import make_data_key
from smartbis.tenancy.selectors import TenantInfo, get_tenant
from smartbis.tenancy.services.audit import record_audit
from smartbis.tenancy.services.invitations import invite_staff
from smartbis.tenancy.services.routes import add_route

_COLOUR = re.compile(r"^#[0-9a-f]{6}$")
# Of the public web, without a user's name in it: browsers are led there.
_SHOP = re.compile(r"(?=.{1,300}$)https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d{1,5})?(?:[/?#][^\s\\]*)?", re.IGNORECASE)
_AREA = re.compile(r"^[1-9][1-9]$")
LOCALES = ("pt-br", "en")
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
    "shop_url",
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
    settings = _checked({"slug": slug, "name": name, **settings})
    slug, name = settings.pop("slug"), settings.pop("name")
    tenant = new_id()
    with transaction.atomic():
        add_route(tenant=tenant, kind="slug", key=slug)
        with tenant_scope(tenant):
            Tenant.objects.create(id=tenant, slug=slug, name=name, created_at=now(), **settings)
            make_data_key(tenant=tenant)
            record_audit(tenant=tenant, actor=actor, action="tenant.open", object_kind="tenant", object_id=tenant)
    return get_tenant(tenant=tenant)


def open_brand(*, slug: str, name: str, owner: str, actor: Actor = SYSTEM, **settings: Any) -> tuple[TenantInfo, str]:
    """Open a brand and invite its first owner by e-mail address; the invitation's code is told this once, for 7 days.

    Raises InvalidInput for a slug, setting or address that cannot be, SlugTaken.
    """
    with transaction.atomic():
        brand = open_tenant(slug=slug, name=name, actor=actor, **settings)
        _, code = invite_staff(tenant=brand.id, email=owner, role=StaffMember.Role.OWNER, actor=actor)
        return brand, code


def check_brand(settings: dict[str, Any]) -> None:
    """Raise InvalidInput unless `open_tenant` would take these settings."""
    _checked(settings)


def change_brand(*, tenant: UUID, actor: Actor, **settings: Any) -> TenantInfo:
    """Change the brand's settings. Raises InvalidInput."""
    unknown = settings.keys() - CHANGEABLE
    if unknown:
        raise InvalidInput({name: ["This cannot be changed."] for name in sorted(unknown)})
    settings = _checked(settings)
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


_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "slug": (lambda value: bool(_SLUG.fullmatch(value)), "Use 3 to 40 small letters, digits and dashes."),
    "name": (lambda value: 1 <= len(value.strip()) <= 80, "Use 1 to 80 characters."),
    "brand_colour": (lambda value: bool(_COLOUR.fullmatch(value)), "Use a colour like #1e3a8a."),
    "voucher_days": (lambda value: 1 <= value <= 3650, "Use 1 to 3650 days."),
    "currency": (is_currency, "Use the three letters of ISO 4217, like BRL."),
    "timezone": (lambda value: value in available_timezones(), "Use a time zone like America/Sao_Paulo."),
    "locale": (lambda value: value in LOCALES, "Choose pt-br or en."),
    "shortfall_policy": (lambda value: value in Tenant.Shortfall.values, "Choose owe, pending_only or negative."),
    "shop_url": (lambda value: not value or bool(_SHOP.fullmatch(value)), "Use an address like https://shop.example."),
    "default_area_code": (lambda value: not value or bool(_AREA.fullmatch(value)), "Use two digits, or none."),
}


def _checked(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings as they are kept: the help line's number in E.164. Raises InvalidInput."""
    errors = {
        name: [sentence]
        for name, (is_fit, sentence) in _RULES.items()
        if name in settings and not is_fit(settings[name])
    }
    phone = settings.get("support_phone")
    if phone and "default_area_code" not in errors:
        try:
            settings = settings | {
                "support_phone": normalise_phone(phone, area_code=settings.get("default_area_code") or None)
            }
        except InvalidInput as error:
            errors["support_phone"] = error.errors["phone"]
    if errors:
        raise InvalidInput(errors)
    return settings
