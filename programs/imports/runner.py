"""Working through a file: claim it, settle it chunk by chunk, leave it where it can be taken up again.

Every chunk's effects and the import's progress commit together, so that a worker killed anywhere leaves a file that
goes on exactly where the last commit was. A lease keeps two workers off one file; whoever finds it lost rolls back.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Any, Protocol, cast
from uuid import UUID

import structlog
from django.db import DatabaseError, DataError, IntegrityError, OperationalError, transaction
from django.db.models import F, Q

from programs.events import ImportFinished
from programs.imports.ahead import read_ahead
from programs.imports.articles import Articles
from programs.imports.balances import Balances
from programs.imports.customers import Customers
from programs.imports.files import discard, opened
from programs.imports.mapping import ready
from programs.imports.purchases import Purchases, chunks
from programs.imports.reading import Row, read_header, read_rows
from programs.imports.returns import settle_returns, waiting
from programs.imports.run import MOST_ERRORS_KEPT, Run, Tally, write_rows
from programs.imports.undo import undo_a_while
from programs.imports.vouchers import Vouchers
from programs.models import ImportBatch, ImportRow
from smartbis.kernel.clock import now
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import Actor, ActorKind
from smartbis.outbox.services import publish
from smartbis.outbox.work import request_work
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant

log = structlog.get_logger(__name__)

TURN_SECONDS = 15.0
LEASE_SECONDS = 90
ROWS_A_CHUNK = 1_000
MOST_ATTEMPTS = 5
DEADLOCK_PAUSES = (0.1, 0.4, 1.6)
OPEN = (ImportBatch.Status.QUEUED, ImportBatch.Status.RUNNING, ImportBatch.Status.UNDOING)
_SETTLERS: dict[str, Callable[[Run], "Settler"]] = {
    "customers": Customers,
    "products": Articles,
    "balances": Balances,
    "vouchers": Vouchers,
}


class LeaseLost(Exception):
    """Somebody else works on this import now, or it is being undone."""


class Settler(Protocol):
    """Settles rows of one kind of file inside the tenant's scope, counting what they come to."""

    def settle(self, rows: Sequence[Row]) -> None: ...


def work_on_imports(*, tenant: UUID) -> bool:
    """Work on the tenant's oldest open import for a while; True when there is more to do now."""
    batch = _claim(tenant)
    if batch is None:
        return False
    _take_turn(batch, until=time.monotonic() + TURN_SECONDS)
    with tenant_scope(tenant, read_only=True):
        return bool(_claimable().exists())


def work_off(*, tenant: UUID, import_id: UUID, seconds: float = 2.0) -> bool:
    """Work on this import for a while, whoever waits before it; True while it is not at its end.

    For commands and tests; in production the queue's worker does it.
    """
    batch = _claim(tenant, import_id)
    if batch is not None:
        _take_turn(batch, until=time.monotonic() + seconds)
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


def _take_turn(batch: ImportBatch, *, until: float) -> None:
    if batch.attempts > MOST_ATTEMPTS:
        _fail(batch, "internal")
        return
    try:
        if batch.status == ImportBatch.Status.UNDOING:
            undo_a_while(batch, until=until, renewed=lambda **moved: _advance(batch, **moved))
        else:
            _load_a_while(batch, until=until)
    except LeaseLost:
        log.info("import.lease_lost", tenant=str(batch.tenant_id), batch=str(batch.id))
        return
    except FileNotFoundError:
        _fail(batch, "file_gone")
        return
    except Exception:
        with suppress(DatabaseError):
            _release(batch)
        raise
    _release(batch)


def _load_a_while(batch: ImportBatch, *, until: float) -> None:
    with tenant_scope(batch.tenant_id, read_only=True):
        brand = get_tenant(tenant=batch.tenant_id)
        kept = ImportRow.objects.filter(batch_id=batch.id, state__in=["error", "note"]).count()
    with opened(batch.stored_as, batch.encoding) as text:
        header, delimiter, read = read_header(text)
        run = Run(
            tenant=batch.tenant_id,
            batch=batch.id,
            brand=brand,
            mapping=ready(batch.kind, batch.mapping, header),
            actor=actor_of(batch),
            dry_run=batch.dry_run,
            errors_left=MOST_ERRORS_KEPT - kept,
        )
        if batch.phase == ImportBatch.Phase.ROWS:
            rows = read_rows(text, delimiter, read=read, after=batch.position, columns=len(header))
            if not _load_rows(batch, run, rows, until):
                return
    _load_returns(batch, run, until)


def _load_rows(batch: ImportBatch, run: Run, rows: Iterator[Row], until: float) -> bool:
    """Settle rows until the time is up; True when the file is at its end."""
    settler: Settler
    parts: Iterator[tuple[list[Row], Callable[[], None]]]
    if batch.kind == ImportBatch.Kind.PURCHASES:
        with tenant_scope(run.tenant, read_only=True):
            purchases = settler = Purchases(run)
        parts = ((chunk, purchases.settling(chunk)) for chunk in chunks(run, rows))
    else:
        settler = _SETTLERS[batch.kind](run)
        parts = ((chunk, partial(settler.settle, chunk)) for chunk in _by_count(rows))
    with closing(read_ahead(parts)) as coming:
        for chunk, work in coming:
            _settle(batch, run, settler, chunk, work)
            if time.monotonic() >= until:
                return False
    with tenant_scope(run.tenant):
        _advance(batch, phase=ImportBatch.Phase.RETURNS)
    batch.phase = ImportBatch.Phase.RETURNS
    return True


def _load_returns(batch: ImportBatch, run: Run, until: float) -> None:
    while time.monotonic() < until:
        with _one_commit(run):
            rows = waiting(run)
            if rows:
                settle_returns(run, rows)
                write_rows(run.tally.rows)
                _count(batch, run.tally)
        if not rows:
            _finish(batch)
            return


def _by_count(rows: Iterator[Row]) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == ROWS_A_CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _settle(batch: ImportBatch, run: Run, settler: Settler, rows: Sequence[Row], work: Callable[[], None]) -> None:
    """Settle a chunk by `work` and commit it with the progress; rows that the database itself refuses are narrowed
    down to.
    """
    for pause in (*DEADLOCK_PAUSES, None):
        errors_left = run.errors_left
        try:
            with _one_commit(run):
                with _effects(run):
                    work()
                write_rows(run.tally.rows)
                _count(batch, run.tally, position=rows[-1].end)
            return
        except (DataError, IntegrityError):
            run.errors_left = errors_left
            run.customers.clear()
            log.warning("import.chunk_refused", batch=str(batch.id), first=rows[0].line, rows=len(rows), exc_info=True)
            _settle_apart(batch, run, settler, rows)
            return
        except OperationalError:
            run.errors_left = errors_left
            run.customers.clear()
            if pause is None:
                raise
            time.sleep(pause)


def _settle_apart(batch: ImportBatch, run: Run, settler: Settler, rows: Sequence[Row]) -> None:
    middle = _border(settler, rows)
    if middle:
        for part in (rows[:middle], rows[middle:]):
            _settle(batch, run, settler, part, partial(settler.settle, part))
        return
    with _one_commit(run):
        for row in rows:
            run.refuse(row.line, row.cells, "row_refused")
        write_rows(run.tally.rows)
        _count(batch, run.tally, position=rows[-1].end)


def _border(settler: Settler, rows: Sequence[Row]) -> int:
    """A place near the middle where a chunk can be parted without parting a sale; 0 when there is none."""
    if not isinstance(settler, Purchases):
        return len(rows) // 2
    numbers = [settler.number(row) for row in rows]
    borders = [place for place in range(1, len(rows)) if numbers[place] != numbers[place - 1]]
    return min(borders, key=lambda place: abs(place - len(rows) // 2), default=0)


@contextmanager
def _one_commit(run: Run) -> Iterator[None]:
    run.tally = Tally()
    with tenant_scope(run.tenant):
        yield


@contextmanager
def _effects(run: Run) -> Iterator[None]:
    """In a dry run everything is done and taken back, so that the verdicts are the true ones."""
    if not run.dry_run:
        yield
        return
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _count(batch: ImportBatch, tally: Tally, **moved: Any) -> None:
    _advance(
        batch,
        rows_done=F("rows_done") + tally.done,
        rows_failed=F("rows_failed") + tally.failed,
        rows_repeated=F("rows_repeated") + tally.repeated,
        rows_noted=F("rows_noted") + tally.noted,
        made=F("made") + tally.made,
        refunds=F("refunds") + tally.refunds,
        **moved,
    )


def _advance(batch: ImportBatch, **moved: Any) -> None:
    """Move the import on in the transaction at hand. Raises LeaseLost, which takes that transaction back."""
    lease_until = now() + timedelta(seconds=LEASE_SECONDS)
    held = ImportBatch.objects.filter(id=batch.id, lease=batch.lease, status=batch.status)
    if not held.update(lease_until=lease_until, attempts=0, **moved):
        raise LeaseLost


def _release(batch: ImportBatch) -> None:
    with tenant_scope(batch.tenant_id):
        ImportBatch.objects.filter(id=batch.id, lease=batch.lease).update(lease=None, lease_until=None)


def _finish(batch: ImportBatch) -> None:
    with tenant_scope(batch.tenant_id):
        _advance(
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


def actor_of(batch: ImportBatch) -> Actor:
    """Who asked for the import, as services see them."""
    return Actor(
        kind=cast(ActorKind, batch.actor_kind),
        id=batch.actor_id,
        label=batch.actor_label,
        role=batch.actor_role or None,
    )
