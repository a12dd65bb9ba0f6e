"""A draft replayed over many purchases, beside the same rows only read."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psutil

from benchmarks.brand import World
from benchmarks.machine import Meter
from benchmarks.peers import Figure

PEOPLE = 20_000
DRAFT = {
    "rules": [
        {
            "key": "base",
            "effect": {"kind": "percentage", "basis_points": 600},
            "limits": {"per_customer": {"month": 3000}},
        },
        {
            "key": "wine",
            "effect": {"kind": "percentage", "basis_points": 300},
            "when": {"categories": ["c1", "c2"]},
            "limits": {"per_purchase": 900},
        },
        {"key": "week", "effect": {"kind": "multiplier", "factor_bp": 15000}, "when": {"weekdays": [2, 3]}},
        {
            "key": "first",
            "effect": {"kind": "fixed", "amount": 500},
            "when": {"minimum_minor": 20000},
            "limits": {"times_per_customer": {"month": 1}},
        },
    ]
}
# Customers, sales over a year with two lines each, the awards of the live rule, and a refund of every twentieth.
_MADE = (
    """
    INSERT INTO customers_customer SELECT made.*
    FROM (SELECT * FROM customers_customer WHERE tenant_id = %(tenant)s LIMIT 1) c, generate_series(1, %(people)s) n,
        LATERAL jsonb_populate_record(NULL::customers_customer, to_jsonb(c) || jsonb_build_object('id',
            lpad(to_hex(n), 8, '0') || '-bbbb-7000-8000-' || lpad(to_hex(n * 7919), 12, '0'))) made
    """,
    """
    INSERT INTO purchases_purchase (
        tenant_id, id, customer_id, store_id, external_id, channel, status, currency, amount_minor,
        voucher_discount_minor, balance_used_minor, paid_minor, refunded_minor, content_hash, operator_kind,
        occurred_at, recorded_at)
    SELECT %(tenant)s, gen_random_uuid(),
        (lpad(to_hex(w), 8, '0') || '-bbbb-7000-8000-' || lpad(to_hex(w * 7919), 12, '0'))::uuid, %(store)s,
        'bt-' || n, 'store', 'confirmed', 'BRL', amount, 0, 0, amount, CASE WHEN n %% 20 = 0 THEN amount / 2 ELSE 0 END,
        '\\x00', '', at, at
    FROM (SELECT n, 1 + (n::bigint * 48271 %% %(people)s)::int AS w, 1000 + (n * 7 %% 30000) AS amount,
        %(start)s::timestamptz + n * (interval '360 days' / %(rows)s) AS at FROM generate_series(1, %(rows)s) n) s
    """,
    """
    INSERT INTO purchases_purchaseitem (
        tenant_id, id, purchase_id, position, sku, name, category, quantity, unit_minor, refunded_quantity)
    SELECT tenant_id, gen_random_uuid(), id, l, 's' || (amount_minor + l) %% 900, '', 'c' || (amount_minor + l) %% 5, 1,
        CASE WHEN l = 0 THEN amount_minor / 3 ELSE amount_minor - amount_minor / 3 END, 0
    FROM purchases_purchase, generate_series(0, 1) l WHERE tenant_id = %(tenant)s AND external_id LIKE 'bt-%%'
    """,
    """
    INSERT INTO programs_award (
        tenant_id, id, purchase_id, customer_id, program_id, rule_version_id, rule_key, unit, base, wanted, granted,
        reversed, rounding, facts, status, available_at, created_at)
    SELECT tenant_id, gen_random_uuid(), id, customer_id, %(program)s, %(version)s, 'base', 'BRL', paid_minor,
        round(paid_minor * 0.05), round(paid_minor * 0.05),
        round(round(paid_minor * 0.05) * refunded_minor / amount_minor), 'half_up', '{}', 'available', recorded_at,
        recorded_at
    FROM purchases_purchase WHERE tenant_id = %(tenant)s AND external_id LIKE 'bt-%%'
    """,
    """
    INSERT INTO purchases_refund (
        tenant_id, id, purchase_id, external_id, amount_minor, refunded_after_minor, content_hash, actor_kind,
        occurred_at, recorded_at)
    SELECT tenant_id, gen_random_uuid(), id, 'r', refunded_minor, refunded_minor, '\\x00', '', recorded_at,
        recorded_at + interval '1 hour'
    FROM purchases_purchase WHERE tenant_id = %(tenant)s AND external_id LIKE 'bt-%%' AND refunded_minor > 0
    """,
)


def measured(world: World, *, rows: int, postmaster: int | None) -> list[Figure]:
    """The rows alone, read in one process; the backtest as the worker runs it, in two; its peak memory."""
    _make(world, rows)
    bare_seconds = _read_alone(world)
    meter, peak = Meter(postmaster), _Peak()
    started = time.monotonic()
    result = _replayed(world)
    seconds = time.monotonic() - started
    load, megabytes = vars(meter.stop()), peak.stop()
    if result["sales"] != rows:
        raise RuntimeError(f"{result['sales']} of {rows} purchases were replayed")
    facts = {
        "seconds": round(seconds, 1),
        "bare_seconds": round(bare_seconds, 1),
        "peak_mib": megabytes,
        "awards_equal": result["fidelity"]["equal"],
        "awards": result["fidelity"]["awards"],
        "load": [load],
    }
    rate, bare = rows / seconds, rows / bare_seconds
    name = f"backtest of {rows:,} purchases"
    return [
        Figure(name, round(rate), "purchases/s", beside="reading alone", ratio=round(rate / bare, 4), facts=facts),
        Figure(f"{name}, seconds", round(seconds, 1), "s"),
        Figure(f"{name}, reading alone", round(bare_seconds, 1), "s"),
        Figure(f"{name}, peak memory", megabytes, "MiB"),
    ]


def _make(world: World, rows: int) -> None:
    named = {
        "tenant": world.tenant,
        "store": world.store,
        "program": world.program,
        "version": world.version,
        "rows": rows,
        "people": PEOPLE,
        "start": datetime.now(UTC) - timedelta(days=363),
    }
    with world.database.as_owner() as connection:
        for statement in _MADE:
            connection.execute(statement, named)
    world.database.settle()


def _read_alone(world: World) -> float:
    """The floor: the sales and their lines in order, by one plain cursor, to no end."""
    started = time.monotonic()
    with world.database.as_app() as connection, connection.cursor(name="floor") as cursor:
        connection.execute("SELECT set_config('app.tenant', %s, true)", [str(world.tenant)])
        cursor.itersize = 2_000
        cursor.execute(
            "SELECT p.customer_id, p.store_id, p.amount_minor, p.paid_minor, p.occurred_at, p.recorded_at, i.sku, "
            "i.category, i.quantity, i.unit_minor FROM purchases_purchase p JOIN purchases_purchaseitem i "
            "ON i.tenant_id = p.tenant_id AND i.purchase_id = p.id ORDER BY p.customer_id, p.recorded_at, p.id"
        )
        for _row in cursor:
            pass
    return time.monotonic() - started


def _replayed(world: World) -> dict[str, Any]:
    from programs.backtest import get_backtest, start_backtest
    from programs.backtest.runner import work_on_backtests
    from smartbis.kernel.people import Actor

    owner = Actor(kind="staff", role="owner", label="Owner")
    today = datetime.now(UTC).date()
    found = start_backtest(
        tenant=world.tenant,
        program=world.program,
        spec=json.loads(json.dumps(DRAFT)),
        since=today - timedelta(days=365),
        until=today - timedelta(days=2),
        actor=owner,
    )
    while work_on_backtests(tenant=world.tenant):
        pass
    return _result(get_backtest(tenant=world.tenant, backtest=found.id).result, found.id)


def _result(result: dict[str, Any], backtest: UUID) -> dict[str, Any]:
    if not result:
        raise RuntimeError(f"backtest {backtest} did not end")
    return result


class _Peak:
    """The most memory that this process and its children held at once, in MiB, looked at four times a second."""

    def __init__(self) -> None:
        self._most = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        own = psutil.Process()
        while not self._ended.wait(0.25):
            held = 0
            for process in [own, *own.children(recursive=True)]:
                try:
                    held += process.memory_info().rss
                except psutil.Error:
                    continue
            self._most = max(self._most, held)

    def stop(self) -> int:
        self._ended.set()
        self._thread.join()
        return round(self._most / 2**20)
