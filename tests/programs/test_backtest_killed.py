"""Backtests in processes of their own: a worker that dies leaves nothing behind, and nothing is counted twice."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import psutil
import pytest
from django.db import connection

from programs.backtest import BacktestInfo, customers_csv, get_backtest, run, runner, start_backtest, stop_backtest
from programs.backtest.runner import work_on_backtests
from programs.models import Backtest
from programs.services import merge_customers, open_program, record_sales, refund_sale
from smartbis.kernel.clock import frozen, now
from smartbis.purchases.infos import SaleDraft
from smartbis.purchases.models import Purchase
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_brand, make_customer, store_of
from tests.unchanged import unchanged

OWNER = actor("owner")
LIVE = {"rules": [{"key": "base", "effect": {"kind": "percentage", "basis_points": 500}}]}
CAPPED = {
    "rules": [
        {
            "key": "base",
            "effect": {"kind": "percentage", "basis_points": 1000},
            "limits": {"per_customer": {"month": 900}},
        }
    ]
}
SHARED = {"rules": [CAPPED["rules"][0] | {"limits": {"budget_minor": 5_000}}]}
# Four parts, of which the second turn's are waited for.
_WORKER = """
import sys, tests.environment, os
os.environ["DJANGO_SETTINGS_MODULE"] = "smartbis.settings"
import django
django.setup()
from uuid import UUID
from programs.backtest import run, runner
from smartbis.outbox import work
work._poke = lambda queue: None
run.SALES_IN_ONE_PROCESS, run.SALES_A_PART = 0, 20
while runner.work_on_backtests(tenant=UUID(sys.argv[1])):
    pass
"""


@pytest.fixture
def many_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children even for a handful of sales, on the test's own database."""
    monkeypatch.setattr(run, "SALES_IN_ONE_PROCESS", 0)
    monkeypatch.setattr(run, "SALES_A_PART", 20)
    url = urlsplit(os.environ["DATABASE_URL"])
    monkeypatch.setenv("DATABASE_URL", url._replace(path=f"/{connection.settings_dict['NAME']}").geturl())


def _brand(slug: str, amount: int) -> tuple[TenantInfo, UUID]:
    """A brand with eighty sales of ten customers, one of them refunded."""
    brand = make_brand(slug, slug.title())
    program = open_program(tenant=brand.id, name="C", kind="cashback", spec=LIVE, actor=OWNER)
    people = [make_customer(brand) for _ in range(10)]
    sales = [
        SaleDraft(
            customer=people[number % 10].id,
            store=store_of(brand, "centro").id,
            amount_minor=amount + number,
            currency="BRL",
            external_id=f"s{number}",
        )
        for number in range(80)
    ]
    first = record_sales(tenant=brand.id, sales=sales)[0].outcome
    assert first is not None
    refund_sale(tenant=brand.id, purchase=first.purchase.id, external_id="r", amount_minor=100, actor=OWNER)
    return brand, program.id


def _asked(brand: TenantInfo, program: UUID, spec: Any) -> UUID:
    today = (now() + timedelta(days=1)).date()
    return start_backtest(
        tenant=brand.id, program=program, spec=spec, since=today - timedelta(days=9), until=today, actor=OWNER
    ).id


def _worked_through(brand: TenantInfo, backtest: UUID) -> BacktestInfo:
    while work_on_backtests(tenant=brand.id):
        pass
    return get_backtest(tenant=brand.id, backtest=backtest)


@contextmanager
def _worker(brand: TenantInfo) -> Iterator[psutil.Popen]:
    process = psutil.Popen([sys.executable, "-c", _WORKER, str(brand.id)], env={**os.environ, "PYTHONPATH": "."})
    try:
        yield process
    finally:
        if process.is_running():
            process.kill()
        process.wait()


def _until(is_so: Callable[[], Any], what: str) -> Any:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        if found := is_so():
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited in vain for {what}")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("spec", [CAPPED, SHARED], ids=["by customer", "one order"])
def test_children_come_to_what_one_process_comes_to(
    many_processes: None, monkeypatch: pytest.MonkeyPatch, spec: dict[str, Any]
) -> None:
    (brand, program), (other, others) = _brand("aurora", 1_000), _brand("boreal", 7_000)
    first, second = _asked(brand, program, spec), _asked(other, others, CAPPED)
    apart = _worked_through(brand, first)
    assert get_backtest(tenant=other.id, backtest=second).status == "queued"
    assert _worked_through(other, second).result["sales_minor"] == 80 * 7_000 + sum(range(80))
    monkeypatch.setattr(run, "SALES_IN_ONE_PROCESS", 1_000)
    together = _worked_through(brand, _asked(brand, program, spec))
    assert (apart.status, apart.sales_done, apart.percent) == ("done", 80, 100)
    assert _plain(apart.result) == _plain(together.result)
    assert apart.result["sales_minor"] == 80 * 1_000 + sum(range(80))
    assert apart.result["fidelity"] == {"awards": 80, "equal": 80, "reasons": []}
    assert _differences(brand, apart) == _differences(brand, together)


def _plain(result: dict[str, Any]) -> dict[str, Any]:
    return {name: sorted(each, key=str) if isinstance(each, list) else each for name, each in result.items()}


def _differences(brand: TenantInfo, backtest: BacktestInfo) -> list[str]:
    return sorted("".join(customers_csv(tenant=brand.id, backtest=backtest.id)).splitlines())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("spec", [CAPPED, SHARED], ids=["by customer", "one order"])
def test_a_worker_killed_in_the_middle_leaves_no_child_and_nothing_half_counted(
    many_processes: None, spec: dict[str, Any]
) -> None:
    (brand, program), (other, others) = _brand("aurora", 1_000), _brand("boreal", 7_000)
    killed, waiting = _asked(brand, program, spec), _asked(other, others, CAPPED)
    settled = 2 if spec is CAPPED else 0
    with _worker(brand) as worker:
        _until(lambda: _position(brand, killed) == settled, "the first turn")
        children = _until(lambda: len(found := worker.children()) == 2 and found, "its children")
        worker.send_signal(signal.SIGKILL)
        _, alive = psutil.wait_procs(children, timeout=30)
        assert alive == [], "the children go with their worker"
    left = get_backtest(tenant=brand.id, backtest=killed)
    assert left.status == "running"
    assert not work_on_backtests(tenant=brand.id), "it is under the dead worker's lease"
    with frozen(now() + timedelta(seconds=runner.LEASE_SECONDS + 1)):
        done = _worked_through(brand, killed)
    assert (done.status, done.sales_done, done.result["sales"]) == ("done", 80, 80)
    assert done.result["fidelity"] == {"awards": 80, "equal": 80, "reasons": []}
    again = _worked_through(brand, _asked(brand, program, spec))
    assert _plain(done.result) == _plain(again.result)
    assert _differences(brand, done) == _differences(brand, again)
    assert get_backtest(tenant=other.id, backtest=waiting).status == "queued"


def _position(brand: TenantInfo, backtest: UUID) -> int:
    with tenant_scope(brand.id, read_only=True):
        return Backtest.objects.get(id=backtest).position


@pytest.mark.django_db(transaction=True)
def test_stopping_ends_the_children_and_leaves_the_other_brand_alone(many_processes: None) -> None:
    (brand, program), (other, others) = _brand("aurora", 1_000), _brand("boreal", 7_000)
    stopped, going_on = _asked(brand, program, CAPPED), _asked(other, others, CAPPED)
    with _worker(brand) as worker:
        children = _until(lambda: len(found := worker.children()) == 2 and found, "its children")
        stop_backtest(tenant=brand.id, backtest=stopped, actor=OWNER)
        _, alive = psutil.wait_procs(children, timeout=60)
        assert alive == []
        assert worker.wait(timeout=60) == 0, "a stopped backtest is no fault"
    left = get_backtest(tenant=brand.id, backtest=stopped)
    assert (left.status, left.result) == ("stopped", {})
    assert _worked_through(other, going_on).status == "done"
    assert _differences(brand, left) == ["customer_id,live,draft,difference"]


def test_a_turn_taken_again_counts_from_what_was_settled(aurora: TenantInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a killed turn had told of its progress is not added to what the next one tells."""
    brand, program = _brand("carmim", 1_000)
    backtest = _asked(brand, program, CAPPED)
    told: list[int] = []
    monkeypatch.setattr(run, "SALES_IN_ONE_PROCESS", 0)
    monkeypatch.setattr(run, "SALES_A_PART", 20)

    def in_this_process(row: Any, tasks: list[run.Task], beat: Callable[[int], None]) -> list[run.Outcome]:
        outcomes, done = [], 0
        for task in tasks:
            tally = run.run_task(row, task, lambda _done: None)
            done += sum(each.sales for each in tally.cells.values())
            beat(done)
            told.append(get_backtest(tenant=brand.id, backtest=backtest).sales_done)
            if len(told) == 4:
                raise RuntimeError("killed")
            outcomes.append(run.Outcome(task, tally))
        return outcomes

    monkeypatch.setattr(runner, "run_tasks", in_this_process)
    with pytest.raises(RuntimeError, match="killed"):
        _worked_through(brand, backtest)
    assert told[3] == 80
    found = _worked_through(brand, backtest)
    assert told[4:] == told[2:4]
    assert (found.status, found.sales_done, found.result["sales"]) == ("done", 80, 80)


def _in_this_process(row: Any, tasks: list[run.Task], beat: Callable[[int], None]) -> list[run.Outcome]:
    return [run.Outcome(task, run.run_task(row, task, lambda _done: None)) for task in tasks]


@pytest.mark.parametrize("merges", [1, runner.MOST_RESTARTS + 1])
def test_a_merge_between_two_parts_begins_again(
    aurora: TenantInfo, boreal: TenantInfo, monkeypatch: pytest.MonkeyPatch, merges: int
) -> None:
    """Sales move from a customer of one part to one of another: read twice, or not at all, were it to go on."""
    brand, program = _brand("carmim", 1_000)
    monkeypatch.setattr(run, "SALES_IN_ONE_PROCESS", 0)
    monkeypatch.setattr(run, "SALES_A_PART", 20)
    backtest = _asked(brand, program, CAPPED)
    with tenant_scope(brand.id, read_only=True):
        people = list(Purchase.objects.order_by("customer_id").values_list("customer_id", flat=True).distinct())
    left = iter(people[1:])

    def and_a_merge(row: Any, tasks: list[run.Task], beat: Callable[[int], None]) -> list[run.Outcome]:
        outcomes = _in_this_process(row, tasks, beat)
        nonlocal merges
        if merges and tasks[0].part:
            merge_customers(tenant=brand.id, into=people[0], other=next(left), actor=OWNER)
            merges -= 1
        return outcomes

    monkeypatch.setattr(runner, "run_tasks", and_a_merge)
    many = merges > 1
    with unchanged(aurora, boreal):
        found = _worked_through(brand, backtest)
    if many:
        assert (found.status, found.failure, found.result) == ("failed", "customers_merged", {})
        return
    assert (found.status, found.sales_done, found.result["sales"]) == ("done", 80, 80)
    monkeypatch.setattr(runner, "run_tasks", _in_this_process)
    again = _worked_through(brand, _asked(brand, program, CAPPED))
    assert _plain(found.result) == _plain(again.result)
    assert _differences(brand, found) == _differences(brand, again)
