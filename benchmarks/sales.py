"""Recording a sale: the service and HTTP, beside one statement and beside a bare loop with the same round trips."""

import random
from typing import Any
from uuid import uuid4

from benchmarks import house
from benchmarks.brand import BASIS_POINTS, UNIT, World
from benchmarks.clients import Operation
from benchmarks.script import Facts, Line, learnt_by_heart, overheard, round_trips, say
from benchmarks.web import Till

AMOUNT_MINOR = 12_990
EARNED_MINOR = (AMOUNT_MINOR * BASIS_POINTS * 2 + 10_000) // 20_000


def _draft(world: World, customer: Any, number: str) -> Any:
    from smartbis.kernel.people import Actor
    from smartbis.purchases.infos import ItemDraft, SaleDraft

    return SaleDraft(
        customer=customer,
        store=world.store,
        amount_minor=AMOUNT_MINOR,
        currency=UNIT,
        external_id=number,
        items=(ItemDraft(sku="789", name="Corte", category="cabelo", quantity=1, unit_minor=AMOUNT_MINOR),),
        operator=Actor(kind="api_key", id=world.operator, label="Till"),
    )


def through_service(world: World, place: int) -> Operation:
    """A client that calls `record_sale`."""
    house.set_up(world.database.app_url)
    from programs.services import record_sale

    chance = random.Random(place)

    def operation() -> None:
        record_sale(tenant=world.tenant, sale=_draft(world, chance.choice(world.customers), uuid4().hex))

    return operation


def over_http(world: World, place: int) -> Operation:
    """A client that posts sales to the web server, by the customer's phone."""
    return _posting(world, Till(world.secret), "/api/v1/purchases", place)


def over_bare_door(given: tuple[World, str], place: int) -> Operation:
    """A client that posts the same sales to the bare door at an address; see `benchmarks.door`."""
    world, address = given
    return _posting(world, Till(world.secret, address), "/sales", place)


def _posting(world: World, till: Till, path: str, place: int) -> Operation:
    chance = random.Random(place)
    item = {"sku": "789", "name": "Corte", "category": "cabelo", "quantity": 1, "unit_minor": AMOUNT_MINOR}

    def operation() -> None:
        number = uuid4().hex
        body = {
            "customer": {"phone": chance.choice(world.phones)},
            "store": world.store_code,
            "amount_minor": AMOUNT_MINOR,
            "external_id": number,
            "items": [item],
        }
        till.post(path, body, key=number, expected=201)

    return operation


def script(world: World) -> tuple[list[Line], int]:
    """What `record_sale` says to the database, and its round trips."""
    from programs.services import record_sale
    from smartbis.ledger.services import lock_holder
    from smartbis.tenancy.scope import tenant_scope

    customer, number = world.customers[0], uuid4().hex
    record_sale(tenant=world.tenant, sale=_draft(world, customer, uuid4().hex))
    heard = overheard(lambda: record_sale(tenant=world.tenant, sale=_draft(world, customer, number)))
    with tenant_scope(world.tenant):
        holder = lock_holder(tenant=world.tenant, customer=customer).id
    kept = {world.tenant, world.store, world.program, world.version, world.operator}
    names: dict[object, str] = {customer: "customer", number: "number_of_sale", holder: "holder"}
    return learnt_by_heart(heard, names=names, kept=kept), round_trips(heard)


def bare_loop(given: tuple[World, list[Line]], place: int) -> Operation:
    """A client that says what the service says, with nothing but psycopg."""
    world, lines = given
    connection, chance = world.database.as_app(), random.Random(place)

    def operation() -> None:
        facts: dict[object, object] = {"customer": chance.choice(world.customers), "number_of_sale": uuid4().hex}
        say(connection, lines, facts, learn)

    return operation


def learn(sql: str, rows: list[tuple[Any, ...]]) -> Facts:
    """What the answer to a statement teaches for those that follow."""
    if "FOR NO KEY UPDATE OF b" not in sql:
        return {}
    _customer, holder, _merged, _unit, available, _pending, _owed, _held, number = rows[0]
    return {"holder": holder, "available": available + EARNED_MINOR, "number": number + 1}
