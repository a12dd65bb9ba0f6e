"""A chunk's effects and the import's progress, committed together, as long as the lease holds."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from programs.imports.purchases import Work
from programs.imports.reading import Row
from programs.imports.run import Run, Tally, write_rows
from programs.models import ImportBatch
from smartbis.kernel.clock import now
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.statements import check_keys

LEASE_SECONDS = 90


class LeaseLost(Exception):
    """Somebody else works on this import now, or it is being undone."""


def commit_chunk(
    batch: ImportBatch, run: Run, rows: Sequence[Row], work: Work, wait: Callable[[], None] | None = None
) -> None:
    """Settle a chunk by `work`. With `wait` another is at work before it, which is waited for once this is half done.

    Raises LeaseLost, and what the work and the waiting raise; nothing is done then.
    """
    before_awards = partial(_half_done, wait) if wait else _nothing
    with one_commit(run):
        with effects(run):
            work(before_awards)
        if wait:
            wait()
        write_rows(run.tally.rows)
        count(batch, run.tally, position=rows[-1].end)
    run.take_in()


def _half_done(wait: Callable[[], None]) -> None:
    """What was written has its keys checked now rather than with the commit, which the next chunk waits for."""
    check_keys()
    wait()


def _nothing() -> None:
    pass


@contextmanager
def one_commit(run: Run) -> Iterator[None]:
    """The tenant's scope around a chunk, whose tally begins anew.

    Its commit does not wait for the disk: what a server that falls loses of it, it loses with the progress, and whoever
    builds on it durably has it made durable too.
    """
    run.tally = Tally()
    with tenant_scope(run.tenant):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")
        yield


@contextmanager
def effects(run: Run) -> Iterator[None]:
    """In a dry run everything is done and taken back, so that the verdicts are the true ones."""
    if not run.dry_run:
        yield
        return
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def count(batch: ImportBatch, tally: Tally, **moved: Any) -> None:
    """Add up what a chunk came to. Raises LeaseLost."""
    advance(
        batch,
        rows_done=F("rows_done") + tally.done,
        rows_failed=F("rows_failed") + tally.failed,
        rows_repeated=F("rows_repeated") + tally.repeated,
        rows_noted=F("rows_noted") + tally.noted,
        made=F("made") + tally.made,
        refunds=F("refunds") + tally.refunds,
        **moved,
    )


def renew(batch: ImportBatch) -> None:
    """Keep the lease while nothing is settled. Raises LeaseLost."""
    with tenant_scope(batch.tenant_id):
        held = ImportBatch.objects.filter(id=batch.id, lease=batch.lease, status=batch.status)
        if not held.update(lease_until=now() + timedelta(seconds=LEASE_SECONDS)):
            raise LeaseLost


def advance(batch: ImportBatch, **moved: Any) -> None:
    """Move the import on in the transaction at hand. Raises LeaseLost, which takes that transaction back."""
    lease_until = now() + timedelta(seconds=LEASE_SECONDS)
    held = ImportBatch.objects.filter(id=batch.id, lease=batch.lease, status=batch.status)
    if not held.update(lease_until=lease_until, attempts=0, **moved):
        raise LeaseLost
