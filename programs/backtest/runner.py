"""Working on backtests: claim one, replay a turn's parts, leave it where it can be taken up again.

What a turn came to commits together with the position after it, so that a worker killed anywhere leaves a backtest that
goes on after the last part that was settled. Nothing but the backtest's own rows is written. A lease keeps two workers
off one backtest; whoever finds it lost, or the backtest stopped, throws the turn away.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import DatabaseError
from django.db.models import Q

from programs.backtest.results import result_of
from programs.backtest.run import Outcome, Task, is_shared, joined, parts_of, rule_sets, run_tasks, sales_in, tasks_of
from programs.backtest.spent import spent_by_vouchers
from programs.backtest.tallies import Tally
from programs.models import Backtest, BacktestCustomer, BacktestDifferences
from smartbis.customers.selectors.people import merged_count
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.outbox.work import request_work
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.statements import execute_rows, prepared_cursor

log = structlog.get_logger(__name__)

LEASE_SECONDS = 90
MOST_ATTEMPTS = 3
# Merges are rare and made by people; so many times in a row somebody is tidying up.
MOST_RESTARTS = 5
OPEN = (Backtest.Status.QUEUED, Backtest.Status.RUNNING)
_INSERT_CUSTOMERS = """
INSERT INTO programs_backtestcustomer (tenant_id, backtest_id, part, id, customer_id, live, draft, difference)
SELECT %(tenant)s, %(backtest)s, %(part)s, c.id, c.customer, c.live, c.draft, c.draft - c.live
FROM unnest(%(ids)s::uuid[], %(customers)s::uuid[], %(live)s::bigint[], %(draft)s::bigint[])
    AS c(id, customer, live, draft)
"""
_ROWS_A_STATEMENT = 10_000
_PACKS_A_STATEMENT = 20


class LeaseLost(Exception):
    """Somebody else works on this backtest now, or it was stopped."""


def work_on_backtests(*, tenant: UUID) -> bool:
    """Take a turn on the tenant's oldest open backtest; True when there is more to do now."""
    row = _claim(tenant)
    if row is None:
        return False
    _take_turn(row)
    with tenant_scope(tenant, read_only=True):
        return bool(_claimable().exists())


def _claimable() -> Any:
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now())
    return Backtest.objects.filter(free, status__in=OPEN)


def _claim(tenant: UUID) -> Backtest | None:
    with tenant_scope(tenant):
        row: Backtest | None = _claimable().select_for_update(skip_locked=True).order_by("created_at", "id").first()
        if row is None:
            _wake_at_the_end_of_leases()
            return None
        row.lease, row.lease_until = new_id(), now() + timedelta(seconds=LEASE_SECONDS)
        row.attempts += 1
        row.started_at = row.started_at or now()
        row.status = Backtest.Status.RUNNING
        row.save(update_fields=["lease", "lease_until", "attempts", "started_at", "status"])
        return row


def _wake_at_the_end_of_leases() -> None:
    ends = Backtest.objects.filter(status__in=OPEN, lease_until__isnull=False).order_by("lease_until")
    first = ends.values_list("lease_until", flat=True).first()
    if first is not None:
        request_work(queue="bulk", due_at=first)


def _take_turn(row: Backtest) -> None:
    if row.attempts > MOST_ATTEMPTS:
        _end(row, Backtest.Status.FAILED, failure="internal")
        return
    try:
        _replay(row)
    except LeaseLost:
        log.info("backtest.lease_lost", tenant=str(row.tenant_id), backtest=str(row.id))
    except Exception:
        with suppress(DatabaseError):
            _release(row)
        raise
    else:
        _release(row)


def _replay(row: Backtest) -> None:
    versions, draft = rule_sets(row)
    shared = is_shared([*versions, draft])
    if not row.parts:
        row.merges = merged_count(tenant=row.tenant_id)
        row.sales_total = sales_in(row)
        row.parts = parts_of(row.sales_total, shared=shared)
        with tenant_scope(row.tenant_id):
            _advance(row, merges=row.merges, sales_total=row.sales_total, parts=row.parts, sales_done=0)
    tasks = tasks_of(row, shared=shared)
    before = _settled_sales(Tally.read(row.partial))
    if row.sales_done != before:
        _beat(row, before)
    outcomes = run_tasks(row, tasks, lambda done: _beat(row, min(row.sales_total, before + done)))
    if merged_count(tenant=row.tenant_id) != row.merges and not _is_one_look(row, tasks):
        _begin_again(row)
        return
    _settle(row, outcomes)
    if row.position >= row.parts:
        _finish(row)


def _is_one_look(row: Backtest, tasks: Sequence[Task]) -> bool:
    """Whether everything was read at one instant: then nobody's sales can have moved between two parts of it."""
    return row.parts == 1 and len(tasks) == 1


def _begin_again(row: Backtest) -> None:
    """Throw everything away: a merge has moved sales, so that one part may have read them twice or none at all."""
    if row.restarts >= MOST_RESTARTS:
        _end(row, Backtest.Status.FAILED, failure="customers_merged")
        return
    with tenant_scope(row.tenant_id):
        BacktestCustomer.objects.filter(backtest_id=row.id).delete()
        BacktestDifferences.objects.filter(backtest_id=row.id).delete()
        _advance(row, attempts=0, parts=0, position=0, partial={}, sales_done=0, restarts=row.restarts + 1)
    log.info("backtest.begun_again", tenant=str(row.tenant_id), backtest=str(row.id), restarts=row.restarts + 1)


def _beat(row: Backtest, done: int) -> None:
    with tenant_scope(row.tenant_id):
        _advance(row, sales_done=done)


def _settle(row: Backtest, outcomes: list[Outcome]) -> None:
    """Keep what a turn came to, and its customers, in one commit with the position."""
    tally = joined(outcomes)
    whole = Tally.read(row.partial)
    whole.add(tally)
    row.position = max(each.task.part for each in outcomes) + 1
    row.partial = whole.written()
    row.sales_done = _settled_sales(whole)
    with tenant_scope(row.tenant_id):
        _advance(row, attempts=0, position=row.position, partial=row.partial, sales_done=row.sales_done)
        _write_customers(row, tally.customers)
        _write_differences(row, tally)


def _settled_sales(tally: Tally) -> int:
    """How many sales are through for good: what a killed turn had counted beyond that is replayed again."""
    return sum(each.sales for each in tally.cells.values())


def _write_customers(row: Backtest, people: list[tuple[bytes, int, int]]) -> None:
    with prepared_cursor() as cursor:
        for start in range(0, len(people), _ROWS_A_STATEMENT):
            some = people[start : start + _ROWS_A_STATEMENT]
            columns = {
                "tenant": row.tenant_id,
                "backtest": row.id,
                "part": row.position,
                "ids": [new_id() for _ in some],
                "customers": [UUID(bytes=bytes(customer)) for customer, _, _ in some],
                "live": [live for _, live, _ in some],
                "draft": [draft for _, _, draft in some],
            }
            execute_rows(cursor, _INSERT_CUSTOMERS, columns)


def _write_differences(row: Backtest, tally: Tally) -> None:
    BacktestDifferences.objects.bulk_create(
        (
            BacktestDifferences(
                tenant_id=row.tenant_id, backtest_id=row.id, part=row.position, number=number, packed=pack
            )
            for number, pack in enumerate(tally.fidelity.listed.packs())
        ),
        batch_size=_PACKS_A_STATEMENT,
    )


def _finish(row: Backtest) -> None:
    tally = Tally.read(row.partial)
    spent_by_vouchers(row, tally)
    with tenant_scope(row.tenant_id):
        result = result_of(row, tally)
        _advance(row, status=Backtest.Status.DONE, finished_at=now(), result=result, partial={})
    log.info("backtest.done", tenant=str(row.tenant_id), backtest=str(row.id), sales=row.sales_total)


def _advance(row: Backtest, **moved: Any) -> None:
    """Move the backtest on in the transaction at hand. Raises LeaseLost, which takes that transaction back."""
    lease_until = now() + timedelta(seconds=LEASE_SECONDS)
    held = Backtest.objects.filter(id=row.id, lease=row.lease, status=Backtest.Status.RUNNING)
    if not held.update(lease_until=lease_until, **moved):
        raise LeaseLost


def _release(row: Backtest) -> None:
    with tenant_scope(row.tenant_id):
        Backtest.objects.filter(id=row.id, lease=row.lease).update(lease=None, lease_until=None)


def _end(row: Backtest, status: str, *, failure: str) -> None:
    with tenant_scope(row.tenant_id):
        held = Backtest.objects.filter(id=row.id, lease=row.lease)
        held.update(status=status, failure=failure, finished_at=now(), lease=None, lease_until=None)
    log.error("backtest.failed", tenant=str(row.tenant_id), backtest=str(row.id), code=failure)
