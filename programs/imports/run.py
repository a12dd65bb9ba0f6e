"""What one turn of work on an import carries: whose it is, what it may use, and what the chunk at hand has come to."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import connection

from programs.imports.mapping import ReadyMapping, ready
from programs.models import ImportBatch, ImportRow
from smartbis.kernel.ids import new_id
from smartbis.kernel.people import Actor, ActorKind
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.sealing import seal, unseal
from smartbis.tenancy.selectors import TenantInfo, get_tenant

PLACE = "programs.import_row"
# Beyond this many, errors are only counted: nobody reads the rest, and a wrong file must not fill the database.
MOST_ERRORS_KEPT = 50_000
MOST_CUSTOMERS_REMEMBERED = 20_000
# Rows that name what a chunk made, and that make it known when it comes again.
OF_THINGS_MADE = (ImportRow.State.MADE, ImportRow.State.EXTRA)


@dataclass
class Tally:
    """What a chunk has come to, in rows of the file; `made` and `refunds` in things, `whys` in errors kept."""

    done: int = 0
    failed: int = 0
    repeated: int = 0
    noted: int = 0
    made: int = 0
    refunds: int = 0
    whys: int = 0
    rows: list[ImportRow] = field(default_factory=list)
    customers: dict[tuple[str, ...], UUID] = field(default_factory=dict)


@dataclass
class Run:
    """A turn of work on one import. `tally` is the chunk's and is started anew for each."""

    tenant: UUID
    batch: UUID
    brand: TenantInfo
    mapping: ReadyMapping
    actor: Actor
    dry_run: bool
    errors_left: int
    tally: Tally = field(default_factory=Tally)
    customers: dict[tuple[str, ...], UUID] = field(default_factory=dict)

    def refuse(self, line: int, cells: Sequence[str], code: str, detail: str = "") -> None:
        """Count a row as failed, and keep why."""
        self.tally.done += 1
        self.tally.failed += 1
        self._keep_why("error", line, cells, code, detail)

    def note(self, line: int, cells: Sequence[str], code: str, detail: str = "", *, counts: bool = True) -> None:
        """Keep a row as a note. Without `counts` it is counted elsewhere already."""
        if counts:
            self.tally.done += 1
        self.tally.noted += 1
        self._keep_why("note", line, cells, code, detail)

    def _keep_why(self, state: str, line: int, cells: Sequence[str], code: str, detail: str) -> None:
        if self.errors_left > self.tally.whys:
            self.tally.whys += 1
            self.keep(state, line, cells, code=code, detail=detail)

    def keep(
        self,
        state: str,
        line: int,
        cells: Sequence[object] = (),
        *,
        code: str = "",
        detail: str = "",
        payload: dict[str, Any] | None = None,
        key: str | None = None,
        occurred_at: datetime | None = None,
    ) -> ImportRow:
        """Have a row of the import written with the chunk; its cells are sealed.

        A dry run writes none of what was made, since it takes all of it back.
        """
        row = ImportRow(
            id=new_id(),
            tenant_id=self.tenant,
            batch_id=self.batch,
            line=line,
            state=state,
            code=code,
            detail=detail[:300].replace("\0", ""),
            payload=payload or {},
            key=key,
            occurred_at=occurred_at,
        )
        if cells:
            row.sealed = seal(tenant=self.tenant, place=PLACE, row=row.id, text=json.dumps(list(cells)))
        if not (self.dry_run and state in OF_THINGS_MADE):
            self.tally.rows.append(row)
        return row

    def take_in(self) -> None:
        """The chunk is committed: what it kept of errors, and who is who for the next ones, within limits.

        A dry run remembers nobody, since it takes all back.
        """
        done, self.tally = self.tally, Tally()
        self.errors_left -= done.whys
        if self.dry_run:
            return
        if len(self.customers) + len(done.customers) > MOST_CUSTOMERS_REMEMBERED:
            self.customers.clear()
        self.customers.update(done.customers)


def cells_of(row: ImportRow) -> tuple[Any, ...]:
    """The row as it was sent; of a return that waits, the cells of each of its lines."""
    if row.sealed is None:
        return ()
    return tuple(json.loads(unseal(tenant=row.tenant_id, place=PLACE, row=row.id, sealed=row.sealed)))


_INSERT_ROWS = """
INSERT INTO programs_importrow
    (tenant_id, batch_id, id, line, state, code, detail, payload, sealed, key, occurred_at)
SELECT %s, %s, row.* FROM unnest(
    %s::uuid[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::bytea[], %s::text[],
    %s::timestamptz[]) AS row
"""


def write_rows(rows: Iterable[ImportRow]) -> None:
    """Write kept rows of one import in one statement. Runs in the tenant's scope."""
    kept = list(rows)
    if not kept:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT_ROWS,
            [
                kept[0].tenant_id,
                kept[0].batch_id,
                [row.id for row in kept],
                [row.line for row in kept],
                [row.state for row in kept],
                [row.code for row in kept],
                [row.detail for row in kept],
                [json.dumps(row.payload) for row in kept],
                [row.sealed for row in kept],
                [row.key for row in kept],
                [row.occurred_at for row in kept],
            ],
        )


def run_of(batch: ImportBatch, header: tuple[str, ...]) -> Run:
    """A turn of work on an import whose file has this header. Two processes each keep errors by their own count."""
    with tenant_scope(batch.tenant_id, read_only=True):
        brand = get_tenant(tenant=batch.tenant_id)
        kept = ImportRow.objects.filter(batch_id=batch.id, state__in=["error", "note"]).count()
    return Run(
        tenant=batch.tenant_id,
        batch=batch.id,
        brand=brand,
        mapping=ready(batch.kind, batch.mapping, header),
        actor=actor_of(batch),
        dry_run=batch.dry_run,
        errors_left=MOST_ERRORS_KEPT - kept,
    )


def actor_of(batch: ImportBatch) -> Actor:
    """Who asked for the import, as services see them."""
    return Actor(
        kind=cast(ActorKind, batch.actor_kind),
        id=batch.actor_id,
        label=batch.actor_label,
        role=batch.actor_role or None,
    )
