"""Posting movements: our ledger's service, one by one and many at once, beside django-hordak."""

import random
from typing import Any

from benchmarks import house
from benchmarks.brand import UNIT, World
from benchmarks.clients import Burst, Fleet, Operation
from benchmarks.peers import Contestant

MOVEMENTS_A_BATCH = 200
AMOUNT_MINOR = 2_598


def one_by_one(world: World, place: int) -> Operation:
    """A client that locks a customer's accounts and posts one movement, which a statement could explain."""
    house.set_up(world.database.app_url)
    from smartbis.ledger.services import lock_holder, post
    from smartbis.tenancy.scope import tenant_scope

    chance, move = random.Random(place), _move()

    def operation() -> None:
        with tenant_scope(world.tenant):
            holder = lock_holder(tenant=world.tenant, customer=chance.choice(world.customers))
            post(tenant=world.tenant, holder=holder, moves=[move])

    return operation


def many(world: World, place: int) -> Operation:
    """A client that posts a batch of movements in one transaction."""
    house.set_up(world.database.app_url)
    from smartbis.ledger.services import lock_holders, post_all
    from smartbis.tenancy.scope import tenant_scope

    chance, move = random.Random(place), _move()

    def operation() -> None:
        chosen = chance.choices(world.customers, k=MOVEMENTS_A_BATCH)
        with tenant_scope(world.tenant):
            holders = lock_holders(tenant=world.tenant, customers=chosen)
            post_all(tenant=world.tenant, moves=[(holders[each], move) for each in chosen])

    return operation


def _move() -> Any:
    from smartbis.ledger.accounts import Account
    from smartbis.ledger.services import Move

    return Move(
        unit=UNIT,
        debit=Account.ADJUSTED,
        credit=Account.AVAILABLE,
        amount=AMOUNT_MINOR,
        kind="adjust",
        explanation={"key": "adjusted_by_hand", "reason": "service_failure"},
    )


def contestants(alone: tuple[Fleet, Fleet], together: tuple[Fleet, Fleet, Fleet]) -> dict[str, Contestant]:
    """Hordak and our ledger one by one; hordak by its own call, by rows written past it, and our ledger in batches.

    A batch is counted in its movements.
    """
    what = f"{MOVEMENTS_A_BATCH} movements at once"
    return {
        "movement, django-hordak": alone[0].run,
        "movement, our ledger": alone[1].run,
        f"{what}, django-hordak": _counted(together[0]),
        f"{what}, rows of django-hordak": _counted(together[1]),
        f"{what}, our ledger": _counted(together[2]),
    }


def _counted(fleet: Fleet) -> Contestant:
    def run(seconds: float) -> Burst:
        burst = fleet.run(seconds)
        return Burst(burst.operations * MOVEMENTS_A_BATCH, burst.seconds, burst.latencies_ms)

    return run
