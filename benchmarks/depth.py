"""A balance and the first page of its statement, as the ledger grows: long histories among millions of transfers."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from benchmarks import house
from benchmarks.brand import UNIT, World
from benchmarks.clients import Operation

SHORT, LONG = 60, 10_000  # a page of a statement has fifty lines
STEP = 500_000

# The transfers that an adjustment by hand leaves, `count` more for each of some balances.
_FILL = """
INSERT INTO ledger_transfer (
    id, tenant_id, holder_id, unit, number, debit, credit, amount, kind, explanation,
    available_after, pending_after, owed_after, held_after, occurred_at, recorded_at, effective_at
)
SELECT gen_random_uuid(), b.tenant_id, b.holder_id, b.unit, b.number + n, 'adjusted', 'available', 100, 'adjust',
    '{"key": "adjusted_by_hand", "reason": "service_failure"}',
    b.available + 100 * n, b.pending, b.owed, b.held, now(), now(), now()
FROM ledger_holderbalance b CROSS JOIN generate_series(1, %(count)s) AS n
WHERE b.tenant_id = %(tenant)s AND b.unit = %(unit)s AND (%(holder)s::uuid IS NULL OR b.holder_id = %(holder)s::uuid)
"""
_RAISE = """
UPDATE ledger_holderbalance b SET number = b.number + %(count)s, available = b.available + 100 * %(count)s
WHERE b.tenant_id = %(tenant)s AND b.unit = %(unit)s AND (%(holder)s::uuid IS NULL OR b.holder_id = %(holder)s::uuid)
"""


@dataclass(frozen=True)
class Reader:
    """Whose balance is read."""

    world: World
    customer: UUID


def fill(world: World, *, transfers: int) -> None:
    """Spread about so many transfers over all customers of the brand."""
    each = max(1, transfers // len(world.customers))
    step = max(1, STEP // len(world.customers))
    with world.database.filling("ledger_transfer") as connection:
        while each > 0:
            _add(connection, world, min(step, each), holder=None)
            each -= step
    world.database.settle()


def lengthen(world: World, customer: UUID, transfers: int) -> None:
    """Give one customer so many transfers more."""
    from smartbis.ledger.services import lock_holder
    from smartbis.tenancy.scope import tenant_scope

    with tenant_scope(world.tenant):
        holder = lock_holder(tenant=world.tenant, customer=customer).id
    with world.database.as_owner() as connection:
        _add(connection, world, transfers, holder=holder)


def _add(connection: Connection[Any], world: World, count: int, *, holder: UUID | None) -> None:
    named = {"tenant": world.tenant, "unit": UNIT, "count": count, "holder": holder}
    with connection.transaction():
        connection.execute(_FILL, named)
        connection.execute(_RAISE, named)


def reader(given: Reader, place: int) -> Operation:
    """A client that reads the balance and the newest fifty transfers in words."""
    house.set_up(given.world.database.app_url)
    from programs.selectors import customer_statement
    from smartbis.ledger.selectors import balances

    def operation() -> None:
        balances(tenant=given.world.tenant, customer=given.customer)
        customer_statement(tenant=given.world.tenant, customer=given.customer, locale="pt-br")

    return operation
