"""The rows that were not taken, as a file to mend and send again."""

import csv
import io
from collections.abc import Iterator
from uuid import UUID

from programs.imports.selectors import get_header, import_errors

# A spreadsheet takes a cell that starts so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def import_header(*, tenant: UUID, import_id: UUID) -> tuple[str, ...]:
    """The names of the file's columns. Raises ImportNotFound."""
    return get_header(tenant=tenant, import_id=import_id)


def errors_csv(*, tenant: UUID, import_id: UUID, notes: bool = False) -> Iterator[str]:
    """The rows that were not taken as lines of CSV: line, code, sentence, detail, then the row's own columns.

    Cells that a spreadsheet would take for formulas get an apostrophe in front. Raises ImportNotFound at the start.
    """
    header = import_header(tenant=tenant, import_id=import_id)
    errors = import_errors(tenant=tenant, import_id=import_id, notes=notes)
    return _lines(header, ([str(each.line), each.code, each.sentence, each.detail, *each.cells] for each in errors))


def _lines(header: tuple[str, ...], rows: Iterator[list[str]]) -> Iterator[str]:
    yield _line(["line", "code", "sentence", "detail", *header])
    for row in rows:
        yield _line(row)


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells)
    return out.getvalue()
