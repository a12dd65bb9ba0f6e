"""Starting an import, looking at a file before, and asking for an import to be taken back."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, get_args
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from programs.imports.errors import ImportNotFound, ImportNotUndoable, MappingRefused
from programs.imports.files import Readable, StoredFile, discard, left_behind, opened, take_in
from programs.imports.infos import FieldChoice, ImportInfo, KindName, Preview
from programs.imports.labels import LABELS
from programs.imports.mapping import FIELDS, NEEDED, ReadyMapping, complete, ready, suggest
from programs.imports.reading import read_header, read_rows
from programs.imports.runner import OPEN
from programs.imports.selectors import UNDOABLE, info_of
from programs.models import ImportBatch
from smartbis.kernel.clock import now
from smartbis.kernel.errors import InvalidInput, PermissionMissing
from smartbis.kernel.people import Actor
from smartbis.outbox.work import request_work
from smartbis.purchases.errors import CurrencyMismatch
from smartbis.tenancy.permissions import require
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_store_by_code, get_tenant, stores
from smartbis.tenancy.services import record_audit

ROWS_IN_PREVIEW = 10


@dataclass(frozen=True)
class Arrival:
    """A file that was taken in and checked, and what is to be made of it."""

    stored: StoredFile
    kind: str
    filename: str
    mapping: dict[str, Any]
    header: tuple[str, ...]
    delimiter: str
    rows: int
    dry_run: bool
    actor: Actor

    @property
    def sha256(self) -> str:
        """The digest of the file as it was sent, in hex."""
        return self.stored.sha256


def start_import(
    *,
    tenant: UUID,
    kind: str,
    file: Readable,
    filename: str,
    mapping: str | Mapping[str, Any] | None = None,
    dry_run: bool = False,
    actor: Actor,
) -> ImportInfo:
    """Take a file in, check what can be checked at once, and queue it; the worker of the queue `bulk` loads it.

    Raises PermissionMissing, InvalidInput (kind), FileRefused, MappingRefused, CurrencyMismatch, StoreUnknown. Nothing
    is kept of a refused file.
    """
    with received(
        tenant=tenant, kind=kind, file=file, filename=filename, mapping=mapping, dry_run=dry_run, actor=actor
    ) as arrival:
        return queue_import(tenant=tenant, arrival=arrival)


def _require(actor: Actor, kind: str) -> None:
    """A file reaches every store: who is limited to some neither loads nor undoes one. Raises PermissionMissing."""
    verb = "import.balances" if kind == ImportBatch.Kind.BALANCES else "import.run"
    require(actor, verb)
    if actor.stores is not None:
        raise PermissionMissing(verb=verb)


@contextmanager
def received(
    *,
    tenant: UUID,
    kind: str,
    file: Readable,
    filename: str,
    mapping: str | Mapping[str, Any] | None = None,
    dry_run: bool = False,
    actor: Actor,
) -> Iterator[Arrival]:
    """Take a file in and check it, before and outside any transaction; unless it is queued, it is gone afterwards.

    Raises as `start_import` does. What a dying process leaves is swept by `sweep_files`.
    """
    _require(actor, kind)
    _check_kind(kind)
    stored = take_in(tenant=tenant, file=file)
    try:
        with opened(stored.name, stored.encoding) as text:
            header, delimiter, read = read_header(text)
        whole = complete(kind, mapping, header)
        _check(tenant, ready(kind, whole, header))
        rows = max(0, stored.lines - read)
        yield Arrival(stored, kind, filename, whole, tuple(header), delimiter, rows, dry_run, actor)
    finally:
        if not _is_queued(tenant, stored.name):
            discard(stored.name)


def queue_import(*, tenant: UUID, arrival: Arrival) -> ImportInfo:
    """Queue a file that was received: rows alone, so that it may be part of a caller's transaction."""
    with tenant_scope(tenant):
        batch = _new_batch(tenant, arrival)
        batch.save(force_insert=True)
        request_work(queue="bulk")
        record_audit(
            tenant=tenant,
            actor=arrival.actor,
            action="import.start",
            object_kind="import",
            object_id=batch.id,
            after={"kind": arrival.kind, "sha256": arrival.sha256, "dry_run": arrival.dry_run},
        )
        return info_of(batch)


def sweep_files(*, tenant: UUID) -> int:
    """Remove the brand's files that no import waits for, once they are a day old; returns how many."""
    orphans = [name for name in left_behind(tenant=tenant) if not _is_queued(tenant, name)]
    for name in orphans:
        discard(name)
    return len(orphans)


def undo_import(*, tenant: UUID, import_id: UUID, actor: Actor) -> ImportInfo:
    """Ask for an import to be taken back: a running one stops first. Asking again changes nothing.

    Raises PermissionMissing, ImportNotFound, ImportNotUndoable (a dry run, or people: enrolments stay).
    """
    require(actor, "import.run")
    with tenant_scope(tenant):
        batch = ImportBatch.objects.select_for_update(no_key=True).filter(id=import_id).first()
        if batch is None:
            raise ImportNotFound
        _require(actor, batch.kind)
        if batch.status in (ImportBatch.Status.UNDOING, ImportBatch.Status.UNDONE):
            return info_of(batch)
        if batch.dry_run or batch.kind not in UNDOABLE:
            raise ImportNotUndoable(status=batch.status, kind=batch.kind)
        stored, batch.stored_as = batch.stored_as, ""
        batch.status, batch.attempts = ImportBatch.Status.UNDOING, 0
        batch.lease = batch.lease_until = None
        batch.save(update_fields=["status", "attempts", "lease", "lease_until", "stored_as"])
        request_work(queue="bulk")
        record_audit(tenant=tenant, actor=actor, action="import.undo", object_kind="import", object_id=batch.id)
        transaction.on_commit(partial(discard, stored), robust=True)
        return info_of(batch)


def preview(*, tenant: UUID, file: Readable, kind: str) -> Preview:
    """Look at a file without keeping it: columns, a suggested mapping, first rows, what to mind.

    Raises InvalidInput (kind), FileRefused.
    """
    _check_kind(kind)
    stored = take_in(tenant=tenant, file=file)
    try:
        with opened(stored.name, stored.encoding) as text:
            header, delimiter, read = read_header(text)
            rows = list(islice(read_rows(text, delimiter, read=read, after=read, columns=len(header)), ROWS_IN_PREVIEW))
    finally:
        discard(stored.name)
    suggested = suggest(kind, header)
    return Preview(
        columns=header,
        suggested=suggested,
        rows=tuple(tuple(cell.strip() for cell in row.cells) for row in rows),
        warnings=tuple(_warnings(tenant, kind, header, suggested, stored, any(row.problem for row in rows))),
        fields=field_choices(kind),
        encoding=stored.encoding,
        delimiter=delimiter,
        rows_total=max(0, stored.lines - read),
    )


def field_choices(kind: str) -> tuple[FieldChoice, ...]:
    """The fields a column of this kind of file can be mapped to."""
    needed = {group[0] for group in NEEDED[kind] if len(group) == 1}
    return tuple(FieldChoice(name, str(LABELS[name]), name in needed) for name in FIELDS[kind])


def _check_kind(kind: str) -> None:
    if kind not in get_args(KindName):
        raise InvalidInput({"kind": [f"Choose one of {', '.join(get_args(KindName))}."]})


def _check(tenant: UUID, mapping: ReadyMapping) -> None:
    """What a mapping says of the brand must be so, before a row is read."""
    brand = get_tenant(tenant=tenant)
    currency = mapping.setting("currency").upper()
    if currency and currency != brand.currency:
        raise CurrencyMismatch({"currency": [CurrencyMismatch.sentence]}, expected=brand.currency)
    if code := mapping.setting("store"):
        get_store_by_code(tenant=tenant, code=code)
    elif mapping.kind == "purchases" and "store" not in mapping.places and len(stores(tenant=tenant)) != 1:
        raise MappingRefused({"store": ["Name the store of these sales, or a column that does."]})
    if mapping.kind == "balances":
        for name in ("source", "reason"):
            if name not in mapping.places and not mapping.setting(name):
                raise MappingRefused({name: ["Say where these balances come from, and why they are taken over."]})


def _is_queued(tenant: UUID, name: str) -> bool:
    with tenant_scope(tenant, read_only=True):
        return ImportBatch.objects.filter(stored_as=name).exists()


def _new_batch(tenant: UUID, arrival: Arrival) -> ImportBatch:
    stored, actor = arrival.stored, arrival.actor
    name = arrival.filename.replace("\\", "/").split("/")[-1]
    return ImportBatch(
        tenant_id=tenant,
        kind=arrival.kind,
        filename="".join(char for char in name if char.isprintable())[:200],
        stored_as=stored.name,
        sha256=stored.sha256,
        size_bytes=stored.size_bytes,
        encoding=stored.encoding,
        header=list(arrival.header),
        delimiter=arrival.delimiter,
        rows_total=arrival.rows,
        mapping=arrival.mapping,
        dry_run=arrival.dry_run,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label[:80],
        actor_role=actor.role or "",
        created_at=now(),
    )


def _warnings(
    tenant: UUID, kind: str, header: tuple[str, ...], suggested: dict[str, Any], stored: StoredFile, is_ragged: bool
) -> list[str]:
    found = []
    columns = suggested["columns"]
    for group in NEEDED[kind]:
        if not any(name in columns for name in group):
            names = _(" ou ").join(str(LABELS[name]) for name in group)
            found.append(_("Nenhuma coluna parece ser: %(names)s.") % {"names": names})
    if kind == "purchases" and "store" not in columns and len(stores(tenant=tenant)) != 1:
        found.append(_("O arquivo não diz a loja: escolha uma."))
    unused = [name for name in header if name and name not in columns.values()]
    if unused:
        found.append(_("Colunas guardadas só como nota: %(names)s.") % {"names": ", ".join(unused[:10])})
    if stored.encoding != "utf-8-sig":
        found.append(_("O arquivo não está em UTF-8: confira os acentos."))
    if is_ragged:
        found.append(_("Algumas linhas não têm as colunas do cabeçalho."))
    with tenant_scope(tenant, read_only=True):
        same = ImportBatch.objects.filter(sha256=stored.sha256, kind=kind, dry_run=False, status__in=[*OPEN, "done"])
        if same.exists():
            found.append(_("Este mesmo arquivo já foi importado: o que já entrou não muda."))
    return found
