"""Makers of test data, through the same services as everybody; each keeps one tenant through its graph."""

from itertools import count
from typing import Any
from uuid import UUID

from smartbis.customers.infos import ConsentGiven, CustomerInfo, Origin
from smartbis.customers.services import enrol_customer
from smartbis.kernel.people import Actor
from smartbis.tenancy.selectors import StaffInfo, StoreInfo, TenantInfo, get_store_by_code
from smartbis.tenancy.services import add_staff, add_store, open_tenant


def make_brand(slug: str, name: str, **settings: Any) -> TenantInfo:
    """A brand with two own stores, `centro` and `moema`."""
    brand = open_tenant(slug=slug, name=name, default_area_code="11", **settings)
    add_store(tenant=brand.id, code="centro", name="Loja Centro")
    add_store(tenant=brand.id, code="moema", name="Loja Moema")
    return brand


def store_of(brand: TenantInfo, code: str = "centro") -> StoreInfo:
    """One of the brand's stores."""
    return get_store_by_code(tenant=brand.id, code=code)


def make_member(
    brand: TenantInfo, role: str, *, stores: tuple[UUID, ...] = (), password: str | None = None
) -> StaffInfo:
    """A person of the brand's team."""
    return add_staff(
        tenant=brand.id,
        email=f"{role}@{brand.slug}.example",
        role=role,
        name=f"{role.title()} {brand.name}",
        stores=stores,
        password=password,
    )


_phones = count(10_000_000)


def make_customer(brand: TenantInfo, name: str = "Marina Souza", **given: object) -> CustomerInfo:
    """A customer with a phone of their own who agreed to service messages."""
    given.setdefault("phone", f"+55119{next(_phones) + 60_000_000:08d}")
    given.setdefault("consents", ConsentGiven(utility=True, marketing=False, text_version="1"))
    return enrol_customer(tenant=brand.id, name=name, origin=Origin(channel="counter"), **given)  # type: ignore[arg-type]


def actor(role: str = "manager", **limits: object) -> Actor:
    """Somebody of the team who acts, without a row of their own."""
    return Actor(kind="staff", role=role, label=role.title(), **limits)  # type: ignore[arg-type]
