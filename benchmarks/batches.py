"""Many sales at once, through the service and over HTTP."""

import random
from uuid import uuid4

from benchmarks import house
from benchmarks.brand import UNIT, World
from benchmarks.clients import Burst, Fleet, Operation
from benchmarks.sales import AMOUNT_MINOR
from benchmarks.web import Till

SALES_A_BATCH = 200


def through_service(world: World, place: int) -> Operation:
    """A client that calls `record_sales`."""
    house.set_up(world.database.app_url)
    from programs.services import record_sales
    from smartbis.purchases.infos import ItemDraft, SaleDraft

    chance, items = random.Random(place), (ItemDraft(sku="789", name="Corte", unit_minor=AMOUNT_MINOR),)

    def operation() -> None:
        sales = [
            SaleDraft(
                customer=each,
                store=world.store,
                amount_minor=AMOUNT_MINOR,
                currency=UNIT,
                external_id=uuid4().hex,
                items=items,
            )
            for each in chance.choices(world.customers, k=SALES_A_BATCH)
        ]
        for result in record_sales(tenant=world.tenant, sales=sales):
            if result.error is not None:
                raise result.error

    return operation


def over_http(world: World, place: int) -> Operation:
    """A client that posts batches to the web server."""
    till, chance = Till(world.secret), random.Random(place)
    item = {"sku": "789", "name": "Corte", "quantity": 1, "unit_minor": AMOUNT_MINOR}

    def operation() -> None:
        purchases = [
            {
                "customer": {"id": str(each)},
                "store": world.store_code,
                "amount_minor": AMOUNT_MINOR,
                "external_id": uuid4().hex,
                "items": [item],
            }
            for each in chance.choices(world.customers, k=SALES_A_BATCH)
        ]
        answer = till.post("/api/v1/purchases/batch", {"purchases": purchases}, key=uuid4().hex, expected=200)
        if answer.count(b'"status":201') != SALES_A_BATCH and answer.count(b'"status": 201') != SALES_A_BATCH:
            raise RuntimeError("a sale of a batch was refused: " + answer[:400].decode(errors="replace"))

    return operation


def in_sales(fleet: Fleet, seconds: float) -> Burst:
    """A burst counted in sales rather than in batches."""
    burst = fleet.run(seconds)
    return Burst(burst.operations * SALES_A_BATCH, burst.seconds, burst.latencies_ms)
