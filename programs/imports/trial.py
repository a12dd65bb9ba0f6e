"""Returns in a trial: held against the sales they name, which are recorded again for it and taken back with them."""

from collections.abc import Collection
from uuid import UUID

from programs.imports.commits import count, effects, one_commit
from programs.imports.files import opened
from programs.imports.purchases import Purchases
from programs.imports.reading import Row, read_header, read_rows
from programs.imports.returns import settle_returns
from programs.imports.run import Run, Tally, write_rows
from programs.imports.sales import number_reader
from programs.models import ImportBatch, ImportRow
from smartbis.tenancy.scope import tenant_scope

RETURNS_A_LOOK = 2_000


def try_returns(batch: ImportBatch, run: Run) -> bool:
    """Count what the next returns would come to; False when none waits. Raises LeaseLost.

    All returns of a sale are looked at together. The file is read once for each look.
    """
    with tenant_scope(run.tenant, read_only=True):
        returns = _next(run.batch)
    if not returns:
        return False
    sales = _rows_of(batch, run, {each.payload["refund_of"] for each in returns})
    with one_commit(run):
        with effects(run):
            Purchases(run).settle(sales)
            run.tally = Tally()  # the sales were counted when they came
            settle_returns(run, returns)
        ids = [each.id for each in returns]
        ImportRow.objects.filter(id__in=ids).update(state=ImportRow.State.SETTLED, sealed=None)
        write_rows(run.tally.rows)
        count(batch, run.tally)
    run.take_in()
    return True


def _next(batch: UUID) -> list[ImportRow]:
    """Returns that wait, by the sale they name; those of the last sale wait on where not all of them fit."""
    rows = ImportRow.objects.filter(batch_id=batch, state=ImportRow.State.WAITING)
    found = list(rows.order_by("payload__refund_of", "occurred_at", "line", "id")[: RETURNS_A_LOOK + 1])
    if len(found) <= RETURNS_A_LOOK:
        return found
    last = found[-1].payload["refund_of"]
    return [each for each in found if each.payload["refund_of"] != last] or found[:-1]


def _rows_of(batch: ImportBatch, run: Run, numbers: Collection[str]) -> list[Row]:
    """The file's rows of these numbers."""
    number = number_reader(run.mapping)
    with opened(batch.stored_as, batch.encoding) as text:
        header, delimiter, read = read_header(text)
        rows = read_rows(text, delimiter, read=read, after=0, columns=len(header))
        return [row for row in rows if number(row) in numbers]
