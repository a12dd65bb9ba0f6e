"""Work that waits in PostgreSQL: who asks for it, and the loop that finds the tenants that have some.

A worker function claims rows in a short scope of its own, works outside any transaction, and records. What tells that
a tenant may have work is a wake-up row, written in the transaction that made the work; the broker is only poked after
commit. A queue has many workers: what comes thousands of times an hour names its own, so that the others need not look.
"""

import threading
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID

import structlog
from django.db import connection, transaction

from smartbis.kernel.clock import now
from smartbis.kernel.context import scoped_tenant
from smartbis.kernel.ids import new_id
from smartbis.tenancy.scope import Reading, current_tenant
from smartbis.tenancy.statements import prepared_cursor

log = structlog.get_logger(__name__)
T = TypeVar("T")

QUEUES = ("relay", "send", "bulk")
# The replay of rules that share a limit is one turn, however many sales there are. It works in children that end with
# it and in statements with limits of their own, and keeps its lease; one that hangs loses it, and others go on.
TURN_LIMITS: dict[str, dict[str, Any]] = {"bulk": {"soft_time_limit": 2 * 3600, "time_limit": 2 * 3600 + 60}}
POKE_INTERVAL_SECONDS = 0.2
POKE_PAUSE_SECONDS = 15.0
_GUARD_SECONDS = 120
# Longer than pokes are spared, and than a number at its limit rests.
LINGER_SECONDS = 0.4
_LOOK_SECONDS = 0.05

_TAKE = """
WITH taken AS (
    DELETE FROM outbox_wakeup WHERE queue = %s AND owner = %s AND due_at <= %s RETURNING worker
), guard AS (
    INSERT INTO outbox_wakeup (id, queue, owner, due_at) VALUES (%s, %s, %s, %s)
)
SELECT DISTINCT worker FROM taken
"""


class Worker(Protocol):
    """Works for one tenant for a while, outside any scope; says whether there is more to do now."""

    def __call__(self, *, tenant: UUID) -> bool: ...


_workers: dict[str, list[Worker]] = {}
_last_poke: dict[str, float] = {}
_poke_lock = threading.Lock()


def worker(*, queue: str) -> Callable[[Worker], Worker]:
    """Register a worker function for a queue."""

    def register(function: Worker) -> Worker:
        if function not in _workers.setdefault(queue, []):
            _workers[queue].append(function)
        return function

    return register


def each_alone(works: Sequence[Callable[[], T]]) -> list[T]:
    """Do every piece of work though one of them fails, so that none stands in the way of those behind it.

    Returns what each answered; raises the first failure once all are through, so that the turn comes back.
    """
    answers: list[T] = []
    failures: list[Exception] = []
    for work in works:
        try:
            answers.append(work())
        except Exception as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return answers


_WAKE = "INSERT INTO outbox_wakeup (id, queue, owner, due_at, worker) VALUES (%s, %s, %s, %s, %s) RETURNING id"


def waking(*, tenant: UUID, queue: str, worker: str) -> Reading[None]:
    """`request_work` for now, as a statement that goes with a scope's opening; `poke_after_commit` is the caller's."""
    return Reading(_WAKE, [new_id(), queue, tenant, now(), worker], lambda rows: None)


def request_work(*, queue: str, due_at: datetime | None = None, worker: str = "") -> None:
    """Say, in this transaction, that the tenant in scope has work in `queue` from `due_at` (now) on.

    `worker` is the name of the function that has it; without one all workers of the queue look.
    """
    instant = now()
    with prepared_cursor() as cursor:
        cursor.execute(_WAKE, [new_id(), queue, current_tenant(), due_at or instant, worker])
    if due_at is None or due_at <= instant:
        poke_after_commit(queue)


def poke_after_commit(queue: str) -> None:
    """Wake the queue's Celery worker once this transaction has committed; losing the poke costs a second."""
    transaction.on_commit(lambda: _poke(queue), robust=True)


def _poke(queue: str) -> None:
    with _poke_lock:
        if time.monotonic() - _last_poke.get(queue, 0.0) < POKE_INTERVAL_SECONDS:
            return
        _last_poke[queue] = time.monotonic()
    from smartbis.outbox.tasks import drain

    try:
        drain.apply_async(args=(queue,), queue=queue, expires=30, retry=False, **TURN_LIMITS.get(queue, {}))
    except Exception as error:  # the broker may be down; the sweep finds the wake-up row
        with _poke_lock:
            for each in QUEUES:  # nobody else waits for a broker that does not answer
                _last_poke[each] = time.monotonic() + POKE_PAUSE_SECONDS
        log.warning("work.poke_failed", queue=queue, error=type(error).__name__)


def due_tenants(queue: str, limit: int = 100) -> list[UUID]:
    """The tenants with work due in `queue`, the longest waiting first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT owner FROM outbox_wakeup WHERE queue = %s AND due_at <= %s "
            "GROUP BY owner ORDER BY min(due_at) LIMIT %s",
            [queue, now(), limit],
        )
        return [row[0] for row in cursor.fetchall()]


def drain_queue(queue: str, *, seconds: float = 20.0, linger: float = 0.0) -> int:
    """Let the queue's workers work for every tenant that has some due, tenant by tenant, for about `seconds`.

    When nothing is due it goes on looking for `linger` seconds: whose poke was spared because of the one before, and a
    number at its limit, are served then and not by the next sweep.
    Returns how many turns were taken. A turn that raises is logged; its wake-up comes back after a pause.
    """
    if scoped_tenant() is not None:
        raise RuntimeError("queues are drained outside any scope")
    end, turns = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        tenants = due_tenants(queue) or _due_within(queue, linger)
        if not tenants:
            break
        for tenant in tenants:
            _take_turn(queue, tenant)
            turns += 1
            if time.monotonic() >= end:
                break
    else:  # there may be more
        _poke(queue)
    return turns


def _due_within(queue: str, seconds: float) -> list[UUID]:
    """The tenants whose work comes due within moments, as soon as there are any."""
    end, tenants = time.monotonic() + seconds, list[UUID]()
    while not tenants and time.monotonic() < end:
        time.sleep(_LOOK_SECONDS)
        tenants = due_tenants(queue)
    return tenants


def _take_turn(queue: str, tenant: UUID) -> None:
    """Take the tenant's wake-ups, leaving one in case this process dies, and let those work that they name."""
    guard = new_id()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [queue, tenant, now(), guard, queue, tenant, now() + timedelta(seconds=_GUARD_SECONDS)])
        named = {name for (name,) in cursor.fetchall()}
    more: list[str] = []
    failed: list[str] = []
    for function in _called(queue, named):
        try:
            if function(tenant=tenant):
                more.append(_name(function))
        except Exception:
            failed.append(_name(function))
            log.exception("work.turn_failed", queue=queue, tenant=str(tenant), worker=_name(function))
    _settle(guard, more + failed, again_in=0.0 if more else 10.0)


def _called(queue: str, named: Collection[str]) -> list[Worker]:
    """The workers that wake-ups name; all of the queue where one names none, or one that is not known here."""
    known = _workers.get(queue, [])
    called = [each for each in known if _name(each) in named]
    return called if len(called) == len(named) else known


def _name(function: Worker) -> str:
    return getattr(function, "__name__", "")


def _settle(guard: UUID, again: Sequence[str], *, again_in: float) -> None:
    """Let the guard go, or make it the wake-up of those that work again."""
    with connection.cursor() as cursor:
        if not again:
            cursor.execute("DELETE FROM outbox_wakeup WHERE id = %s", [guard])
        else:
            cursor.execute(
                "UPDATE outbox_wakeup SET due_at = %s, worker = %s WHERE id = %s",
                [now() + timedelta(seconds=again_in), again[0] if len(again) == 1 else "", guard],
            )
