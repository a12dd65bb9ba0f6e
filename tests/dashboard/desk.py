"""People of a team at the dashboard, and a brand with something to see."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.test import Client

from programs.services import open_program, record_sale
from smartbis.kernel.people import Actor
from smartbis.purchases.infos import SaleDraft
from smartbis.tenancy.middleware import SESSION_TENANT
from smartbis.tenancy.selectors import StaffInfo, TenantInfo
from tests import factories
from vouchers.infos import CouponDraft, CouponInfo
from vouchers.services import create_coupon

OWNER = Actor(kind="staff", role="owner", label="Owner")
CASHBACK = {"effect": {"kind": "percentage", "basis_points": 2000}}


@dataclass(frozen=True)
class Desk:
    """A brand, a signed-in client of one of its people, and that person."""

    brand: TenantInfo
    client: Client
    member: StaffInfo


def sign_in(brand: TenantInfo, role: str = "owner", **limits: Any) -> Desk:
    """A person of the brand at the dashboard."""
    member = factories.make_member(brand, role, **limits)
    client = Client(headers={"Accept-Language": "pt-br"})
    client.force_login(get_user_model().objects.get(pk=member.user_id))
    session = client.session
    session[SESSION_TENANT] = str(brand.id)
    session.save()
    return Desk(brand, client, member)


def with_program(brand: TenantInfo) -> UUID:
    """A cashback programme of 20 %."""
    return open_program(tenant=brand.id, name="Cashback", kind="cashback", spec=CASHBACK, actor=OWNER).id


def sell(brand: TenantInfo, customer: UUID | None, amount_minor: int = 10_000, number: str = "1", **more: Any) -> UUID:
    """A sale at the first store."""
    draft = SaleDraft(
        customer=customer,
        store=more.pop("store", None) or factories.store_of(brand).id,
        amount_minor=amount_minor,
        currency="BRL",
        external_id=number,
        **more,
    )
    return record_sale(tenant=brand.id, sale=draft).purchase.id


def with_coupon(brand: TenantInfo, **terms: Any) -> CouponInfo:
    """A live coupon of R$ 10 that is free."""
    whole: dict[str, Any] = {"name": "R$ 10", "kind": "amount", "value_minor": 1000} | terms
    return create_coupon(tenant=brand.id, draft=CouponDraft(**whole), actor=OWNER)
