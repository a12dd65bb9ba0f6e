"""The floor: the same writes in one statement, by PostgreSQL's own load generator, as the application's login."""

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence

import psycopg
from psycopg import sql

from benchmarks.brand import BASIS_POINTS, UNIT, World
from benchmarks.clients import Burst
from benchmarks.sales import AMOUNT_MINOR
from smartbis.local.postgres import binary

PGBENCH = binary("pgbench")  # importing the wheel would start its own machinery, and warn of what that lacks
THREADS = 2

# Every row that `record_sale` leaves behind for one line and one award, its event and one delivery a subscriber.
SALE = r"""
\set n random(1, {customers})
WITH who AS (
    SELECT customer, holder, {new_id} AS sale, {new_id} AS award, {new_id} AS event, {new_id}::text AS number
    FROM bench_who WHERE n = :n
), sale AS (
    INSERT INTO purchases_purchase (
        tenant_id, id, customer_id, store_id, external_id, channel, status, currency, amount_minor,
        voucher_discount_minor, balance_used_minor, paid_minor, refunded_minor, content_hash, operator_kind,
        operator_id, occurred_at, recorded_at)
    SELECT '{tenant}', sale, customer, '{store}', number, 'store', 'confirmed', '{unit}', {amount},
        0, 0, {amount}, 0, decode(md5(number) || md5(number), 'hex'), 'api_key', '{operator}', now(), now() FROM who
), line AS (
    INSERT INTO purchases_purchaseitem (
        tenant_id, id, purchase_id, position, sku, name, category, quantity, unit_minor, refunded_quantity)
    SELECT '{tenant}', {new_id}, sale, 0, '789', 'Corte', 'cabelo', 1, {amount}, 0 FROM who
), award AS (
    INSERT INTO programs_award (
        tenant_id, id, purchase_id, customer_id, program_id, rule_version_id, rule_key, unit, base, wanted, granted,
        reversed, rounding, facts, status, available_at, created_at)
    SELECT '{tenant}', award, sale, customer, '{program}', '{version}', 'base', '{unit}', {amount}, {earned}, {earned},
        0, 'half_up', '{facts}', 'available', now(), now() FROM who
), moved AS (
    UPDATE ledger_holderbalance b SET available = b.available + {earned}, number = b.number + 1 FROM who
    WHERE b.tenant_id = '{tenant}' AND b.holder_id = who.holder AND b.unit = '{unit}'
    RETURNING b.available, b.pending, b.owed, b.held, b.number
), transfer AS (
    INSERT INTO ledger_transfer (
        tenant_id, id, holder_id, unit, number, debit, credit, amount, kind, explanation, available_after,
        pending_after, owed_after, held_after, occurred_at, recorded_at, effective_at, purchase_id, award_id, store_id)
    SELECT '{tenant}', {new_id}, holder, '{unit}', moved.number, 'issued', 'available', {earned}, 'earn',
        '{{"key": "earned"}}', available, pending, owed, held, now(), now(), now(), sale, award, '{store}'
    FROM who, moved
), event AS (
    INSERT INTO outbox_event (id, tenant_id, name, payload, recorded_at)
    SELECT event, '{tenant}', 'purchase.recorded.v1', '{facts}', now() FROM who
), delivery AS (
    INSERT INTO outbox_delivery (id, tenant_id, event_id, subscriber, queue, status, due_at, attempts, last_error)
    SELECT {new_id}, '{tenant}', event, 'subscriber-' || s, 'relay', 'waiting', now(), 0, ''
    FROM who, generate_series(1, {subscribers}) AS s
)
INSERT INTO outbox_wakeup (id, queue, owner, due_at)
SELECT {new_id}, 'relay', '{tenant}', now() FROM generate_series(1, LEAST(1, {subscribers}));
"""

USE = r"""
WITH turn AS MATERIALIZED (SELECT nextval('bench_turn') AS n), used AS (
    UPDATE vouchers_voucher v SET status = 'redeemed', uses_left = uses_left - 1, used_at = now()
    FROM turn, bench_voucher b
    WHERE b.n = turn.n AND v.tenant_id = '{tenant}' AND v.code = b.code
      AND v.status = 'issued' AND v.uses_left > 0 AND v.valid_from <= now()
      AND (v.valid_until IS NULL OR v.valid_until > now())
    RETURNING v.id, v.coupon_id, v.customer_id, v.value_minor
), redemption AS (
    INSERT INTO vouchers_redemption (
        id, tenant_id, voucher_id, coupon_id, customer_id, store_id, key, external_id, amount_minor, discount_minor,
        cost_minor, unreserved_minor, released_minor, currency, paid_unit, paid_used, change_amount, use_number,
        funded_by, redeemed_at, actor_kind, actor_id, actor_label)
    SELECT {new_id}, '{tenant}', id, coupon_id, customer_id, '{store}', {new_id}::text, '', {amount}, value_minor,
        value_minor, 0, 0, '{unit}', '', 0, 0, 1, 'brand', now(), 'api_key', '{operator}', 'Till' FROM used
), event AS (
    INSERT INTO outbox_event (id, tenant_id, name, payload, recorded_at)
    SELECT {new_id}, '{tenant}', 'voucher.redeemed.v1', '{facts}', now() FROM used RETURNING id
), delivery AS (
    INSERT INTO outbox_delivery (id, tenant_id, event_id, subscriber, queue, status, due_at, attempts, last_error)
    SELECT {new_id}, '{tenant}', event.id, 'subscriber-' || s, 'relay', 'waiting', now(), 0, ''
    FROM event, generate_series(1, {subscribers}) AS s
)
INSERT INTO outbox_wakeup (id, queue, owner, due_at)
SELECT {new_id}, 'relay', '{tenant}', now() FROM used, generate_series(1, LEAST(1, {subscribers}));
"""


class Pgbench:
    """A statement that pgbench says again and again, prepared, with the tenant set for its whole session."""

    def __init__(self, world: World, statement: str, *, event: str) -> None:
        from smartbis.outbox.subscriptions import subscriptions_to

        self._world = world
        self._text = statement.format(
            tenant=world.tenant,
            store=world.store,
            operator=world.operator,
            program=world.program,
            version=world.version,
            unit=UNIT,
            amount=AMOUNT_MINOR,
            earned=(AMOUNT_MINOR * BASIS_POINTS * 2 + 10_000) // 20_000,
            customers=len(world.customers),
            subscribers=len(list(subscriptions_to(event))),
            facts=_facts_of_an_award(world),
            new_id=_new_id(world),
        )
        self.run(0.5)

    def run(self, seconds: float, clients: int = 16) -> Burst:
        """Work for about `seconds` (whole ones: pgbench counts so)."""
        whole = max(1, round(seconds))
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(self._text)
            file.flush()
            command = [
                *(str(PGBENCH), "-n", "-M", "prepared", "-c", str(clients), "-j", str(THREADS), "-T", str(whole)),
                *("-f", file.name),
            ]
            environment = {
                **os.environ,
                **self._world.database.for_libpq(),
                "PGOPTIONS": f"-c app.tenant={self._world.tenant}",
            }
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError("pgbench: " + done.stderr[-1500:])
        rate = _number(r"tps = ([\d.]+)", done.stdout)
        latency = _number(r"latency average = ([\d.]+)", done.stdout)
        count = int(_number(r"number of transactions actually processed: (\d+)", done.stdout))
        return Burst(count, count / rate if rate else whole, [latency])


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    if found is None:
        raise RuntimeError("pgbench says something new: " + text[-500:])
    return float(found.group(1))


def _facts_of_an_award(world: World) -> str:
    """What the service wrote for a sale like these: a statement must be able to explain the floor's rows too."""
    with world.database.as_owner() as connection:
        row = connection.execute(
            "SELECT facts::text FROM programs_award WHERE tenant_id = %s ORDER BY id DESC LIMIT 1", [world.tenant]
        ).fetchone()
    return str(row[0]).replace("'", "''") if row else "{}"


def _new_id(world: World) -> str:
    with world.database.as_owner() as connection:
        return "uuidv7()" if connection.info.server_version >= 180000 else "gen_random_uuid()"


def lay_out(world: World) -> None:
    """The tables by which pgbench, which counts but knows no ids, finds customers and vouchers."""
    with world.database.as_owner() as connection:
        connection.execute("CREATE TABLE bench_who (n int PRIMARY KEY, customer uuid, holder uuid)")
        connection.execute("CREATE TABLE bench_voucher (n bigint PRIMARY KEY, code text)")
        connection.execute(f"CREATE SEQUENCE bench_turn CYCLE MAXVALUE {len(world.codes)}")
        holders = dict(_holders(connection, world))
        _fill(connection, "bench_who", [(n, each, holders[each]) for n, each in enumerate(world.customers, 1)])
        _fill(connection, "bench_voucher", [(n, each) for n, each in enumerate(world.codes, 1)])
        app = connection.execute(
            "SELECT grantee FROM information_schema.role_table_grants WHERE table_name = 'ledger_transfer' "
            "AND privilege_type = 'INSERT' AND grantee LIKE '%\\_app'"
        ).fetchone()
        role = sql.Identifier(app[0] if app else "")
        connection.execute(
            sql.SQL("GRANT SELECT ON bench_who, bench_voucher TO {0}; GRANT USAGE ON bench_turn TO {0}").format(role)
        )


def _holders(connection: psycopg.Connection[tuple[object, ...]], world: World) -> list[tuple[object, object]]:
    rows = connection.execute(
        "SELECT customer_id, id FROM ledger_holder WHERE tenant_id = %s", [world.tenant]
    ).fetchall()
    return [(row[0], row[1]) for row in rows]


def _fill(connection: psycopg.Connection[tuple[object, ...]], table: str, rows: Sequence[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
