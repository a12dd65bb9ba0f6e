"""A draft replayed over many purchases, beside the same rows only read."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psutil

from benchmarks.brand import World
from benchmarks.history import make_history
from benchmarks.machine import Meter, seconds_of_tree
from benchmarks.peers import Figure

# Six rules as brands write them: most with a condition, two with a limit of each customer.
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
        {"key": "gold", "effect": {"kind": "percentage", "basis_points": 250}, "when": {"tiers": ["gold"]}},
        {"key": "welcome", "effect": {"kind": "fixed", "amount": 1000}, "when": {"purchases": {"from": 1, "until": 1}}},
    ]
}


# The same with a budget for all customers together, which runs out: then sales are taken in one order.
SHARED = {"rules": [*DRAFT["rules"][:-1], DRAFT["rules"][-1] | {"limits": {"budget_minor": 1_000_000}}]}


def measured(world: World, *, rows: int, postmaster: int | None) -> list[Figure]:
    """The rows alone, read in one process; the backtest as the worker runs it, without and with a shared budget."""
    program = make_history(world, rows)
    bare_seconds = _read_alone(world)
    bare = f"{rows:,} purchases, reading alone"
    found = [Figure(bare, round(bare_seconds, 1), "s")]
    for name, draft in (("backtest", DRAFT), ("backtest with a shared budget", SHARED)):
        meter, peak = Meter(postmaster), _Peak()
        started, before = time.monotonic(), _processor_seconds(postmaster)
        result = _replayed(world, program, draft)
        seconds, spent = time.monotonic() - started, _processor_seconds(postmaster) - before
        if result["sales"] != rows or result["fidelity"]["equal"] != result["fidelity"]["awards"]:
            raise RuntimeError(f"{result['sales']} of {rows} purchases were replayed: {result['fidelity']}")
        facts = {
            "seconds": round(seconds, 1),
            "bare_seconds": round(bare_seconds, 1),
            "peak_mib": peak.stop(),
            "core_us": round(spent * 1_000_000 / rows, 1),
            "awards": result["fidelity"]["awards"],
            "load": [vars(meter.stop())],
        }
        ratio = round(bare_seconds / seconds, 4)
        name = f"{name} of {rows:,} purchases"
        found += [
            Figure(name, round(rows / seconds), "purchases/s", beside=bare, ratio=ratio, facts=facts),
            Figure(f"{name}, seconds", round(seconds, 1), "s"),
            Figure(f"{name}, peak memory", facts["peak_mib"], "MiB"),
        ]
    return found


def _processor_seconds(postmaster: int | None) -> float:
    """What this process, its children and the server have used of the processors until now."""
    return sum(seconds_of_tree(root) for root in (os.getpid(), postmaster) if root)


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


def _replayed(world: World, program: UUID, draft: dict[str, Any]) -> dict[str, Any]:
    from programs.backtest import get_backtest, start_backtest
    from programs.backtest.runner import work_on_backtests
    from smartbis.kernel.people import Actor

    owner = Actor(kind="staff", role="owner", label="Owner")
    today = datetime.now(UTC).date()
    found = start_backtest(
        tenant=world.tenant,
        program=program,
        spec=draft,
        since=today - timedelta(days=365),
        until=today - timedelta(days=3),
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
    """The most memory that this process and its children held at once, in MiB. Looking costs too: every two seconds."""

    def __init__(self) -> None:
        self._most = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        own = psutil.Process()
        is_over = False
        while not is_over:
            is_over = self._ended.wait(2)
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
