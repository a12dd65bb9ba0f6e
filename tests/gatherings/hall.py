"""Gatherings and people who come, for tests."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from programs.gatherings.infos import Arrival, GatheringDraft, GatheringInfo, RegistrationInfo
from programs.gatherings.services import check_in, create_gathering, register
from smartbis.customers.infos import CustomerInfo
from smartbis.kernel.clock import now
from smartbis.kernel.people import Actor
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, store_of

MANAGER, OPERATOR = actor("manager"), actor("operator")


def gathering_of(brand: TenantInfo, **terms: Any) -> GatheringInfo:
    """A free gathering of two hours, in two days, with places for everybody, unless said otherwise."""
    starts = terms.pop("starts_at", now() + timedelta(days=2))
    ends = terms.pop("ends_at", starts + timedelta(hours=2))
    named: dict[str, Any] = {"name": "Sarau", "place": "Sede"} | terms
    draft = GatheringDraft(starts_at=starts, ends_at=ends, **named)
    return create_gathering(tenant=brand.id, draft=draft, actor=MANAGER)


def self_of(customer: CustomerInfo) -> Actor:
    """The customer who acts for themselves."""
    return Actor(kind="customer", id=customer.id)


def registered(brand: TenantInfo, gathering: GatheringInfo, customer: CustomerInfo, **more: Any) -> RegistrationInfo:
    """A registration by the customer at the portal, unless said otherwise."""
    facts: dict[str, Any] = {"actor": self_of(customer), "channel": "portal"} | more
    return register(tenant=brand.id, gathering=gathering.id, customer=customer.id, **facts)


def let_in(brand: TenantInfo, gathering: GatheringInfo, registration: UUID, **more: Any) -> Arrival:
    """A check-in by an operator at the store `centro`, unless said otherwise."""
    facts: dict[str, Any] = {"store": store_of(brand).id, "key": uuid4().hex, "actor": OPERATOR} | more
    return check_in(tenant=brand.id, gathering=gathering.id, registration=registration, **facts)
