"""Recording a sale: the service and HTTP, beside one statement and beside a bare loop with the same round trips."""

import random
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from benchmarks import house
from benchmarks.brand import BASIS_POINTS, UNIT, World
from benchmarks.clients import Operation
from benchmarks.script import Facts, Line, learnt_by_heart, overheard, round_trips, say
from benchmarks.web import Till
from smartbis.ledger.sql import LOCK_BALANCES

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

    def operation() -> None:
        number = uuid4().hex
        till.post(path, _body(world, chance.choice(world.phones), number), key=number, expected=201)

    return operation


def _body(world: World, phone: str, number: str) -> dict[str, Any]:
    return {
        "customer": {"phone": phone},
        "store": world.store_code,
        "amount_minor": AMOUNT_MINOR,
        "external_id": number,
        "items": [{"sku": "789", "name": "Corte", "category": "cabelo", "quantity": 1, "unit_minor": AMOUNT_MINOR}],
    }


def script(world: World) -> tuple[list[Line], int]:
    """What `record_sale` says to the database, and its round trips."""
    from programs.services import record_sale

    customer, number = world.customers[0], uuid4().hex
    record_sale(tenant=world.tenant, sale=_draft(world, customer, uuid4().hex))
    heard = overheard(lambda: record_sale(tenant=world.tenant, sale=_draft(world, customer, number)))
    names: dict[object, str] = {customer: "customer", number: "number_of_sale", _holder(world, customer): "holder"}
    return learnt_by_heart(heard, names=names, kept=_kept(world)), round_trips(heard)


@dataclass(frozen=True)
class Buyers:
    """What the bare door knows by heart: the call's script, and for each phone its customer and its blind indexes."""

    lines: list[Line]
    by_phone: dict[str, dict[object, object]]

    def facts(self, phone: str, number: str) -> dict[object, object]:
        """What differs from sale to sale."""
        lock = random.getrandbits(62)
        return {**self.by_phone[phone], "number_of_sale": number, "lock": lock}


def call_script(world: World) -> tuple[Buyers, int]:
    """What `POST /purchases` says to the database from its key to its answer, and its round trips."""
    from django.test import Client

    def post(number: str) -> None:
        headers = {"Authorization": f"Bearer {world.secret}", "Idempotency-Key": number}
        body = _body(world, world.phones[0], number)
        answer = Client().post("/api/v1/purchases", body, content_type="application/json", headers=headers)
        if answer.status_code != 201:
            raise RuntimeError(f"a sale was refused: {answer.content[:300]!r}")

    number = uuid4().hex
    post(uuid4().hex)
    heard = overheard(lambda: post(number))
    known = _by_phone(world)
    locks = [each.parameters[0] for each in heard if "advisory" in each.sql]
    names: dict[object, str] = {number: "number_of_sale", **dict.fromkeys(locks, "lock")}
    names |= {value: str(name) for name, value in known[world.phones[0]].items()}
    names[_holder(world, world.customers[0])] = "holder"
    return Buyers(learnt_by_heart(heard, names=names, kept=_kept(world)), known), round_trips(heard)


def _by_phone(world: World) -> dict[str, dict[object, object]]:
    from smartbis.customers.identities import phone_blinds

    return {
        phone: {
            "customer": customer,
            **{f"form {n}": blind for n, blind in enumerate(phone_blinds(tenant=world.tenant, e164=phone))},
        }
        for phone, customer in zip(world.phones, world.customers, strict=True)
    }


def _kept(world: World) -> set[Any]:
    return {world.tenant, world.store, world.program, world.version, world.operator}


def _holder(world: World, customer: Any) -> Any:
    from smartbis.ledger.services import lock_holder
    from smartbis.tenancy.scope import tenant_scope

    with tenant_scope(world.tenant):
        return lock_holder(tenant=world.tenant, customer=customer).id


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
    if sql != LOCK_BALANCES:
        return {}
    _customer, holder, _merged, _unit, available, _pending, _owed, _held, number = rows[0]
    return {"holder": holder, "available": available + EARNED_MINOR, "number": number + 1}
