"""Recording sales where all of them share a budget, beside sales that share nothing: one brand beside fifty."""

import random
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from benchmarks import house
from benchmarks.brand import BASIS_POINTS, OPENED_AT, UNIT
from benchmarks.brand import enrolled as people_of
from benchmarks.clients import Operation
from benchmarks.database import Database
from benchmarks.sales import AMOUNT_MINOR

BRANDS = 50
CUSTOMERS = 40
BUDGET_MINOR = 10**12


@dataclass(frozen=True)
class Place:
    """A brand's store and its customers."""

    tenant: UUID
    store: UUID
    customers: tuple[UUID, ...]


@dataclass(frozen=True)
class Crowd:
    """Where sales are recorded."""

    database: Database
    places: tuple[Place, ...]


def made(database: Database) -> tuple[Crowd, Crowd]:
    """One brand whose one rule has a budget that no sale exhausts, and fifty without; as many customers in all."""
    lone = _place("popular", BRANDS * CUSTOMERS, limits={"budget_minor": BUDGET_MINOR})
    many = tuple(_place(f"plain-{number}", CUSTOMERS, limits={}) for number in range(BRANDS))
    database.settle()
    return Crowd(database, (lone,)), Crowd(database, many)


def _place(slug: str, customers: int, *, limits: dict[str, Any]) -> Place:
    from programs.services import open_program
    from smartbis.kernel.people import Actor
    from smartbis.tenancy.services import add_store, open_tenant

    owner = Actor(kind="staff", role="owner", label="Owner")
    brand = open_tenant(slug=slug, name=slug)
    store = add_store(tenant=brand.id, code="centro", name="Loja Centro")
    rule = {"key": "base", "name": "Toda compra", "effect": {"kind": "percentage", "basis_points": BASIS_POINTS}}
    spec = {"rules": [{**rule, "limits": limits} if limits else rule]}
    open_program(tenant=brand.id, name="Cashback", kind="cashback", spec=spec, actor=owner, effective_at=OPENED_AT)
    phones = tuple(f"+55119{70_000_000 + number:08d}" for number in range(customers))
    return Place(brand.id, store.id, people_of(brand.id, store.id, phones))


def through_service(crowd: Crowd, place: int) -> Operation:
    """A client that records sales of customers drawn from all places."""
    house.set_up(crowd.database.app_url)
    from programs.services import record_sale
    from smartbis.purchases.infos import SaleDraft

    chance = random.Random(place)

    def operation() -> None:
        where = chance.choice(crowd.places)
        sale = SaleDraft(
            customer=chance.choice(where.customers),
            store=where.store,
            amount_minor=AMOUNT_MINOR,
            currency=UNIT,
            external_id=uuid4().hex,
        )
        if not record_sale(tenant=where.tenant, sale=sale).awards:
            raise RuntimeError("a sale earned nothing")

    return operation
