"""Opening a demo brand: stores, team, keys, programme, coupons."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from programs.services import open_program
from smartbis.kernel.clock import frozen
from smartbis.kernel.people import SYSTEM
from smartbis.local.demo.brands import TERMS, DemoBrand, DemoCoupon
from smartbis.tenancy.models import StaffMember
from smartbis.tenancy.selectors import StoreInfo, TenantInfo, stores
from smartbis.tenancy.services import add_partner, add_staff, add_store, create_api_key, open_tenant
from vouchers.infos import CouponDraft, CouponInfo
from vouchers.services import create_coupon


@dataclass
class OpenedBrand:
    """A demo brand as it stands, with the secrets that go into `credentials.json`."""

    plan: DemoBrand
    info: TenantInfo
    stores: list[StoreInfo]
    coupons: list[tuple[CouponInfo, DemoCoupon]]
    secrets: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def tenant(self) -> UUID:
        """The tenant's id."""
        return self.info.id


def open_brand(brand: DemoBrand, *, opened_at: datetime, base_url: str) -> OpenedBrand:
    """Open the brand as of `opened_at`, its coupons a month later."""
    with frozen(opened_at):
        info = open_tenant(
            slug=brand.slug,
            name=brand.name,
            tagline=brand.tagline,
            brand_colour=brand.colour,
            default_area_code=brand.area_code,
            terms_text=TERMS,
            voucher_days=30,
            service_basis=True,
        )
        partner = add_partner(tenant=info.id, name=brand.partner, may_register_sales=True)
        for store in brand.stores:
            add_store(
                tenant=info.id,
                code=store.code,
                name=store.name,
                kind=store.kind,
                partner=partner.id if store.kind == "partner" else None,
                area_code=brand.area_code,
            )
        open_program(tenant=info.id, name=brand.program, kind=brand.kind, spec=brand.spec, actor=SYSTEM)
        users = _add_team(info, partner.id)
        _, key = create_api_key(tenant=info.id, name="Demonstração")
        _, publishable = create_api_key(tenant=info.id, name="Site", kind="publishable")
    with frozen(opened_at + timedelta(days=21)):
        coupons = [
            (create_coupon(tenant=info.id, draft=CouponDraft(**coupon.terms), actor=SYSTEM), coupon)
            for coupon in brand.coupons
        ]
    return OpenedBrand(
        plan=brand,
        info=info,
        stores=stores(tenant=info.id),
        coupons=coupons,
        secrets={
            "slug": brand.slug,
            "name": brand.name,
            "portal_url": f"{base_url}/p/{brand.slug}/",
            "api_key": key,
            "publishable_key": publishable,
            "users": users,
            "stores": [{"code": store.code, "name": store.name, "kind": store.kind} for store in brand.stores],
        },
    )


_NAMES = {
    "owner": "Olívia Prado",
    "manager": "Miguel Torres",
    "attendant": "Ana Beatriz",
    "operator": "Otto Lemos",
    "partner": "Pâmela Reis",
    "analyst": "Álvaro Dias",
}


def _add_team(info: TenantInfo, partner: UUID) -> list[dict[str, str]]:
    """One person of each role, with passwords of their own."""
    users = []
    for role in StaffMember.Role.values:
        email, password = f"{role}@{info.slug}.example", secrets.token_urlsafe(9)
        add_staff(
            tenant=info.id,
            email=email,
            role=role,
            name=_NAMES[role],
            password=password,
            partner=partner if role == "partner" else None,
        )
        users.append({"role": role, "email": email, "password": password})
    return users
