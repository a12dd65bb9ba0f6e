"""What can be read about imports."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Q

from programs.imports.errors import ImportNotFound
from programs.imports.infos import ImportErrorInfo, ImportInfo
from programs.imports.run import cells_of
from programs.imports.words import sentence_for
from programs.models import ImportBatch, ImportRow
from smartbis.kernel.pages import Page, decode_cursor, encode_cursor
from smartbis.tenancy.scope import tenant_scope

# People stay: an enrolment records what they agreed to, and erasing them would bar them for good.
UNDOABLE = frozenset({"purchases", "products", "balances", "vouchers"})
ERRORS_A_READ = 1_000


def get_import(*, tenant: UUID, import_id: UUID) -> ImportInfo:
    """Raises ImportNotFound."""
    with tenant_scope(tenant, read_only=True):
        row = ImportBatch.objects.filter(id=import_id).first()
        if row is None:
            raise ImportNotFound
        return info_of(row)


def imports_page(*, tenant: UUID, cursor: str | None = None, limit: int = 50) -> Page[ImportInfo]:
    """The brand's imports, the newest first."""
    with tenant_scope(tenant, read_only=True):
        rows = ImportBatch.objects.order_by("-created_at", "-id")
        if cursor is not None:
            instant, last = decode_cursor(cursor, 2)
            rows = rows.filter(Q(created_at__lt=instant) | Q(created_at=instant, id__lt=last))
        found = list(rows[: limit + 1])
        more = found[limit - 1] if len(found) > limit else None
        return Page(
            tuple(info_of(row) for row in found[:limit]),
            encode_cursor(more.created_at.isoformat(), more.id) if more else None,
        )


def get_header(*, tenant: UUID, import_id: UUID) -> tuple[str, ...]:
    """The names of the file's columns, in their order. Raises ImportNotFound."""
    with tenant_scope(tenant, read_only=True):
        header = ImportBatch.objects.filter(id=import_id).values_list("header", flat=True).first()
    if header is None:
        raise ImportNotFound
    return tuple(header)


def import_errors(*, tenant: UUID, import_id: UUID, notes: bool = False) -> Iterator[ImportErrorInfo]:
    """The rows that were not taken, by line; with `notes` also those that are kept as notes.

    Reads a thousand at a time, each in a scope of its own, so that a long list can be streamed.
    Raises ImportNotFound at the first read.
    """
    get_import(tenant=tenant, import_id=import_id)
    return _errors(tenant, import_id, ("error", "note") if notes else ("error",))


def _errors(tenant: UUID, import_id: UUID, states: tuple[str, ...]) -> Iterator[ImportErrorInfo]:
    last: tuple[int, UUID] | None = None
    while True:
        with tenant_scope(tenant, read_only=True):
            rows = ImportRow.objects.filter(batch_id=import_id, state__in=states).order_by("line", "id")
            if last is not None:
                rows = rows.filter(Q(line__gt=last[0]) | Q(line=last[0], id__gt=last[1]))
            found = list(rows[:ERRORS_A_READ])
            infos = [_error(row) for row in found]
        yield from infos
        if len(found) < ERRORS_A_READ:
            return
        last = (found[-1].line, found[-1].id)


def _error(row: ImportRow) -> ImportErrorInfo:
    return ImportErrorInfo(
        line=row.line,
        code=row.code,
        sentence=sentence_for(row.code),
        detail=row.detail,
        cells=cells_of(row),
        is_note=row.state == ImportRow.State.NOTE,
    )


def info_of(row: ImportBatch) -> ImportInfo:
    """An import as doors see it."""
    undoing = row.status == ImportBatch.Status.UNDOING
    return ImportInfo(
        id=row.id,
        kind=row.kind,
        status="running" if undoing else row.status,
        is_undoing=undoing,
        filename=row.filename,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        dry_run=row.dry_run,
        rows_total=row.rows_total,
        rows_done=row.rows_done,
        rows_failed=row.rows_failed,
        rows_repeated=row.rows_repeated,
        rows_noted=row.rows_noted,
        made=row.made,
        refunds=row.refunds,
        failure=row.failure,
        failure_sentence=sentence_for(row.failure) if row.failure else "",
        created_by=row.actor_label,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        undone_at=row.undone_at,
        can_undo=row.kind in UNDOABLE
        and not row.dry_run
        and row.status not in (ImportBatch.Status.UNDOING, ImportBatch.Status.UNDONE),
        mapping=row.mapping,
    )
