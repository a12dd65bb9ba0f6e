"""Issuing to many in the background, beside one statement a voucher."""

from uuid import uuid4

from benchmarks import house
from benchmarks.brand import World
from benchmarks.clients import Burst, Fleet, Operation

# Every row that a voucher leaves behind, its event and one delivery a subscriber; the rest is like the first one's.
ISSUE = r"""
\set n random(1, {customers})
WITH who AS (
    SELECT customer, {new_id} AS voucher, {new_id} AS event, md5(random()::text || clock_timestamp()::text) AS name
    FROM bench_who WHERE n = :n
), issued AS (
    INSERT INTO vouchers_voucher ({columns}) SELECT {values} FROM vouchers_voucher v, who
    WHERE v.tenant_id = '{tenant}' AND v.code = '{first}' RETURNING id
), event AS (
    INSERT INTO outbox_event (id, tenant_id, name, payload, recorded_at)
    SELECT event, '{tenant}', 'voucher.issued.v1', jsonb_build_object('voucher_id', voucher, 'customer_id', customer),
        now() FROM who
), delivery AS (
    INSERT INTO outbox_delivery (id, tenant_id, event_id, subscriber, queue, status, due_at, attempts, last_error)
    SELECT {new_id}, '{tenant}', event, 'subscriber-' || s, 'relay', 'waiting', now(), 0, ''
    FROM who, generate_series(1, {subscribers}) AS s
)
INSERT INTO outbox_wakeup (id, queue, owner, due_at)
SELECT {new_id}, 'relay', '{tenant}', now() FROM issued, generate_series(1, LEAST(1, {subscribers}));
"""
_OWN = {
    "id": "who.voucher",
    "code": "upper(substr(name, 1, 12))",
    "qr_token": "upper(substr(name, 1, 26))",
    "key": "name",
    "customer_id": "who.customer",
    "origin": "'campaign'",
    "issued_at": "now()",
}


def floor(world: World) -> str:
    """The floor's statement: what is the same in all vouchers is copied from one that the service made."""
    with world.database.as_owner() as connection:
        columns = [
            row[0]
            for row in connection.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = 'vouchers_voucher' "
                "ORDER BY ordinal_position"
            )
        ]
    values = ", ".join(_OWN.get(column, f"v.{column}") for column in columns)
    return ISSUE.replace("{columns}", ", ".join(columns)).replace("{values}", values).replace("{first}", world.codes[0])


def worker(world: World, place: int) -> Operation:
    """One of the queue's workers: each time the next part of an order for every customer, as `bulk` does them.

    Whoever finds no order that nobody else works on writes one, with whom it is for; that is part of the time.
    """
    house.set_up(world.database.app_url)
    from smartbis.kernel.people import Actor
    from vouchers.services import start_issuance
    from vouchers.services.bulk_issuing import issue_next_part

    owner = Actor(kind="staff", role="owner", label="Owner")

    def operation() -> None:
        while not issue_next_part(tenant=world.tenant):
            start_issuance(
                tenant=world.tenant,
                coupon=world.coupon,
                audience="everybody",
                reason="Bench",
                key=uuid4().hex,
                actor=owner,
            )

    return operation


def in_vouchers(world: World, fleet: Fleet, seconds: float) -> Burst:
    """A burst of parts counted in vouchers: the customers are a whole number of parts."""
    from vouchers.services.bulk_issuing import PART

    part, left = min(PART, len(world.customers)), len(world.customers) % PART
    if part == PART and left:
        raise ValueError(f"{len(world.customers)} customers are no whole number of parts of {PART}")
    burst = fleet.run(seconds)
    return Burst(burst.operations * part, burst.seconds, burst.latencies_ms)
