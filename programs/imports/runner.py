"""Working through a file: claim it, settle it chunk by chunk, leave it where it can be taken up again.

Every chunk's effects and the import's progress commit together, so that a worker killed anywhere leaves a file that
goes on exactly where the last commit was. A lease keeps two workers off one file; whoever finds it lost rolls back.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import DatabaseError
from django.db.models import F, Q

from programs.events import ImportFinished
from programs.imports.apart import TooManyApart, note_apart
from programs.imports.commits import LEASE_SECONDS, LeaseLost, advance, count, one_commit
from programs.imports.files import discard, opened
from programs.imports.loading import load_rows
from programs.imports.purchases import LINES_APART
from programs.imports.reading import read_header, read_rows
from programs.imports.returns import settle_returns, waiting
from programs.imports.run import Run, run_of, write_rows
from programs.imports.trial import try_returns
from programs.imports.undo import undo_a_while
from programs.models import ImportBatch
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.outbox.services import publish
from smartbis.outbox.work import due_tenants, request_work
from smartbis.tenancy.scope import tenant_scope

log = structlog.get_logger(__name__)

TURN_SECONDS = 15.0
MOST_ATTEMPTS = 5
OPEN = (ImportBatch.Status.QUEUED, ImportBatch.Status.RUNNING, ImportBatch.Status.UNDOING)


def work_on_imports(*, tenant: UUID) -> bool:
    """Work on the tenant's oldest open import for a while; True when there is more to do now.

    While nobody else waits for the queue, a file goes on: its second process would begin anew with every turn.
    """
    batch = _claim(tenant)
    if batch is None:
        return False
    ends_at = time.monotonic() + TURN_SECONDS
    _take_turn(batch, lambda: time.monotonic() >= ends_at and bool(due_tenants("bulk")))
    with tenant_scope(tenant, read_only=True):
        return bool(_claimable().exists())


def work_off(*, tenant: UUID, import_id: UUID, seconds: float = 2.0) -> bool:
    """Work on this import for a while, whoever waits before it; True while it is not at its end.

    For commands and tests; in production the queue's worker does it.
    """
    batch = _claim(tenant, import_id)
    if batch is not None:
        ends_at = time.monotonic() + seconds
        _take_turn(batch, lambda: time.monotonic() >= ends_at)
    with tenant_scope(tenant, read_only=True):
        return ImportBatch.objects.filter(id=import_id, status__in=OPEN).exists()


def _claimable() -> Any:
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now())
    return ImportBatch.objects.filter(free, status__in=OPEN)


def _claim(tenant: UUID, import_id: UUID | None = None) -> ImportBatch | None:
    """Take the lease of an open import; asks to be woken when the only ones open are leased."""
    with tenant_scope(tenant):
        rows = _claimable().filter(id=import_id) if import_id else _claimable()
        batch: ImportBatch | None = rows.select_for_update(skip_locked=True).order_by("created_at", "id").first()
        if batch is None:
            _wake_at_the_end_of_leases()
            return None
        batch.lease, batch.lease_until = new_id(), now() + timedelta(seconds=LEASE_SECONDS)
        batch.attempts += 1
        batch.started_at = batch.started_at or now()
        if batch.status == ImportBatch.Status.QUEUED:
            batch.status = ImportBatch.Status.RUNNING
        batch.save(update_fields=["lease", "lease_until", "attempts", "started_at", "status"])
        return batch


def _wake_at_the_end_of_leases() -> None:
    ends = ImportBatch.objects.filter(status__in=OPEN, lease_until__isnull=False).order_by("lease_until")
    first = ends.values_list("lease_until", flat=True).first()
    if first is not None:
        request_work(queue="bulk", due_at=first)


def _take_turn(batch: ImportBatch, is_over: Callable[[], bool]) -> None:
    if batch.attempts > MOST_ATTEMPTS:
        _fail(batch, "internal")
        return
    try:
        if batch.status == ImportBatch.Status.UNDOING:
            undo_a_while(batch, is_over, renewed=lambda **moved: advance(batch, **moved))
        else:
            _load_a_while(batch, is_over)
    except LeaseLost:
        log.info("import.lease_lost", tenant=str(batch.tenant_id), batch=str(batch.id))
        return
    except FileNotFoundError:
        _fail(batch, "file_gone")
        return
    except TooManyApart:
        _fail(batch, LINES_APART)
        return
    except Exception:
        with suppress(DatabaseError):
            _release(batch)
        raise
    _release(batch)


def _load_a_while(batch: ImportBatch, is_over: Callable[[], bool]) -> None:
    with opened(batch.stored_as, batch.encoding) as text:
        header, delimiter, read = read_header(text)
        run = run_of(batch, header)
        if batch.phase == ImportBatch.Phase.ROWS:
            if not batch.position:
                note_apart(batch, run)
            rows = read_rows(text, delimiter, read=read, after=batch.position, columns=len(header))
            if not load_rows(batch, run, rows, is_over):
                return
            with tenant_scope(run.tenant):
                advance(batch, phase=ImportBatch.Phase.RETURNS)
            batch.phase = ImportBatch.Phase.RETURNS
    _load_returns(batch, run, is_over)


def _load_returns(batch: ImportBatch, run: Run, is_over: Callable[[], bool]) -> None:
    settle = try_returns if batch.dry_run else _settle_returns
    while not is_over():
        if not settle(batch, run):
            _finish(batch)
            return


def _settle_returns(batch: ImportBatch, run: Run) -> bool:
    with one_commit(run):
        rows = waiting(run)
        if rows:
            settle_returns(run, rows)
            write_rows(run.tally.rows)
            count(batch, run.tally)
    run.take_in()
    return bool(rows)


def _release(batch: ImportBatch) -> None:
    with tenant_scope(batch.tenant_id):
        ImportBatch.objects.filter(id=batch.id, lease=batch.lease).update(lease=None, lease_until=None)


def _finish(batch: ImportBatch) -> None:
    with tenant_scope(batch.tenant_id):
        advance(
            batch,
            status=ImportBatch.Status.DONE,
            finished_at=now(),
            rows_total=F("rows_done"),
            stored_as="",
        )
        if not batch.dry_run:
            publish(ImportFinished(import_batch=batch.id, kind=batch.kind))
    discard(batch.stored_as)
    log.info("import.done", tenant=str(batch.tenant_id), batch=str(batch.id))


def _fail(batch: ImportBatch, code: str) -> None:
    with tenant_scope(batch.tenant_id):
        held = ImportBatch.objects.filter(id=batch.id, lease=batch.lease)
        held.update(
            status=ImportBatch.Status.FAILED,
            failure=code,
            finished_at=now(),
            stored_as="",
            lease=None,
            lease_until=None,
            attempts=0,
        )
    discard(batch.stored_as)
    log.error("import.failed", tenant=str(batch.tenant_id), batch=str(batch.id), code=code)
